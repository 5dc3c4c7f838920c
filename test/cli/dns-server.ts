import dgram from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** Answers for a name; empty: the name does not exist. */
export interface Records {
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
  readonly CNAME?: readonly string[];
}

const types: Readonly<Record<number, keyof Records>> = { 1: 'A', 28: 'AAAA', 5: 'CNAME' };

/** A minimal name server (RFC 1035), whose zone is a function. */
export class DnsServer {
  /** Answers of now; undefined: no such name, 'fail': SERVFAIL. */
  zone: (name: string) => Records | undefined | 'fail' = () => undefined;

  private constructor(private readonly socket: dgram.Socket) {
    socket.on('message', (query, { address, port }) => socket.send(this.answer(query), port, address));
  }

  static async start(): Promise<DnsServer> {
    const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new DnsServer(socket);
  }

  get address(): string {
    return `127.0.0.1:${(this.socket.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.socket.close();
  }

  private answer(query: Buffer): Buffer {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const type = types[query.readUInt16BE(at + 1)];
    const found = this.zone(labels.join('.').toLowerCase());
    const status = found === 'fail' ? 2 : found === undefined ? 3 : 0;
    const records = typeof found === 'object' && type ? (found[type] ?? []).map((value) => record(type, value)) : [];
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180 | status, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    header.writeUInt32BE(0, 8);
    return Buffer.concat([header, query.subarray(12, at + 5), ...records]);
  }
}

/** A resource record of the queried name. */
function record(type: keyof Records, value: string): Buffer {
  const data = { A: ipv4, AAAA: ipv6, CNAME: name }[type](value);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE({ A: 1, AAAA: 28, CNAME: 5 }[type], 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function ipv4(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}

/** `::ffff:198.51.100.2` or `fd00::1`. */
function ipv6(address: string): Buffer {
  const mapped = /^::ffff:([\d.]+)$/.exec(address)?.[1];
  if (mapped) return Buffer.concat([Buffer.alloc(10), Buffer.from([255, 255]), ipv4(mapped)]);
  const [left = [], right = []] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const groups = [...left, ...Array(8 - left.length - right.length).fill('0'), ...right];
  return Buffer.concat(groups.map((group) => Buffer.from(group.padStart(4, '0'), 'hex')));
}

function name(text: string): Buffer {
  const labels = text.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
