import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../command';
import { images } from '../services/openstack/resources';
import { ApiError, type Session } from '../services/openstack/session';

export interface ImageOrder {
  /** Name of the new image. */
  readonly name: string;
  /** Region in the catalog. @default - the only one */
  readonly region?: string;
  /** Id of the image that the instance boots from. */
  readonly image: string;
  readonly flavor: string;
  readonly network: string;
  readonly userData: string;
  /** Seconds until the packages are installed and the instance has stopped, and again until the image is stored. */
  readonly timeout: number;
  /** Seconds between two polls. */
  readonly pause: number;
  /** Whether an instance that failed stays. */
  readonly keep: boolean;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

interface Server {
  readonly status: string;
  readonly fault?: { readonly message?: string };
}

/**
 * Boots an instance that installs packages, stores it as an image and deletes it.
 * @param connect gets a session with a new token
 * @throws CommandError with the reason if it fails
 */
export async function buildImage(connect: () => Promise<Session>, order: ImageOrder): Promise<void> {
  const { name, log, keep } = order;
  const builder = new Builder(connect, await connect(), order);
  const id = await builder.boot();
  let isStored = false;
  try {
    log(`instance ${id} boots`);
    for (const line of await builder.installed(id)) log(`  ${line}`);
    await builder.stop(id);
    log(`storing it as the image ${name}`);
    await builder.store(id);
    isStored = true;
  } finally {
    if (isStored || !keep) await builder.remove(id);
  }
}

class Builder {
  constructor(
    private readonly connect: () => Promise<Session>,
    private session: Session,
    private readonly order: ImageOrder,
  ) {}

  async boot(): Promise<string> {
    const { name, image, flavor, network, userData } = this.order;
    const server = {
      name: `guest-image-${name}`,
      imageRef: image,
      flavorRef: flavor,
      networks: [{ uuid: network }],
      user_data: Buffer.from(userData).toString('base64'),
    };
    const answer = await this.nova('POST', '/servers', { server });
    return (answer as { server: { id: string } }).server.id;
  }

  /** Waits until the packages are installed; returns which ones, with their versions. */
  async installed(id: string): Promise<string[]> {
    let lines: string[] = [];
    await this.until('the installation to end', async () => {
      const { status, fault } = await this.server(id);
      if (status === 'ERROR')
        throw new CommandError(`the instance has the status ERROR: ${fault?.message ?? 'no reason'}`);
      lines = await this.reported(id);
      const reason = lines.find((line) => line.startsWith('failed: '));
      if (reason) throw new CommandError(`the packages can't be installed: ${reason.slice('failed: '.length)}`);
      return lines.includes('done');
    });
    return lines.filter((line) => /^(has|misses) /.test(line));
  }

  async stop(id: string): Promise<void> {
    await this.action(id, { 'os-stop': null });
    await this.until('the instance to stop', async () => (await this.server(id)).status === 'SHUTOFF');
  }

  async store(id: string): Promise<void> {
    const { name } = this.order;
    const known = new Set((await this.images()).map((image) => image.id));
    await this.action(id, { createImage: { name } });
    await this.until('the image to be stored', async () => {
      const image = (await this.images()).find((one) => one.name === name && !known.has(one.id));
      if (image && ['killed', 'deleted', 'deactivated'].includes(image.status)) {
        throw new CommandError(`the image ${name} has the status ${image.status}`);
      }
      return image?.status === 'active';
    });
  }

  /** Ctrl-C does not end this. */
  async remove(id: string): Promise<void> {
    await this.nova('DELETE', `/servers/${id}`);
    const isGone = () =>
      this.server(id).then(
        () => false,
        (error: unknown) => {
          if (error instanceof ApiError && error.status === 404) return true;
          throw error;
        },
      );
    await this.until(`the instance ${id} to be deleted`, isGone, undefined);
  }

  private async server(id: string): Promise<Server> {
    return ((await this.nova('GET', `/servers/${id}`)) as { server: Server }).server;
  }

  /** What the instance reported so far on its serial console; nothing while it has none. */
  private async reported(id: string): Promise<string[]> {
    const answer = await this.action(id, { 'os-getConsoleOutput': {} }).catch((error: unknown) => {
      if (error instanceof ApiError) return { output: '' };
      throw error;
    });
    return [...(answer as { output: string }).output.matchAll(/uap-image: ([^\r\n]*)/g)].map(([, line = '']) => line);
  }

  private images() {
    return this.ask((session) => images(session, this.order.region));
  }

  private action(id: string, body: unknown): Promise<unknown> {
    return this.nova('POST', `/servers/${id}/action`, body);
  }

  private nova(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    return this.ask((session) => session.send('compute', this.order.region, path, { method, body }));
  }

  /** An installation may take longer than a token lasts. */
  private async ask<T>(call: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await call(this.session);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) throw error;
      this.session = await this.connect();
      return call(this.session);
    }
  }

  private async until(what: string, isDone: () => Promise<boolean>, signal = this.order.signal): Promise<void> {
    const { timeout, pause } = this.order;
    const end = Date.now() + timeout * 1000;
    while (!(await isDone())) {
      if (Date.now() > end) throw new CommandError(`timeout after ${timeout} s: still waiting for ${what}`);
      await sleep(pause * 1000, undefined, { signal });
    }
  }
}
