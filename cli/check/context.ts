import type { CloudSpec, ResolvedCloud, ResolvedRegion } from '../../lib';
import { nearest } from '../../lib/validation/problems';
import { suggestion } from '../arguments';
import { CommandError, type Io } from '../command';
import { type Finding, needs } from '../report';
import { type AcmeService, readDirectory } from '../services/acme-directory';
import { type Credentials, findCredentials } from '../services/openstack/credentials';
import {
  type Flavor,
  flavors,
  type Image,
  images,
  type Network,
  networks,
  type Subnet,
  subnets,
} from '../services/openstack/resources';
import { Session } from '../services/openstack/session';
import { type Plan, planOf } from './plan';
import type { Undo } from './undo';

/** A check: of the whole cloud, or of a region. */
export interface Check<Context> {
  /** A few words, for its rows. */
  readonly name: string;
  run(context: Context): Promise<Finding | readonly Finding[]>;
}
export type CloudCheck = Check<CloudContext>;
export type RegionCheck = Check<RegionContext>;

const uuid = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** What the checks of a cloud share. Each value is fetched once, when the first check needs it. */
export class CloudContext {
  readonly credentials = once(async (): Promise<Credentials> => findCredentials(this.io, this.cloud.openstack));
  readonly session = once(async () => Session.connect(await this.credentials(), this.timeout));
  /** The ACME directory; undefined if no certificate is ordered. */
  readonly acme = once(async (): Promise<AcmeService | undefined> => {
    const { acme } = this.cloud;
    const used = this.cloud.regions.some(({ certificate }) => certificate.needsAcme);
    return acme && used ? readDirectory(acme.directory, this.timeout) : undefined;
  });
  /** What Terraform would create. */
  readonly plan = once(async (): Promise<Plan> => planOf(this.spec));

  constructor(
    readonly io: Io,
    readonly spec: CloudSpec,
    readonly cloud: ResolvedCloud,
    /** Seconds that each request may take. */
    readonly timeout: number,
    readonly undo: Undo,
  ) {}

  /** The session, for checks that are not about the credentials. */
  async connected(): Promise<Session> {
    return needs('credentials', this.session());
  }
}

/** What the checks of a region share. */
export class RegionContext {
  constructor(
    readonly common: CloudContext,
    readonly region: ResolvedRegion,
  ) {}

  get io(): Io {
    return this.common.io;
  }

  /** The region in the catalog; undefined is the only one. */
  get name(): string | undefined {
    return this.region.region ?? undefined;
  }

  /** The session, once it is known that the catalog has the region. */
  readonly session = once(async (): Promise<Session> => {
    const session = await this.common.connected();
    const names = session.regions();
    if (this.name === undefined || names.includes(this.name)) return session;
    throw new CommandError(`the catalog has no region "${this.name}"; ${suggestion(this.name, names)}`);
  });

  /** The session, for checks that are not about the region. */
  connected(): Promise<Session> {
    return this.common.connected().then(() => needs('region', this.session()));
  }

  readonly network = once(async (): Promise<Network> => {
    const all = await networks(await this.connected(), this.name);
    return one('network', this.region.publicNetwork, all, 'openstack network list');
  });

  readonly subnets = once(async (): Promise<readonly Subnet[]> => {
    const [session, network] = [await this.connected(), await needs('network', this.network())];
    return (await subnets(session, this.name)).filter(({ network_id }) => network_id === network.id);
  });

  readonly image = once(async (): Promise<Image> => {
    const all = await images(await this.connected(), this.name);
    const wanted = this.region.image;
    // Like Terraform: the newest image of that name.
    const found = all.find(({ id, name }) => (uuid.test(wanted) ? id === wanted : name === wanted));
    if (found) return found;
    throw new CommandError(`the region has no image "${wanted}"; ${meant(wanted, all, 'openstack image list')}`);
  });

  readonly flavor = once(async (): Promise<Flavor> => {
    const all = await flavors(await this.connected(), this.name);
    return one('flavor', this.region.flavor, all, 'openstack flavor list');
  });
}

interface Named {
  readonly id: string;
  readonly name: string | null;
}

/** The one of that name or id. */
function one<T extends Named>(kind: string, wanted: string, all: readonly T[], list: string): T {
  const found = all.filter(({ id, name }) => (uuid.test(wanted) ? id === wanted : name === wanted));
  const [first, ...more] = found;
  if (!first) throw new CommandError(`the region has no ${kind} "${wanted}"; ${meant(wanted, all, list)}`);
  if (more.length > 0) {
    const ids = found.map(({ id }) => id).join(', ');
    throw new CommandError(`${found.length} ${kind}s have the name "${wanted}"; give the ID of one: ${ids}`);
  }
  return first;
}

function meant(wanted: string, all: readonly Named[], list: string): string {
  const names = [...new Set(all.flatMap(({ name }) => name ?? []))];
  const few = names.length > 0 && names.length <= 12;
  return few || nearest(wanted, names) ? suggestion(wanted, names) : `run "${list}" to see all ${names.length}`;
}

/** Calls a function when its result is first needed, and never again. */
function once<T>(call: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= call();
    // Callers get the error; this handler only prevents an unhandled rejection.
    result.catch(() => undefined);
    return result;
  };
}
