import { because, directive, literal, location, map } from './directive';
import type { Feature } from './feature';
import { failure, PAGES } from './own-answers';
import { include } from './paths';
import { type Place, portSuffix } from './place';

export interface WelcomeSettings {
  /** The UAP's host name. */
  readonly hostname: string;
}

/** The page at the UAP's own name, with a form that opens an app. */
export function welcome({ hostname }: WelcomeSettings, place: Place): Feature {
  const form = '(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})-(\\d{1,5})$';
  const publicName = `${literal(hostname)}${portSuffix(place)}`;
  return {
    about: "The page at the UAP's own name.",
    http: [
      because(
        "Converts the form's address with dots to a label.",
        map('$arg_protocol-$arg_address-$arg_port', '$uap_open_label', [
          ['default', 'form'],
          [`~^http-${form}`, 'http-$1-$2-$3-$4-$5'],
          [`~^https-${form}`, '$1-$2-$3-$4-$5'],
        ]),
      ),
      map('$uap_open_label', '$uap_open_url', [
        ['default', `https://$uap_open_label.${publicName}/`],
        ['form', `https://${publicName}/`],
      ]),
    ],
    uap: [
      failure(404, 'not-found'),
      failure(405, 'not-found'),
      location(['=', '/'], [directive('rewrite', '^', `${PAGES}welcome.html`, 'last')]),
      location(['=', '/open'], [include('own-headers'), directive('return', '303', '$uap_open_url')]),
      location(['/'], [directive('return', '404')]),
    ],
    pages: [{ name: 'not-found', title: 'Nothing here' }],
  };
}
