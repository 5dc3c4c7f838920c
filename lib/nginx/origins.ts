import { because, literal, map, regexLiteral } from './directive';
import type { Feature } from './feature';
import { type Place, portSuffix } from './place';

export interface OriginSettings {
  /** The UAP's host name, lower-case, e.g. `proxy.cloud.org`. */
  readonly hostname: string;
  /** Origins, e.g. `https://exosphere.app`, of web clients that call the users' apps from a browser. */
  readonly clientOrigins: readonly string[];
  /** Whether another port of the same instance counts as a client origin. */
  readonly sameInstanceCors: boolean;
}

/** The request's `Origin` if its scripts may read the app's responses, else empty. */
export const CLIENT_ORIGIN = '$uap_client_origin';

/** The request's `Origin` if it is another port of the same instance, else empty. */
export const SAME_INSTANCE_ORIGIN = '$uap_same_instance_origin';

/** Which origins may read the responses of the requested app. */
export function origins({ hostname, clientOrigins, sameInstanceCors }: OriginSettings, place: Place): Feature {
  const otherPort = '(?:https?-)?\\k<instance>-\\d+';
  return {
    about: "Origins whose scripts may read an app's responses.",
    http: [
      map('$http_origin', CLIENT_ORIGIN, [
        ['default', sameInstanceCors ? SAME_INSTANCE_ORIGIN : ''],
        ['', ''],
        ...clientOrigins.map((origin): [string, string] => [literal(origin), '$http_origin']),
      ]),
      because(
        'Another port of the same instance.',
        map('$uap_instance/$http_origin', SAME_INSTANCE_ORIGIN, [
          ['default', ''],
          [
            `~^(?<instance>[\\d-]+)/https://${otherPort}\\.${regexLiteral(hostname)}${portSuffix(place)}$`,
            '$http_origin',
          ],
        ]),
      ),
    ],
  };
}
