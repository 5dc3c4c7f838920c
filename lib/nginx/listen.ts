import { type Directive, directive, map } from './directive';
import type { ConfFile, Feature } from './feature';
import { type LoadBalancerSettings, listenParameters } from './load-balancer';
import { include } from './paths';

/** The ports of clients, for a server: TLS (`https-first` sets the options of the sockets) or plain HTTP. */
export function listenOn(port: 'https-first' | 'https' | 'http'): Directive {
  return include(`listen/${port}`);
}

/** The ports of clients. `http2 on` came with 1.25.1 and made the parameter obsolete; IPv6 may be off in the kernel. */
export function listen(settings: LoadBalancerSettings): Feature {
  const forms = [
    { name: 'listen-http2-parameter', parameters: ['ssl', 'http2'], directives: [] },
    { name: 'listen-http2-directive', parameters: ['ssl'], directives: [directive('http2', 'on')] },
  ];
  const families = [
    { family: 'ipv4', hosts: [''] },
    { family: 'dual', hosts: ['', '[::]:'] },
  ];
  return {
    about: 'The port in public URLs, with its colon; empty for 443.',
    http: [map('', '$uap_port_suffix', [['default', '']])],
    confFiles: forms.flatMap(({ name, parameters, directives }) =>
      families.flatMap(({ family, hosts }): ConfFile[] => {
        const on = (port: string, ...more: string[]): Directive[] =>
          hosts.map((host) => directive('listen', `${host}${port}`, ...more, ...listenParameters(settings)));
        const folder = `variants/${name}-${family}`;
        return [
          {
            name: `${folder}/https-first`,
            about: 'The first server sets the options of the sockets.',
            directives: [...on('443', ...parameters, KEEPALIVE), ...directives],
          },
          { name: `${folder}/https`, about: 'TLS.', directives: [...on('443', ...parameters), ...directives] },
          { name: `${folder}/http`, about: 'Plain HTTP.', directives: on('80') },
        ];
      }),
    ),
  };
}

/** Dead clients are found by TCP: probes after a minute of silence, four of them, 15 s apart. */
const KEEPALIVE = 'so_keepalive=60s:15s:4';
