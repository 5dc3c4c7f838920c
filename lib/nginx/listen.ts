import { type Directive, directive } from './directive';
import type { ConfFile, Feature } from './feature';
import { type LoadBalancerSettings, listenParameters } from './load-balancer';
import { include } from './paths';
import type { Place } from './place';

/** Listens on a client port: TLS (`https-first` also sets the socket options) or plain HTTP. */
export function listenOn(port: 'https-first' | 'https' | 'http'): Directive {
  return include(`listen/${port}`);
}

/** The client ports. Nginx 1.25.1 replaced the parameter `http2` by a directive; IPv6 may be off in the kernel. */
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
    about: 'The client ports.',
    confFiles: forms.flatMap(({ name, parameters, directives }) =>
      families.flatMap(({ family, hosts }): ConfFile[] => {
        const on = (port: number, ...more: string[]): Directive[] =>
          hosts.map((host) => directive('listen', `${host}${port}`, ...more, ...listenParameters(settings)));
        const folder = `variants/${name}-${family}`;
        return [
          {
            name: `${folder}/https-first`,
            about: 'TLS; the first server sets the socket options.',
            directives: [...on(httpsPort, ...parameters, KEEPALIVE), ...directives],
          },
          { name: `${folder}/https`, about: 'TLS.', directives: [...on(httpsPort, ...parameters), ...directives] },
          { name: `${folder}/http`, about: 'Plain HTTP.', directives: on(httpPort) },
        ];
      }),
    ),
  };
}

/** TCP detects dead clients: four probes, 15 s apart, after a minute of silence. */
const KEEPALIVE = 'so_keepalive=60s:15s:4';
