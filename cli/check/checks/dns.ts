import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { DesignateOptions, Rfc2136Options } from '../../../lib';
import { type Finding, failed, notChecked, ok, warning } from '../../report';
import { Lookup } from '../../services/dns-lookup';
import { fqdn, hasNsupdate, nsupdate, type UpdateTarget } from '../../services/nsupdate';
import { findCredentials } from '../../services/openstack/credentials';
import type { RecordSet, Zone } from '../../services/openstack/resources';
import { ApiError, Session } from '../../services/openstack/session';
import type { RegionCheck, RegionContext } from '../context';

/** Seconds that a record may take to be published or removed; a slower one is reported. */
const publishTimeout = 3;

/** The credentials may write the records: one is written, looked up, and removed. */
export const dnsUpdates: RegionCheck = {
  name: 'dns updates',

  async run(context) {
    return context.region.dns.visit<Promise<Finding | readonly Finding[]>>({
      designate: (options) => designate(context, options),
      rfc2136: (options) => rfc2136(context, options),
      manual: async () => ok('none: you create the records after the deployment'),
      other: async ({ description }) => notChecked(`no test record is written with ${description}`),
    });
  },
};

async function designate(context: RegionContext, options: DesignateOptions): Promise<readonly Finding[]> {
  const own = writeRecordSet(context, await context.connected(), options);
  if (options.openstack === undefined) return [await own];
  const { io, timeout } = context.common;
  const other = Session.connect(findCredentials(io, options.openstack), timeout);
  return Promise.all([own, other.then((session) => writeRecordSet(context, session, options))]);
}

async function writeRecordSet(context: RegionContext, session: Session, options: DesignateOptions): Promise<Finding> {
  const { name: region } = context;
  const zoneName = fqdn(options.zone.toLowerCase());
  const found = await session.list<Zone>('dns', region, `/zones?name=${encodeURIComponent(zoneName)}`, 'zones');
  const zone = found.find(({ name }) => name === zoneName);
  if (!zone) {
    return failed(
      `the project ${session.project.name} has no zone ${zoneName}`,
      `openstack zone create --email hostmaster@${options.zone} ${zoneName}, or use the credentials of its project`,
    );
  }
  if (zone.status === 'ERROR')
    return failed(`the zone ${zoneName} has the status ERROR`, 'ask your cloud administrators');
  const name = `_uap-check-${randomBytes(4).toString('hex')}.${fqdn(context.region.hostname)}`;
  const path = `/zones/${zone.id}/recordsets`;
  const body = { name, type: 'TXT', ttl: context.region.recordTtl, records: ['"uap check"'] };
  let written: Promise<unknown> = Promise.resolve();
  // By name: if the answer is lost, the record may exist nevertheless.
  const remove = context.common.undo.add(`the TXT record ${name}`, async () => {
    await written.catch(() => undefined);
    const left = await session.list<RecordSet>('dns', region, `${path}?name=${encodeURIComponent(name)}`, 'recordsets');
    for (const { id } of left) await session.send('dns', region, `${path}/${id}`, { method: 'DELETE' });
  });
  written = session.send('dns', region, path, { method: 'POST', body });
  let record: RecordSet;
  try {
    record = (await written) as RecordSet;
  } catch (error) {
    await remove();
    if (!(error instanceof ApiError)) throw error;
    return failed(`no record can be written to ${zoneName}: ${error.fault || error.message}`, designateTodo(error));
  }
  const active = await becomes(session, region, `${path}/${record.id}`, (status) => status === 'ACTIVE');
  const seen =
    active &&
    (await Lookup.at(context.common.cloud.acme?.recursiveNameservers, publishTimeout).then((dns) => dns.texts(name)))
      .length > 0;
  await remove();
  const gone = await becomes(session, region, `${path}/${record.id}`, (status) => status === undefined);
  if (!active)
    return warning(
      `a record in ${zoneName} was accepted, but not published within ${publishTimeout} s`,
      'see "openstack zone list" and the logs of Designate',
    );
  if (!seen)
    return warning(
      `a record in ${zoneName} was written, but name servers do not return it`,
      `check the NS records of ${options.zone} in the zone above it`,
    );
  if (!gone)
    return warning(
      `the TXT record ${name} is being removed, but still existed after ${publishTimeout} s`,
      'see "openstack recordset list"',
    );
  return ok(`a TXT record in ${zoneName} was written, looked up and removed`);
}

