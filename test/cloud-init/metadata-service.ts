import { createServer, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { pieceKey, pieceLength } from '../../lib/cloud-init';

/** Answers as Nova's metadata service does. */
export class MetadataService {
  /** The response instead of the metadata. */
  answer?: { status: number; body: string };
  private readonly meta: Record<string, string> = { other: 'key of the operator' };

  private constructor(private readonly server: Server) {}

  static async start(): Promise<MetadataService> {
    const server = createServer((request, response) => {
      const { status, body } = service.answer ?? { status: 200, body: JSON.stringify({ meta: service.meta }) };
      response.statusCode = request.url === '/openstack/latest/meta_data.json' ? status : 404;
      response.end(body);
    });
    const service = new MetadataService(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get address(): string {
    const address = this.server.address();
    return typeof address === 'object' && address ? `127.0.0.1:${address.port}` : '127.0.0.1:9';
  }

  put(name: string, pieces: readonly string[]): void {
    for (const key of Object.keys(this.meta)) if (key.startsWith(`uap-${name}-`)) delete this.meta[key];
    pieces.forEach((piece, index) => {
      this.meta[pieceKey(name, index)] = piece;
    });
  }

  set(key: string, value: string): void {
    this.meta[key] = value;
  }

  say(status: number, body: string): void {
    this.answer = { status, body };
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** The values of the keys of an apply-time file, `count` of them; see `pieceKey`. */
export function encodePieces(content: Buffer, count: number): string[] {
  const text = gzipSync(content, { level: 9 }).toString('base64');
  if (text.length > count * pieceLength) {
    throw new Error(`${content.length} bytes need ${Math.ceil(text.length / pieceLength)} pieces; there are ${count}`);
  }
  return Array.from({ length: count }, (_, index) => text.slice(index * pieceLength, (index + 1) * pieceLength));
}
