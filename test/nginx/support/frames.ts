import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectTls } from './client';
import type { Uap } from './uap';

/** Raw HTTP/2 frames, valid or not: Node's client library refuses to send most invalid ones. */
const TYPES = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
};
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
export const END_STREAM = 1;
export const END_HEADERS = 4;

export type Fields = readonly (readonly [name: string, value: string])[];

export interface Answered {
  /** Statuses by stream. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly resets: readonly number[];
  /** Error code of GOAWAY; undefined if none came. */
  readonly goaway: number | undefined;
  readonly closed: boolean;
}

export function frame(type: keyof typeof TYPES, flags: number, stream: number, payload: Buffer | string = ''): Buffer {
  const body = Buffer.from(payload as string, 'latin1');
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head.writeUInt8(TYPES[type], 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
}

/** A block of headers: literals that are not indexed, not compressed. */
export function fields(list: Fields): Buffer {
  const text = (value: string) => Buffer.concat([prefixed(value.length), Buffer.from(value, 'latin1')]);
  return Buffer.concat(list.map(([name, value]) => Buffer.concat([Buffer.from([0]), text(name), text(value)])));
}

export function headers(stream: number, list: Fields, flags = END_STREAM | END_HEADERS): Buffer {
  return frame('headers', flags, stream, fields(list));
}

/** Sends frames on a new connection, and returns the response once the connection is idle for a while or closed. */
export async function askFrames(
  uap: Uap,
  servername: string,
  frames: readonly Buffer[],
  quiet = 400,
): Promise<Answered> {
  const socket = connectTls(uap, servername, { ALPNProtocols: ['h2'] });
  let received = Buffer.alloc(0);
  let [closed, last] = [false, Date.now()];
  socket
    .on('error', () => undefined)
    .on('close', () => {
      closed = true;
    });
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    last = Date.now();
  });
  await once(socket, 'secureConnect');
  socket.write(Buffer.concat([Buffer.from(PREFACE), frame('settings', 0, 0), ...frames]));
  last = Date.now();
  while (!closed && Date.now() - last < quiet) await sleep(10);
  socket.destroy();
  return read(received, closed);
}

function read(bytes: Buffer, closed: boolean): Answered {
  const statuses = new Map<number, number>();
  const resets: number[] = [];
  let goaway: number | undefined;
  for (let at = 0; at + 9 <= bytes.length; ) {
    const [length, type, stream] = [bytes.readUIntBE(at, 3), bytes[at + 3], bytes.readUInt32BE(at + 5)];
    const payload = bytes.subarray(at + 9, at + 9 + length);
    if (type === TYPES.headers) statuses.set(stream, status(payload));
    if (type === TYPES.reset) resets.push(stream);
    if (type === TYPES.goaway) goaway = payload.readUInt32BE(4);
    at += 9 + length;
  }
  return { statuses, resets, goaway, closed };
}

/** Nginx puts the status first: an index of the static table, or that of `:status` with three digits. */
function status(block: Buffer): number {
  let at = 0;
  while (((block[at] as number) & 0xe0) === 0x20) at++; // Size updates of the table.
  const first = block[at] as number;
  if (first & 0x80) return [200, 204, 206, 304, 400, 404, 500][(first & 0x7f) - 8] ?? 0;
  const length = block[at + 1] as number;
  return Number(block.subarray(at + 2, at + 2 + (length & 0x7f)).toString());
}

function prefixed(length: number): Buffer {
  if (length < 127) return Buffer.from([length]);
  const bytes = [127];
  let rest = length - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
