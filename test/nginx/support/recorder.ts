import net, { type Socket } from 'node:net';

/** The bytes that an upstream received on one connection (a character is a byte). */
export interface Recorder {
  readonly address: string;
  readonly port: number;
  /** Bytes since the last call, one string for each connection. */
  take(): string[];
  stop(): Promise<void>;
}

/** An app that answers every request head once, valid or not, and never closes a connection. */
export async function startRecorder(address: string): Promise<Recorder> {
  let connections: { text: string }[] = [];
  const open = new Set<Socket>();
  const server = net.createServer((socket) => {
    const connection = { text: '' };
    connections.push(connection);
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      if (connection.text === '' && !connections.includes(connection)) connections.push(connection);
      const heads = connection.text.split('\r\n\r\n').length;
      connection.text += chunk;
      if (heads === 1 && connection.text.includes('\r\n\r\n')) {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\napp\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    address,
    port: (server.address() as net.AddressInfo).port,
    take() {
      const texts = connections.map(({ text }) => text).filter((text) => text !== '');
      connections = [];
      return texts;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/**
 * The reason why a server could read the text as anything but one request with one host and length; undefined if none.
 * @param complete whether the whole body must be there
 */
export function ambiguity(text: string, host: string, complete = true): string | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return 'the head has no end';
  const [requestLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const body = text.slice(end + 4);
  if (!/^[A-Z_-]+ \/[^\s]* HTTP\/1\.1$/.test(requestLine)) return `the request line is ${JSON.stringify(requestLine)}`;
  const headers = lines.map((line) => /^([!#$%&'*+.^`|~\w-]+): ?([^\r\n\0]*)$/.exec(line));
  if (headers.includes(null)) return `a header line is ${JSON.stringify(lines[headers.indexOf(null)])}`;
  const all = (name: string) => headers.flatMap((got) => (got?.[1]?.toLowerCase() === name ? [got[2] ?? ''] : []));
  if (all('host').join('|') !== host) return `Host is ${all('host').join('|')}`;
  const [lengths, codings] = [all('content-length'), all('transfer-encoding')];
  if (lengths.length + codings.length > 1) return 'there are several lengths';
  if (codings.length === 1) {
    if (codings[0] !== 'chunked') return `Transfer-Encoding is ${codings[0]}`;
    return complete && !/^(?:[1-9a-f][0-9a-f]*\r\n[\s\S]*\r\n)*0\r\n\r\n$/.test(body)
      ? 'the chunks are not whole'
      : undefined;
  }
  if (lengths.length === 1 && !/^\d+$/.test(lengths[0] as string)) return `Content-Length is ${lengths[0]}`;
  const length = Number(lengths[0] ?? 0);
  return body.length > length || (complete && body.length < length)
    ? `the body has ${body.length} bytes instead of ${length}`
    : undefined;
}
