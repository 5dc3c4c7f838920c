import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

/** A minimal WebSocket client: it opens a connection, and sends one message. */
export interface WebSockets {
  /** Sends a message on each. @returns how many got an answer */
  alive(): Promise<number>;
  close(): void;
}

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = /^sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r$/im;
/** A masked text frame with one letter. */
const FRAME = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x3f]);
const ANSWER = Buffer.from('\x81\x0astill here', 'latin1');

/** Opens that many WebSockets to an app through a proxy. @throws Error if one does not open. */
export async function openWebSockets(address: string, host: string, count: number): Promise<WebSockets> {
  const sockets: TLSSocket[] = [];
  const failed: Error[] = [];
  const opener = async () => {
    while (sockets.length < count && failed.length === 0) {
      // Clients on eight addresses: a single one would reach our limit of connections per client.
      const localAddress = `127.0.1.${1 + (sockets.length % 8)}`;
      const options = { host: address, port: 443, servername: host, rejectUnauthorized: false, localAddress };
      const socket = connect(options);
      sockets.push(socket);
      await upgrade(socket, host).catch((error) => failed.push(error));
    }
  };
  await Promise.all(Array.from({ length: 50 }, opener));
  if (failed[0]) throw new Error(`a WebSocket through ${address} does not open: ${failed[0].message}`);
  return {
    async alive() {
      let count = 0;
      const queue = [...sockets];
      const asker = async () => {
        for (let socket = queue.pop(); socket; socket = queue.pop()) if (await answers(socket)) count++;
      };
      await Promise.all(Array.from({ length: 50 }, asker));
      return count;
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function upgrade(socket: TLSSocket, host: string): Promise<void> {
  // `alive` finds connections that end later.
  socket.on('error', () => undefined);
  socket.setTimeout(20_000, () => socket.destroy(new Error('no answer within 20 s')));
  await once(socket, 'secureConnect');
  const headers = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${KEY}`,
  ];
  socket.write([`GET /websocket HTTP/1.1`, `Host: ${host}`, ...headers, '', ''].join('\r\n'));
  const answer = String(await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => 'closed')]));
  if (!answer.startsWith('HTTP/1.1 101 ') || !ACCEPT.test(answer)) throw new Error(answer.slice(0, 200));
  socket.setTimeout(0);
}

function answers(socket: TLSSocket): Promise<boolean> {
  if (socket.destroyed || !socket.writable) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (alive: boolean) => {
      clearTimeout(timer);
      socket.removeAllListeners('data').removeAllListeners('close');
      resolve(alive);
    };
    const timer = setTimeout(() => end(false), 10_000);
    socket.on('data', (data: Buffer) => end(data.equals(ANSWER)));
    socket.on('close', () => end(false));
    socket.write(FRAME);
  });
}
