import type { z } from 'zod';
import { ACME_SETTINGS } from '../instance-paths';
import { BAD_PORTS } from '../nginx/bad-ports';
import type { UpstreamTls } from '../nginx/upstream-tls';
import type { ResolvedCloud, ResolvedRegion } from '../settings';
import { portsSettings, regionSettings } from '../settings/region';
import { mergedInfo, unwrap } from '../settings/walk';
import { UpstreamSecurity } from '../strategies/upstream-security';
import { applyTimeParts } from './files';

/** The apply-time files that every instance has with the default strategies; other ones are a choice of the operator. */
const usualApplyTimeFiles = ['addresses', 'certificate-p12', 'certificate-password (secret)'];

/**
 * What the operator chose of what an instance is made from, as text: a change of it replaces the instance. Defaults
 * and the files on the instance are not in it, so that a newer version of this package gives the same text for the
 * same settings and replaces nothing. Terraform keeps a digest: a renamed line would replace every instance.
 */
export function replacementTrigger(cloud: ResolvedCloud, region: ResolvedRegion): string {
  const upstreamTls = region.upstreamSecurity.render();
  const { files, applyTimeFiles } = applyTimeParts(cloud, region, upstreamTls);
  const { ports: _, ...settings } = chosen(regionSettings, region);
  const { allowed: allowedPorts, denied: deniedPorts } = chosen(portsSettings, {
    ...region.ports,
    denied: region.ports.denied.filter((range) => !BAD_PORTS.includes(range)),
  });
  const lines: Record<string, string | undefined> = {
    ...settings,
    allowedPorts,
    deniedPorts,
    upstreamTls: unless(upstreamTlsText(UpstreamSecurity.unverifiedTls().render()), upstreamTlsText(upstreamTls)),
    proxyProtocolFrom: unless('[]', JSON.stringify(region.loadBalancer.sourceRanges)),
    acme: JSON.stringify(files.find(({ path }) => path === ACME_SETTINGS)?.content),
    lateFiles: unless(
      '[]',
      JSON.stringify(
        applyTimeFiles
          .map(({ name, secret }) => (secret ? `${name} (secret)` : name))
          .filter((name) => !usualApplyTimeFiles.includes(name))
          .sort(),
      ),
    ),
  };
  return Object.entries(lines)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

/** The JSON of each setting that replaces the instance and has another value than its default. */
function chosen<Name extends string>(
  definitions: Readonly<Record<Name, z.ZodType>>,
  values: Partial<Readonly<Record<Name, unknown>>>,
): Partial<Record<Name, string>> {
  const names = (Object.keys(definitions) as Name[]).filter(
    (name) => mergedInfo(unwrap(definitions[name]))?.replacesInstance,
  );
  return Object.fromEntries(
    names.map((name) => {
      const { data } = definitions[name].safeParse(undefined, { jitless: true });
      return [name, unless(JSON.stringify(data), JSON.stringify(values[name]))];
    }),
  ) as Partial<Record<Name, string>>;
}

function unless(usual: string | undefined, value: string | undefined): string | undefined {
  return value === usual ? undefined : value;
}

function upstreamTlsText(upstreamTls: UpstreamTls): string {
  return JSON.stringify({ ...upstreamTls, parts: upstreamTls.parts.files });
}
