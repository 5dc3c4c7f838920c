import { type Finding, failed, needs, ok, warning } from '../../report';
import type { AcmeService } from '../../services/acme-directory';
import { Lookup } from '../../services/dns-lookup';
import { faultOf, http } from '../../services/http';
import type { CloudCheck, RegionCheck, RegionContext } from '../context';

/** The CA can be reached and takes orders of the kind that is wanted. */
export const acmeDirectory: CloudCheck = {
  name: 'acme',

  async run(context) {
    const { acme } = context.cloud;
    const service = await context.acme();
    if (!acme || !service) return ok('no certificate is ordered');
    const result: Finding[] = [];
    if (service.externalAccountRequired && !acme.externalAccountBinding) {
      result.push(
        failed(
          `${service.url} requires an external account binding`,
          "acme.externalAccountBinding: { keyId: '…', hmacKey: Secret.variable('eab_hmac_key') }",
        ),
      );
    }
    if (acme.profile && !service.profiles?.includes(acme.profile)) {
      const those = service.profiles?.length ? `it has ${service.profiles.join(', ')}` : 'it has none';
      result.push(failed(`${service.url} has no profile "${acme.profile}"; ${those}`, 'acme.profile'));
    }
    if (acme.renewalInfo && !service.renewalInfo) {
      result.push(
        failed(
          `${service.url} offers no renewal information (ARI), with which every plan would fail`,
          'acme.renewalInfo: false',
        ),
      );
    }
    const nonce = await http(service.newNonce, { method: 'HEAD', tls: service.tls, timeout: context.timeout });
    if (nonce.status === 429 || nonce.status === 503) {
      const after = nonce.headers['retry-after'];
      result.push(
        failed(
          `${service.url} refuses requests for now (HTTP ${nonce.status})`,
          `wait${after ? ` ${after} s` : ''}, and see the CA's rate limits`,
        ),
      );
    } else if (nonce.status >= 400 || !nonce.headers['replay-nonce']) {
      result.push(failed(`${service.url} returns no nonce (HTTP ${nonce.status}): ${faultOf(nonce)}`));
    }
    if (acme.directory === 'letsencrypt' && /@(.*\.)?example\.(com|net|org)$/i.test(acme.email)) {
      result.push(failed(`Let's Encrypt accepts no account with the address ${acme.email}`, 'acme.email'));
    }
    const { resources } = await context.plan();
    const byTerraform = resources.some(({ type }) => type === 'acme_registration');
    if (byTerraform && service.caFile && !context.io.env.LEGO_CA_CERTIFICATES) {
      result.push(
        warning(
          `${service.url} answers, but Terraform's acme provider trusts its CA only if LEGO_CA_CERTIFICATES names it`,
          `LEGO_CA_CERTIFICATES=${service.caFile} npx cdktf deploy ${context.cloud.name}`,
        ),
      );
    }
    if (result.length > 0) return result;
    return ok(`${service.url} answers; ${limits[String(acme.directory)] ?? 'it does not publish its rate limits'}`);
  },
};

/** A CA has no way to ask what is left of its limits; these are as documented. */
const limits: Readonly<Record<string, string>> = {
  letsencrypt: 'limits: 5 certificates a week for the same names, 50 for a registered domain',
  'letsencrypt-staging': 'its limits are high; browsers do not trust it',
};

interface Caa {
  readonly critical: number;
  readonly issue?: string;
  readonly issuewild?: string;
}

/** No CAA record (RFC 8659) forbids the CA, for the host name and for the names below it. */
export const caa: RegionCheck = {
  name: 'caa',

  async run(context) {
    const service = await needs('acme', context.common.acme());
    const { hostname } = context.region;
    if (!service || !context.region.certificate.needsAcme) return ok('no certificate is ordered');
    const { name, records } = await relevant(context);
    return name === undefined ? ok(`no CAA record limits the CAs of ${hostname}`) : verdict(name, records, service);
  },
};

/** What the CAA records of a name say about a CA that is to issue for a host name and the names below it. */
export function verdict(
  name: string,
  records: readonly Caa[],
  { caaIdentities: cas, url }: Pick<AcmeService, 'caaIdentities' | 'url'>,
): Finding {
  const issue = records.flatMap((record) => record.issue ?? []);
  const wild = records.flatMap((record) => record.issuewild ?? []);
  // A host name is limited by issue; a wildcard by issuewild, or, if there is none, by issue as well.
  const limits = [issue, wild.length > 0 ? wild : issue].filter((list) => list.length > 0);
  if (limits.length === 0) return ok(`the CAA records of ${name} limit no CA`);
  const named = [...new Set(limits.flat().map((value) => value.split(';')[0]?.trim()))].filter(Boolean);
  const allowed = named.join(', ') || 'no CA';
  if (!cas) {
    return warning(
      `the CAA records of ${name} allow only ${allowed}; ${url} does not publish its name for them`,
      'ask the CA, and add it as issue and issuewild',
    );
  }
  if (!limits.every((values) => values.some((value) => allows(value, cas)))) {
    return failed(
      `the CAA records of ${name} allow ${allowed}, not ${cas.join(' or ')} with a DNS challenge for the host name and the wildcard`,
      `add: ${name}. CAA 0 issue "${cas[0]}" and CAA 0 issuewild "${cas[0]}"`,
    );
  }
  return ok(`the CAA records of ${name} allow ${cas.join(', ')}`);
}

function allows(value: string, cas: readonly string[]): boolean {
  const [ca = '', ...parameters] = value.split(';').map((part) => part.trim().toLowerCase());
  const methods = parameters.find((parameter) => parameter.startsWith('validationmethods='));
  return cas.includes(ca) && (methods === undefined || methods.split(/[=,]/).includes('dns-01'));
}

/** The records of the nearest name above that has any. */
async function relevant({ common, region }: RegionContext): Promise<{ name?: string; records: readonly Caa[] }> {
  const dns = await Lookup.at(common.cloud.acme?.recursiveNameservers, common.timeout);
  const labels = region.hostname.split('.');
  const names = labels.map((_, index) => labels.slice(index).join('.'));
  const answers = await Promise.all(names.map((name) => dns.caa(name)));
  const index = answers.findIndex((records) => records.length > 0);
  return index < 0 ? { records: [] } : { name: names[index] as string, records: answers[index] as Caa[] };
}
