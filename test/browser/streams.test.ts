import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, truncateSync, writeFileSync } from 'node:fs';
import type http from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { VARIANTS } from '../nginx/support/uap';
import { startUpstream, type Upstream } from '../nginx/support/upstream';
import { watchWorkers } from './support/worker';
import { openWorld, type World } from './support/world';

const MIB = 2 ** 20;

/** GiB of the upload by curl; its file is sparse, so it takes no disk. */
const UPLOAD_GIB = Number(process.env.UAP_UPLOAD_GIB ?? 2);

describe.each(VARIANTS)('streams, %s', (variant) => {
  let world: World;
  let app: Upstream;
  let behave: http.RequestListener;

  beforeAll(async () => {
    world = await openWorld(variant);
    app = await startUpstream(
      'http',
      world.addresses[0] as string,
      (request, response) => {
        if (request.url === '/')
          response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>app</title>');
        else behave(request, response);
      },
      { requestTimeout: 0 },
    );
  });

  afterAll(async () => {
    await app?.stop();
    await world?.close();
  });

  const openPage = async () => {
    const page = await world.page();
    await page.goto(world.url(app));
    return page;
  };

  test('events arrive one by one: each is sent when the page has confirmed the one before', async () => {
    const sent: number[] = [];
    let stream: http.ServerResponse | undefined;
    const send = () => {
      sent.push(Date.now());
      stream?.write(`data: ${sent.length}\n\n`);
    };
    behave = (request, response) => {
      if (request.url === '/events') {
        stream = response.setHeader('Content-Type', 'text/event-stream');
        return send();
      }
      response.end();
      if (sent.length < 10) send();
      else stream?.end();
    };
    const page = await openPage();
    const arrived = await page.evaluate(
      () =>
        new Promise<number[]>((resolve) => {
          const times: number[] = [];
          const source = new EventSource('/events');
          source.onmessage = async () => {
            times.push(Date.now());
            if (times.length === 10) source.close();
            await fetch('/confirm', { method: 'POST' });
            if (times.length === 10) resolve(times);
          };
        }),
    );
    const late = arrived.map((time, i) => time - (sent[i] as number)).sort((a, b) => a - b);
    expect(late).toHaveLength(10);
    expect(late[5]).toBeLessThan(500); // Milliseconds; the machine may be busy.
    await page.context().close();
  });

  /** Bodies pass through the same lines in both forms: the second one gets by with less. */
  const first = variant === VARIANTS[0];
  const mebibytes = first ? 1024 : 128;

  test(`an upload of ${mebibytes} MiB that a script generates while sending, over HTTP/2, arrives complete`, async () => {
    behave = hash;
    const page = await openPage();
    const use = watchWorkers(world.uap);
    const got = await page.evaluate(uploadStream, mebibytes);
    expect(got).toEqual({ bytes: mebibytes * MIB, sha256: expectedHash(mebibytes) });
    expect(use().memory).toBeLessThan(150 * MIB);
    expect(use().disk).toBeLessThan(MIB);
    await page.context().close();
  }, 120_000);

  test('an upload of a file by XMLHttpRequest reports its progress', async () => {
    behave = hash;
    const page = await openPage();
    const got = await page.evaluate(uploadBlob, 128);
    expect(got.answer).toEqual({ bytes: 128 * MIB, sha256: expectedHash(128) });
    expect(got.progress).toBeGreaterThan(3);
    await page.context().close();
  });

  test('a download is saved under its name', async () => {
    const file = path.join(world.folder, 'download');
    writeFileSync(file, Buffer.concat(Array.from({ length: 64 }, (_, i) => part(i))));
    behave = (_, response) => {
      response.setHeader('Content-Disposition', 'attachment; filename="results 2024.tar"');
      void pipeline(createReadStream(file), response);
    };
    const page = await openPage();
    await page.evaluate(() => {
      document.body.innerHTML = '<a href="/results">results</a>';
    });
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('a')]);
    expect(download.suggestedFilename()).toBe('results 2024.tar');
    const sum = createHash('sha256');
    await pipeline(createReadStream(await download.path()), sum);
    expect(sum.digest('hex')).toBe(expectedHash(64));
    await page.context().close();
  });

  const testFirst = first ? test : () => undefined;
  testFirst(
    `an upload of ${UPLOAD_GIB} GiB by curl uses no more memory or disk than one of 10 MiB`,
    async () => {
      behave = count;
      const upload = async (bytes: number) => {
        const file = path.join(world.folder, 'upload');
        writeFileSync(file, '');
        truncateSync(file, bytes);
        const use = watchWorkers(world.uap);
        const { stdout } = await promisify(execFile)('curl', [
          ...['--silent', '--show-error', '--insecure', '--http1.1', '--upload-file', file],
          ...['--resolve', `${world.uap.host(app)}:443:${world.uap.network.uap}`, world.url(app, '/upload')],
        ]);
        expect(JSON.parse(stdout)).toEqual({ bytes });
        return use();
      };
      const small = await upload(10 * MIB);
      const started = Date.now();
      const large = await upload(UPLOAD_GIB * 1024 * MIB);
      const rate = (UPLOAD_GIB * 1024) / ((Date.now() - started) / 1000);
      process.stderr.write(
        `${variant}: ${UPLOAD_GIB} GiB at ${Math.round(rate)} MiB/s; worker ${kib(small)}, then ${kib(large)}\n`,
      );
      expect(large.memory - small.memory).toBeLessThan(MIB);
      expect(large.disk - small.disk).toBeLessThan(MIB);
    },
    180_000,
  );
});

const kib = ({ memory, disk }: { memory: number; disk: number }) =>
  `${memory / 1024} KiB of memory and ${disk / 1024} KiB of disk`;

const hash: http.RequestListener = async (request, response) => {
  const sum = createHash('sha256');
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    sum.update(chunk);
  }
  response.end(JSON.stringify({ bytes, sha256: sum.digest('hex') }));
};

const count: http.RequestListener = (request, response) => {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  request.on('end', () => response.end(JSON.stringify({ bytes })));
};

/** A mebibyte that begins with its number; the scripts in the page make the same. */
function part(i: number): Buffer {
  const bytes = Buffer.alloc(MIB);
  bytes.writeUInt32BE(i);
  return bytes;
}

function expectedHash(mebibytes: number): string {
  const sum = createHash('sha256');
  for (let i = 0; i < mebibytes; i++) sum.update(part(i));
  return sum.digest('hex');
}

/** Runs in the page. */
async function uploadStream(mebibytes: number): Promise<unknown> {
  let i = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (i === mebibytes) return controller.close();
      const bytes = new Uint8Array(2 ** 20);
      new DataView(bytes.buffer).setUint32(0, i++);
      controller.enqueue(bytes);
    },
  });
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
  return (await fetch('/upload', init)).json();
}

/** Runs in the page. */
function uploadBlob(mebibytes: number): Promise<{ answer: unknown; progress: number }> {
  const parts = Array.from({ length: mebibytes }, (_, i) => {
    const bytes = new Uint8Array(2 ** 20);
    new DataView(bytes.buffer).setUint32(0, i);
    return bytes;
  });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let progress = 0;
    request.upload.onprogress = () => {
      progress++;
    };
    request.onload = () => {
      if (request.status !== 200) reject(new Error(`the answer was ${request.status}`));
      else resolve({ answer: JSON.parse(request.responseText), progress });
    };
    request.onerror = () => reject(new Error('the upload failed'));
    request.open('PUT', '/upload');
    request.send(new Blob(parts));
  });
}
