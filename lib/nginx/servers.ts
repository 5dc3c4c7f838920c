import { block, type Directive, directive, location, setHeader } from './directive';
import type { ConfFile, Detour, Feature } from './feature';
import { listenOn } from './listen';
import { ANSWERS } from './own-answers';
import { include } from './paths';

/** The servers, and the directives common to all locations that proxy to apps. */
export function serverConfs(hostname: string, features: readonly Feature[]): ConfFile[] {
  const all = <K extends keyof Feature>(context: K) =>
    features.flatMap((feature): readonly Directive[] => (feature[context] as readonly Directive[] | undefined) ?? []);
  const server = (directives: readonly Directive[]) => block('server', [], [...all('everyServer'), ...directives]);
  const named = (names: readonly string[], port: 'https' | 'http', directives: readonly Directive[]) =>
    server([listenOn(port), directive('server_name', ...names), ...directives]);
  const apps = `*.${hostname}`;
  return [
    {
      name: 'servers',
      about: 'The servers: unknown names, apps, the UAP itself, plain HTTP.',
      directives: [
        ...features.flatMap(({ servers = [] }) => servers.map(server)),
        named([apps], 'https', [...all('apps'), ...appLocations(features, all('ordinary'), all('detoured'))]),
        named([hostname], 'https', all('uap')),
        named([hostname, apps], 'http', all('plain')),
      ],
    },
    { name: 'proxied', about: 'Every request that is proxied to an app.', directives: all('proxied') },
  ];
}

/**
 * The locations of apps: one for ordinary requests, and one for each detour. The first evaluates only the conditions of
 * the detours, because each variable costs time. Refusals happen where the upstream is chosen.
 */
function appLocations(
  features: readonly Feature[],
  ordinary: readonly Directive[],
  detoured: readonly Directive[],
): Directive[] {
  const detours = features.flatMap(({ detour }) => detour ?? []);
  const ways = detours.map(({ condition, to }, index) => block('if', condition, [wayTo(to, index)]));
  return [
    directive('recursive_error_pages', 'on'),
    location(['/'], [...ways, ...ordinary, ...pass('')]),
    ...detours.flatMap(({ to }, index) => {
      if ('answer' in to) return [];
      return [
        directive('error_page', status(index), '=', `@${to.location}`),
        location(
          [`@${to.location}`],
          [
            ...(to.checks ?? []),
            ...ways.slice(index + 1),
            ...(to.directives ?? []),
            ...detoured,
            ...pass(to.connection ?? ''),
          ],
        ),
      ];
    }),
  ];
}

/** Jumps to a named location by a status, which keeps the request target unchanged. */
function wayTo(to: Detour['to'], index: number): Directive {
  return 'answer' in to
    ? directive('rewrite', '^', `${ANSWERS}${to.answer}`, 'last')
    : directive('return', status(index));
}

/** A status that the server of apps does not use otherwise. */
function status(index: number): number {
  return 590 + index;
}

function pass(connection: string): Directive[] {
  return [setHeader('Connection', connection), include('proxied')];
}
