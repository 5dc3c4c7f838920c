/**
 * An independent implementation of the rules for host names: a scanner that reads the text once, networks as big
 * integers, no regular expression and no code of `lib`.
 */
export interface Rules {
  readonly hostname: string;
  readonly ranges: readonly string[];
  readonly denied: readonly string[];
  readonly ports: {
    readonly allowed: readonly { from: number; to: number }[];
    readonly denied: readonly { from: number; to: number }[];
  };
}

export interface App {
  readonly protocol: 'http' | 'https';
  readonly address: string;
  readonly port: number;
}

export type Verdict =
  | ({ readonly answer: 'proxied' } & App)
  | ({ readonly answer: 'range' | 'denied' | 'port' } & App)
  | { readonly answer: 'malformed' | 'own' | 'other' | 'bad' };

const ALWAYS = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'];

export class Judge {
  private readonly ranges: Networks;
  private readonly refused: Networks;

  constructor(private readonly rules: Rules) {
    const edges = rules.ranges.flatMap((range) => {
      const [first, last] = network(range);
      return last - first >= 3n ? [`${first}`, `${last}`] : [];
    });
    this.ranges = new Networks(rules.ranges.map(network));
    this.refused = new Networks([
      ...[...ALWAYS, ...rules.denied].map(network),
      ...edges.map((edge): [bigint, bigint] => [BigInt(edge), BigInt(edge)]),
    ]);
  }

  /** The expected answer to a name in the `Host` header; characters stand for bytes. */
  header(text: string): Verdict {
    const name = hostOf(trimBlanks(text));
    if (name === undefined) return { answer: 'bad' };
    if (name === this.rules.hostname) return { answer: 'own' };
    return endsWith(name, `.${this.rules.hostname}`) ? this.app(name) : { answer: 'other' };
  }

  /** The expected answer to an app's name, in lower case, without port and trailing dot. */
  app(name: string): Verdict {
    const app = scan(name, this.rules.hostname);
    if (app === undefined) return { answer: 'malformed' };
    const address = number(app.address);
    const within = (list: Rules['ports']['allowed']) => list.some(({ from, to }) => from <= app.port && app.port <= to);
    if (!this.ranges.hold(address)) return { answer: 'range', ...app };
    if (this.refused.hold(address)) return { answer: 'denied', ...app };
    const { allowed, denied } = this.rules.ports;
    return { answer: within(allowed) && !within(denied) ? 'proxied' : 'port', ...app };
  }
}

/** Disjoint, sorted intervals with binary search. */
class Networks {
  private readonly intervals: [bigint, bigint][] = [];

  constructor(networks: readonly [bigint, bigint][]) {
    for (const [first, last] of [...networks].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
      const previous = this.intervals.at(-1);
      if (previous && first <= previous[1] + 1n) previous[1] = last > previous[1] ? last : previous[1];
      else this.intervals.push([first, last]);
    }
  }

  hold(address: bigint): boolean {
    let [low, high] = [0, this.intervals.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const [first, last] = this.intervals[middle] as [bigint, bigint];
      if (address < first) high = middle;
      else if (address > last) low = middle + 1;
      else return true;
    }
    return false;
  }
}

/** `[http-|https-]a-b-c-d-port.hostname`, from left to right; undefined for everything else. */
export function scan(name: string, hostname: string): App | undefined {
  let at = 0;
  let protocol: App['protocol'] = 'https';
  for (const each of ['http', 'https'] as const) {
    if (name.slice(0, each.length + 1) === `${each}-`) {
      protocol = each;
      at = each.length + 1;
    }
  }
  const numbers: number[] = [];
  while (numbers.length < 5) {
    const start = at;
    let value = 0;
    while (at < name.length && at - start < 6 && isDigit(name.charCodeAt(at))) {
      value = value * 10 + name.charCodeAt(at) - 48;
      at++;
    }
    const length = at - start;
    if (length === 0 || (length > 1 && name.charCodeAt(start) === 48)) return undefined;
    const isPort = numbers.length === 4;
    if (isPort ? value < 1 || value > 65535 : value > 255) return undefined;
    numbers.push(value);
    if (name[at] !== (isPort ? '.' : '-')) return undefined;
    at++;
  }
  if (name.slice(at) !== hostname) return undefined;
  return { protocol, address: numbers.slice(0, 4).join('.'), port: numbers[4] as number };
}

/** The host of a `Host` header: what is in front of a port, in lower case; undefined if it must be refused. */
function hostOf(text: string): string | undefined {
  let name = '';
  let [inPort, inBrackets, lastDot] = [false, text[0] === '[', -1];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const character = text[i] as string;
    if (code <= 0x20 || code === 0x7f || character === '/') return undefined;
    if (character === '.' && lastDot === i - 1 && i > 0) return undefined;
    if (character === '.') lastDot = i;
    if (character === ':' && !inBrackets) inPort = true;
    if (inPort) continue;
    name += code >= 65 && code <= 90 ? String.fromCharCode(code + 32) : character;
    if (inBrackets && character === ']') [inBrackets, inPort] = [false, true];
  }
  // Nginx takes a trailing dot off unless a dot in the port follows.
  if (lastDot >= 0 && lastDot === name.length - 1) name = name.slice(0, -1);
  return name === '' ? undefined : name;
}

function network(text: string): [bigint, bigint] {
  let slash = 0;
  while (slash < text.length && text[slash] !== '/') slash++;
  const bits = slash === text.length ? 32n : BigInt(text.slice(slash + 1));
  const address = number(text.slice(0, slash));
  const size = 1n << (32n - bits);
  const first = (address / size) * size;
  return [first, first + size - 1n];
}

function number(address: string): bigint {
  let [sum, octet] = [0n, 0n];
  for (const character of address) {
    if (character === '.') [sum, octet] = [(sum + octet) << 8n, 0n];
    else octet = octet * 10n + BigInt(character.charCodeAt(0) - 48);
  }
  return sum + octet;
}

function trimBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (text[start] === ' ') start++;
  while (end > start && text[end - 1] === ' ') end--;
  return text.slice(start, end);
}

function endsWith(text: string, end: string): boolean {
  return text.slice(-end.length) === end;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
