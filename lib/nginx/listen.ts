import { type Directive, directive } from './directive';
import type { ConfFile, Feature } from './feature';
import { type LoadBalancerSettings, listenParameters } from './load-balancer';
import { include } from './paths';
import type { Place } from './place';

/** The ports of clients, for a server: TLS (`https-first` sets the options of the sockets) or plain HTTP. */
export function listenOn(port: 'https-first' | 'https' | 'http'): Directive {
  return include(`listen/${port}`);
}

/** The ports of clients. `http2 on` came with 1.25.1 and made the parameter obsolete; IPv6 may be off in the kernel. */
export function listen(settings: LoadBalancerSettings, { address, httpsPort, httpPort }: Place): Feature {
  const forms = [
    { name: 'listen-http2-parameter', parameters: ['ssl', 'http2'], directives: [] },
    { name: 'listen-http2-directive', parameters: ['ssl'], directives: [directive('http2', 'on')] },
  ];
  const families = [
    { family: 'ipv4', hosts: [address ? `${address}:` : ''] },
    { family: 'dual', hosts: address ? [`${address}:`] : ['', '[::]:'] },
  ];
  return {
    about: 'The ports of clients.',
    confFiles: forms.flatMap(({ name, parameters, directives }) =>
      families.flatMap(({ family, hosts }): ConfFile[] => {
        const on = (port: number, ...more: string[]): Directive[] =>
          hosts.map((host) => directive('listen', `${host}${port}`, ...more, ...listenParameters(settings)));
        const folder = `variants/${name}-${family}`;
        return [
          {
            name: `${folder}/https-first`,
            about: 'The first server sets the options of the sockets.',
            directives: [...on(httpsPort, ...parameters, KEEPALIVE), ...directives],
          },
          { name: `${folder}/https`, about: 'TLS.', directives: [...on(httpsPort, ...parameters), ...directives] },
          { name: `${folder}/http`, about: 'Plain HTTP.', directives: on(httpPort) },
        ];
      }),
    ),
  };
}

/** Dead clients are found by TCP: probes after a minute of silence, four of them, 15 s apart. */
const KEEPALIVE = 'so_keepalive=60s:15s:4';