function designateTodo({ status }: ApiError): string {
  if (status === 413 || status === 429) return 'ask your cloud administrators for a higher quota of record sets';
  return 'get a role in the project that may write record sets (often "member")';
}

/** Waits, in a bounded time, for a state of a record set; a status of undefined is that it is gone. */
async function becomes(
  session: Session,
  region: string | undefined,
  path: string,
  wanted: (status: string | undefined) => boolean,
): Promise<boolean> {
  const end = Date.now() + publishTimeout * 1000;
  for (;;) {
    const status = await session.get<RecordSet>('dns', region, path).then(
      (record) => record.status,
      (error: unknown) => {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      },
    );
    if (wanted(status)) return true;
    if (Date.now() > end || status === 'ERROR') return false;
    await wait(150);
  }
}

async function rfc2136(context: RegionContext, options: Rfc2136Options): Promise<readonly Finding[]> {
  if (!(await hasNsupdate(context.io))) {
    const where = `${options.server}, zone ${options.zone}`;
    return [
      notChecked(
        `no update was sent to ${where}: nsupdate is not on the PATH`,
        'apt-get install bind9-dnsutils (or bind-utils)',
      ),
    ];
  }
  const challenge = { options, key: options.challengeKey ?? options.key };
  return Promise.all([tryRecords(context, { options, key: options.key }), tryChallenge(context, challenge)]);
}

/**
 * Asks for the removal of addresses that no record has: nothing changes, yet the server first checks whether the key
 * may do so.
 */
async function tryRecords(context: RegionContext, target: UpdateTarget): Promise<Finding> {
  const { hostname } = context.region;
  const names = [fqdn(hostname), `*.${fqdn(hostname)}`];
  const updates = names.map((name) => `update delete ${name} IN A 0.0.0.0`);
  const wrong = await nsupdate(context.io, target, updates, context.common.timeout);
  const what = `A records of ${hostname} and *.${hostname}`;
  if (wrong) return failed(`${what}: ${wrong}`, 'check the setting dns: server, zone, key');
  return ok(`the key "${target.key.name}" may write the ${what}`);
}

async function tryChallenge(context: RegionContext, target: UpdateTarget): Promise<Finding> {
  const { region, common, io } = context;
  if (!region.certificate.needsDnsChallenge) return ok('no ACME challenge is needed');
  const name = `_acme-challenge.${fqdn(region.hostname)}`;
  const value = `uap-check-${randomBytes(8).toString('hex')}`;
  let written: Promise<unknown> = Promise.resolve();
  const send = (line: string) => nsupdate(io, target, [line], common.timeout);
  const remove = common.undo.add(`the TXT record ${name} "${value}"`, async () => {
    await written.catch(() => undefined);
    const wrong = await send(`update delete ${name} IN TXT "${value}"`);
    if (wrong) throw new Error(wrong);
  });
  const writing = send(`update add ${name} 1 IN TXT "${value}"`);
  written = writing;
  const wrong = await writing;
  if (wrong) {
    // Refused is not written: there is nothing to remove, and the removal would be refused as well.
    common.undo.forget(remove);
    return failed(`TXT record ${name}: ${wrong}`, 'check the setting dns: server, zone, challengeKey or key');
  }
  const { server, port = 53 } = target.options;
  const dns = await Lookup.at([`${server}:${port}`], publishTimeout);
  const seen = (await dns.texts(name)).includes(value);
  await remove();
  if (!seen)
    return warning(
      `${server} accepted the TXT record ${name}, but does not return it`,
      'name the primary server of the zone',
    );
  if ((await dns.texts(name)).includes(value))
    return warning(`${server} still returns the TXT record ${name} after its removal`);
  return ok(`the key "${target.key.name}" wrote a TXT record at ${name}; it was looked up and removed`);
}
