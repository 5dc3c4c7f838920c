/** Where the configuration runs. */
export interface Place {
  /** Folder that stands for `/`, e.g. `/tmp/uap`; empty for `/` itself. */
  readonly root: string;
  /** IPv4 address to listen on. @default - all addresses, IPv6 as well where the kernel has it */
  readonly address?: string;
  readonly httpsPort: number;
  readonly httpPort: number;
  /** Number of worker processes, each with one thread; `auto`: one for each processor. */
  readonly workers: number | 'auto';
}

/** An instance. */
export const INSTANCE: Place = { root: '', httpsPort: 443, httpPort: 80, workers: 'auto' };

/** Suffix of the host name in public URLs: the port with its colon, empty for 443. */
export function portSuffix({ httpsPort }: Pick<Place, 'httpsPort'>): string {
  return httpsPort === 443 ? '' : `:${httpsPort}`;
}
