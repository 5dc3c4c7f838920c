import { suggestion } from '../../arguments';
import { CommandError } from '../../command';
import { faultOf, type HttpOptions, type HttpResponse, http, isUnknownCa, jsonOf } from '../http';
import type { Credentials } from './credentials';

interface Endpoint {
  readonly region_id: string | null;
  readonly region?: string | null;
  readonly interface: string;
  readonly url: string;
}

interface Service {
  readonly type: string;
  readonly endpoints: readonly Endpoint[];
}

interface Token {
  readonly expires_at: string;
  readonly user: { readonly id: string; readonly name: string };
  readonly project?: { readonly id: string; readonly name: string };
  readonly roles?: readonly { readonly name: string }[];
  readonly catalog?: readonly Service[];
  readonly application_credential?: { readonly restricted: boolean };
}

/** The services that are used, by their type in the catalog, and what their URLs get if they have no version. */
const versions = {
  identity: 'v3',
  compute: 'v2.1',
  network: 'v2.0',
  image: 'v2',
  dns: 'v2',
  'load-balancer': 'v2',
  'key-manager': 'v1',
} as const;

export type ServiceType = keyof typeof versions;

/** An error answer: the message has the request, the status and the API's message. */
export class ApiError extends CommandError {
  constructor(
    readonly status: number,
    readonly fault: string,
    what: string,
  ) {
    super(`${what}: HTTP ${status}${fault ? `, ${fault}` : ''}`);
  }
}

/** Pages of a list; a server with more may repeat them. */
const mostPages = 200;

/** A project's token and its catalog of services. */
export class Session {
  private constructor(
    private readonly credentials: Credentials,
    private readonly token: Token,
    private readonly secret: string,
    /** Seconds that each request may take. */
    readonly timeout: number,
  ) {}

  /** @throws CommandError if the credentials are refused or Keystone can't be reached */
  static async connect(credentials: Credentials, timeout: number): Promise<Session> {
    const { authUrl, auth, tls, source } = credentials;
    const url = `${authUrl}/auth/tokens`;
    const response = await http(url, { method: 'POST', body: { auth }, tls, timeout }).catch((error: unknown) => {
      if (!isUnknownCa(error)) throw error;
      throw new CommandError(`${(error as Error).message}; name its CA in ${source}: cacert: /path/to/ca.pem`);
    });
    if (response.status === 401) throw new CommandError(refused(credentials));
    const body = jsonOf(response) as { token?: Token } | undefined;
    const secret = response.headers['x-subject-token'];
    if (response.status !== 201 || !body?.token || typeof secret !== 'string') {
      throw new CommandError(`${url} returns no token: ${noToken(response)}; check auth_url in ${source}`);
    }
    if (!body.token.project || !body.token.catalog) {
      throw new CommandError(`the credentials have no project scope; set project_name in ${source}`);
    }
    return new Session(credentials, body.token, secret, timeout);
  }

  get project(): { readonly id: string; readonly name: string } {
    return this.token.project as { id: string; name: string };
  }

  get user(): string {
    return this.token.user.name;
  }

  get roles(): readonly string[] {
    return (this.token.roles ?? []).map(({ name }) => name);
  }

  /** Whether it is an application credential that may not make others. */
  get restricted(): boolean {
    return this.token.application_credential?.restricted === true;
  }

  /** The region that the credentials name. */
  get defaultRegion(): string | undefined {
    return this.credentials.region;
  }

  /** Regions with a compute service, by name. */
  regions(): string[] {
    const endpoints = this.endpoints('compute').map(({ region_id, region }) => region_id ?? region ?? '');
    return [...new Set(endpoints)].filter((name) => name !== '').sort();
  }

  /** Whether a region has the service. */
  has(type: ServiceType, region: string | undefined): boolean {
    return this.endpoints(type, region).length > 0;
  }

  /** URLs of every service in a region, as the catalog has them. */
  endpointUrls(region: string | undefined): string[] {
    const services = (this.token.catalog ?? []).flatMap(({ endpoints }) => endpoints);
    return [...new Set(services.filter((one) => this.fits(one, region)).map(({ url }) => url))];
  }

