import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2';
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { BODY } from '../upstream';
import type { Http } from './h2load';

export interface Counted {
  requests: number;
  /** Retries, because the connection was closed before the answer began. */
  again: number;
  /** Requests without a correct answer after all retries. */
  lost: number;
}

/** How often a browser sends a request that it may retry. */
const ATTEMPTS = 3;

/** The connection ended before the answer began, and with HTTP/1.1 had served a request before, so a retry is safe. */
class Closed extends Error {}

interface Client {
  /**
   * @param fresh over a new connection, so that an idle one that was closed meanwhile is not used
   * @throws Closed, or another Error for a wrong answer
   */
  get(fresh?: boolean): Promise<void>;
  close(): void;
}

/** Sends requests without pause, in 32 loops, until stopped; retries as browsers do. */
export async function requestUntil(
  done: Promise<unknown>,
  http: Http,
  address: string,
  host: string,
): Promise<Counted> {
  const counted: Counted = { requests: 0, again: 0, lost: 0 };
  const client = http === 'h1' ? http1Client(address, host) : http2Client(address, host);
  let ended = false;
  done.then(
    () => (ended = true),
    () => (ended = true),
  );
  const loop = async () => {
    while (!ended) {
      counted.requests++;
      for (let attempt = 1; ; attempt++) {
        const error = await client.get(attempt > 1).then(
          () => undefined,
          (reason: Error) => reason,
        );
        if (!error) break;
        if (!(error instanceof Closed) || attempt === ATTEMPTS) {
          counted.lost++;
          // Prevents thousands of failures a second.
          await sleep(10);
          break;
        }
        counted.again++;
      }
    }
  };
  await Promise.all(Array.from({ length: 32 }, loop));
  client.close();
  return counted;
}

function http1Client(address: string, host: string): Client {
  const agent = new Agent({ keepAlive: true });
  const options = {
    agent,
    host: address,
    servername: host,
    path: '/small',
    headers: { host },
    rejectUnauthorized: false,
  };
  return {
    get: (fresh = false) =>
      new Promise((resolve, reject) => {
        const sent = request(fresh ? { ...options, agent: false } : options, (answer) => {
          let body = '';
          answer.setEncoding('utf8').on('data', (text: string) => {
            body += text;
          });
          answer.on('error', reject);
          answer.on('end', () => (answer.statusCode === 200 && body === BODY ? resolve() : reject(new Error(body))));
        });
        sent.setTimeout(10_000, () => sent.destroy(new Error('no answer within 10 s')));
        sent.on('error', (error) => reject(sent.reusedSocket ? new Closed(error.message) : error));
        sent.end();
      }),
    close: () => agent.destroy(),
  };
}

function http2Client(address: string, host: string): Client {
  let session: ClientHttp2Session | undefined;
  const open = () => {
    const opened = connectHttp2(`https://${address}`, { servername: host, rejectUnauthorized: false });
    const forget = () => {
      if (session === opened) session = undefined;
    };
    opened.on('goaway', forget).on('close', forget).on('error', forget);
    return opened;
  };
  return {
    get: (fresh = false) =>
      new Promise((resolve, reject) => {
        if (fresh) session = undefined;
        session ??= open();
        const used = session;
        let begun = false;
        let body = '';
        let status = 0;
        const stream = used.request({ ':authority': host, ':path': '/small' });
        stream.setTimeout(10_000, () => stream.destroy(new Error('no answer within 10 s')));
        stream.on('response', (headers) => {
          begun = true;
          status = Number(headers[':status']);
        });
        stream.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        const fail = (error: Error) => reject(begun ? error : new Closed(error.message));
        stream.on('error', fail);
        stream.on('close', () => {
          if (status === 200 && body === BODY && stream.rstCode === constants.NGHTTP2_NO_ERROR) resolve();
          else fail(new Error(`status ${status}, ${body.length} bytes, reset ${stream.rstCode}`));
        });
        stream.end();
      }),
    close: () => session?.close(),
  };
}
