import type { InstanceFile } from '../../../lib/instance-parts';

/** Returns a reader of all variables, given those that the configuration does not define. */
export type Evaluate = (given: Readonly<Record<string, string>>) => (variable: string) => string;

interface Block {
  readonly kind: 'map' | 'geo';
  readonly source: string;
  readonly exact: Map<string, string>;
  readonly regexes: { readonly regex: RegExp; readonly value: string }[];
  readonly networks: Map<number, Set<number>>;
  byDefault: string;
}

/**
 * Evaluates the `map` and `geo` blocks of generated files as Nginx documents them, for more names than a server could
 * answer in time.
 */
export function evaluator(files: readonly InstanceFile[]): Evaluate {
  const blocks = new Map<string, Block>();
  for (const { content } of files) {
    for (const [, kind, source = '', variable = '', body = ''] of content.matchAll(
      /^(map|geo) (\S+) (\$\w+) \{\n([\s\S]*?)^\}/gm,
    )) {
      blocks.set(variable, readBlock(kind as Block['kind'], unquote(source), body));
    }
  }
  return (given) => {
    const known = new Map(Object.entries(given));
    const expand = (text: string, captures: readonly string[] = []): string =>
      !text.includes('$')
        ? text
        : text.replace(/\$(\w+)/g, (_, name: string) => captures[Number(name)] ?? get(`$${name}`));
    const get = (name: string): string => {
      const value = known.get(name) ?? blockValue(blocks.get(name), name, expand);
      known.set(name, value);
      return value;
    };
    return get;
  };
}

function blockValue(block: Block | undefined, name: string, expand: (text: string, captures?: string[]) => string) {
  if (!block) throw new Error(`the configuration defines no ${name}`);
  const source = expand(block.source);
  if (block.kind === 'geo') {
    const address = addressNumber(source);
    for (const [size, firsts] of block.networks) {
      if (address !== undefined && firsts.has(address - (address % size))) return '1';
    }
    return block.byDefault;
  }
  const exact = block.exact.get(source.toLowerCase());
  if (exact !== undefined) return expand(exact);
  for (const { regex, value } of block.regexes) {
    const found = regex.exec(source);
    if (found) return expand(value, found);
  }
  return expand(block.byDefault);
}

function readBlock(kind: Block['kind'], source: string, body: string): Block {
  const block: Block = { kind, source, exact: new Map(), regexes: [], networks: new Map(), byDefault: '' };
  for (const [, word = '', value = ''] of body.matchAll(/^ *("(?:\\.|[^"\\])*"|\S+) ("(?:\\.|[^"\\])*"|\S+);$/gm)) {
    const [key, result] = [unquote(word), unquote(value)];
    if (key === 'include') continue;
    if (key === 'default') block.byDefault = result;
    else if (kind === 'geo') addNetwork(block, key);
    else if (key.startsWith('~*')) block.regexes.push({ regex: new RegExp(key.slice(2), 'i'), value: result });
    else if (key.startsWith('~')) block.regexes.push({ regex: new RegExp(key.slice(1)), value: result });
    else block.exact.set(key.toLowerCase(), result);
  }
  return block;
}

function addNetwork({ networks }: Block, text: string): void {
  const [address = '', length = ''] = text.split('/');
  const size = 2 ** (32 - Number(length));
  networks.set(size, (networks.get(size) ?? new Set()).add(addressNumber(address) as number));
}

/** Undefined for an invalid address, and for 255.255.255.255, which geo treats as "no address". */
function addressNumber(text: string): number | undefined {
  const parts = text.split('.');
  return parts.length === 4 ? parts.reduce((sum, part) => sum * 256 + Number(part), 0) : undefined;
}

function unquote(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replace(/\\(["\\])/g, '$1') : word;
}