  /** @throws CommandError if the region has no such service */
  endpoint(type: ServiceType, region: string | undefined): string {
    const [endpoint] = this.endpoints(type, region);
    if (endpoint) {
      const url = endpoint.url.replace(/\/+$/, '');
      return /\/v\d(\.\d+)?(\/|$)/.test(new URL(url).pathname) ? url : `${url}/${versions[type]}`;
    }
    const names = this.regions();
    if (region !== undefined && !names.includes(region)) {
      throw new CommandError(`the cloud has no region "${region}"; ${suggestion(region, names)}`);
    }
    throw new CommandError(`the catalog has no ${type} service${region === undefined ? '' : ` in region ${region}`}`);
  }

  async get<T>(type: ServiceType, region: string | undefined, path: string): Promise<T> {
    return (await this.send(type, region, path)) as T;
  }

  /** All elements of a list, of every page. */
  async list<T>(type: ServiceType, region: string | undefined, path: string, key: string): Promise<T[]> {
    const found: T[] = [];
    let next: string | undefined = path;
    for (let page = 0; next !== undefined && page < mostPages; page++) {
      const body: Page = await this.get<Page>(type, region, next);
      found.push(...((body[key] as T[] | undefined) ?? []));
      const link = nextPage(body, key);
      // Only its query: behind a proxy an API may not know its own address.
      next = link === undefined ? undefined : path.replace(/\?.*$/, '') + link.slice(link.indexOf('?'));
    }
    return found;
  }

  /** One request; a 404 and every other refusal is an ApiError. */
  async send(
    type: ServiceType,
    region: string | undefined,
    path: string,
    options: Pick<HttpOptions, 'method' | 'body'> = {},
  ): Promise<unknown> {
    const url = this.endpoint(type, region) + path;
    const response = await http(url, {
      ...options,
      headers: { 'x-auth-token': this.secret },
      tls: this.credentials.tls,
      timeout: this.timeout,
    });
    if (response.status < 200 || response.status > 299) {
      const what = `${options.method ?? 'GET'} ${url.replace(/\?.*$/, '')}`;
      throw new ApiError(response.status, faultOf(response), what);
    }
    return jsonOf(response);
  }

  private endpoints(type: ServiceType, region?: string): Endpoint[] {
    const services = (this.token.catalog ?? []).filter((service) => service.type === type);
    return services.flatMap(({ endpoints }) => endpoints).filter((endpoint) => this.fits(endpoint, region));
  }

  private fits(endpoint: Endpoint, region: string | undefined): boolean {
    if (endpoint.interface.replace(/URL$/, '') !== this.credentials.interface) return false;
    return region === undefined || endpoint.region_id === region || endpoint.region === region;
  }
}

type Page = Record<string, unknown>;

/** Nova and Neutron: `servers_links`; Glance: `next`; Designate: `links.next`. */
function nextPage(body: Page, key: string): string | undefined {
  const links = body[`${key}_links`] as { rel: string; href: string }[] | undefined;
  const found = links?.find(({ rel }) => rel === 'next')?.href ?? body.next ?? (body.links as Page | undefined)?.next;
  return typeof found === 'string' && found.includes('?') ? found : undefined;
}

function refused({ source, authUrl, method }: Credentials): string {
  const what: Readonly<Record<Credentials['method'], string>> = {
    password: 'wrong user name, password or project, or the user is disabled; check',
    'application credential':
      'the application credential is unknown, expired or its secret is wrong (see "openstack application credential list"); check',
    token: 'the token has expired; issue a new one ("openstack token issue") for',
  };
  return `${authUrl} refuses the credentials: ${what[method]} ${source}`;
}

function noToken(response: HttpResponse): string {
  if (response.status === 404) return 'it has no Keystone v3 (HTTP 404)';
  if (response.status >= 300 && response.status < 400) {
    return `it redirects to ${response.headers.location ?? 'no location'} (HTTP ${response.status})`;
  }
  const fault = faultOf(response);
  return `HTTP ${response.status}${fault ? `, ${fault}` : ''}`;
}
