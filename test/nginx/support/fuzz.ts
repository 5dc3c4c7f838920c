import { formatLabel } from '../../../lib/hostname';

/** A stream of random numbers that a seed repeats (mulberry32). */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  int(below: number): number;
  pick<T>(of: readonly T[]): T;
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  return {
    int: (below) => Math.floor((next() / 2 ** 32) * below),
    pick: (of) => of[Math.floor((next() / 2 ** 32) * of.length)] as (typeof of)[number],
  };
}

/** Parts of generated names: a run finds more if more names hit a rule. */
export interface Ground {
  readonly hostname: string;
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
}

const PARTS = ['', '0', '00', '01', '1', '9', '10', '99', '100', '199', '200', '249', '250', '255', '256', '260', '300']
  .concat(['999', '1000', '65535', '65536', '65530', '99999', '065535', '4294967296', '1e3', '0x7f', '+1', '-1', '٣'])
  .concat(['http', 'https', 'httpss', 'ftp', 'HTTP', 'xn--4gbrim', 'a', 'localhost', '8888', '443', '1 ', '1.', '१']);

const CHARACTERS = [...'-._~:@/\\?#[]%!$&\'()*+,;=" \t\r\n\0{}|<>^`0123456789aAzZhHpPkKſ\u212a'].concat([
  '\x01',
  '\x1f',
  '\x7f',
  '\x80',
  '\xa0',
  '\xff',
  'é',
  'ß',
  'İ',
  '。',
  '．',
  '‐',
  '−',
  '０',
  '\u200b',
  '\ufeff',
  '😀',
]);

/** A host name: a third are well-formed, the others nearly so or not at all. */
export function randomName(random: Random, ground: Ground): string {
  const name = `${label(random, ground)}.${ground.hostname}`;
  const changes = random.pick([0, 0, 0, 1, 1, 2, 4]);
  return Array.from({ length: changes }).reduce<string>((text) => change(random, text, ground), name);
}

function label(random: Random, ground: Ground): string {
  const octet = () => String(random.int(256));
  const address = random.int(4) === 0 ? [octet(), octet(), octet(), octet()].join('.') : random.pick(ground.addresses);
  const port = random.int(3) === 0 ? 1 + random.int(65535) : random.pick(ground.ports);
  const short = formatLabel({ protocol: random.pick(['http', 'https'] as const), address, port });
  return random.int(8) === 0 && !short.startsWith('http') ? `https-${short}` : short;
}

function change(random: Random, text: string, { hostname }: Ground): string {
  const at = random.int(text.length + 1);
  const [before, after] = [text.slice(0, at), text.slice(at)];
  const parts = text.split('-');
  const part = random.int(parts.length);
  switch (random.int(14)) {
    case 0:
      return before + random.pick(CHARACTERS) + after;
    case 1:
      return before + after.slice(1);
    case 2:
      return before + random.pick(CHARACTERS) + after.slice(1);
    case 3:
      return parts.with(part, random.pick(PARTS)).join('-');
    case 4:
      return parts.toSpliced(part, 0, random.pick(PARTS)).join('-');
    case 5:
      return parts.toSpliced(part, 1).join('-');
    case 6:
      return `${text}${random.pick(['.', '..', ':443', ':', ':x', '.:443', ' ', '.org', '\0', ':80.'])}`;
    case 7:
      return random.pick(['', text.toUpperCase(), before.toUpperCase() + after]);
    case 8:
      return `${random.pick(['a.', '.', 'user@', 'a:b@', '-', 'https-', 'http-', 'http://', '*.', '[', '::1.'])}${text}`;
    case 9:
      return random.pick([hostname, `.${hostname}`, hostname.slice(1), `x${hostname}`, 'localhost', '[::1]', text]);
    case 10:
      return text.replaceAll('-', random.pick(['.', '_', '--', '-', '–', '%2d']));
    case 11:
      return before + random.pick(['0', '-', 'x', 'é', '1-2-3-4-']).repeat(random.int(60)) + after;
    case 12:
      return before + String.fromCharCode(random.int(256)) + after;
    default:
      return text.replace(random.pick(['-', '.', '0', '1', '2']), random.pick(PARTS));
  }
}
