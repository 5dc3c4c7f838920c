import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import { type CloudCommand, oneRegion, text, UsageError, type Values } from './command';

export const serve: CloudCommand = {
  name: 'serve',
  summary: "Run a region's UAP on this machine with the local Nginx, to try the settings.",
  options: {
    listen: { value: 'ADDRESS', help: 'IPv4 address to listen on, e.g. 127.0.0.1' },
    region: { value: 'REGION', help: 'the region (not needed if the cloud has only one)' },
    'https-port': { value: 'PORT', help: 'default: 443' },
    'http-port': { value: 'PORT', help: 'default: 80' },
    certificate: { value: 'FILE', help: 'certificate chain, PEM (default: a self-signed one)' },
    key: { value: 'FILE', help: 'its private key, PEM' },
  },
  examples: ['serve cloud-a --region RegionOne --listen 127.0.0.1 --https-port 8443 --http-port 8080'],
  notes:
    "Ctrl-C ends it. Clients must resolve the UAP's names to this address, for example: " +
    'curl -k --resolve NAME:8443:127.0.0.1 https://NAME:8443/',

  async run({ io, values, cloud }) {
    const region = oneRegion(cloud, text(values, 'region'));
    const listen = text(values, 'listen');
    if (listen === undefined) throw new UsageError('serve needs an address to listen on: --listen ADDRESS');
    if (!isIPv4(listen)) throw new UsageError(`--listen must be an IPv4 address such as 127.0.0.1; got "${listen}"`);
    const [certificate, key] = ['certificate', 'key'].map((name) => file(values, name, io.cwd));
    if ((certificate === undefined) !== (key === undefined)) {
      throw new UsageError('--certificate and --key belong together: give both or none');
    }
    const httpsPort = port(values, 'https-port', 443);
    const httpPort = port(values, 'http-port', 80);
    const [{ instanceFiles }, proxy] = await Promise.all([import('../lib/instance/files'), import('./serve/server')]);
    const options = { hostname: region.hostname, listen, httpsPort, httpPort, certificate, key };
    const served = await proxy.serve((place) => instanceFiles(cloud, region, place), options, io);
    const stop = () => void served.stop();
    if (io.signal?.aborted) stop();
    io.signal?.addEventListener('abort', stop, { once: true });
    return served.ended;
  },
};

function file(values: Values, name: string, cwd: string): string | undefined {
  const path = text(values, name);
  return path === undefined ? undefined : resolve(cwd, path);
}

function port(values: Values, name: string, standard: number): number {
  const given = text(values, name);
  if (given === undefined) return standard;
  if (/^[1-9]\d{0,4}$/.test(given) && Number(given) <= 65535) return Number(given);
  throw new UsageError(`--${name} must be a port from 1 to 65535; got "${given}"`);
}
