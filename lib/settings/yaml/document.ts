import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import type { Path, Problem } from '../../validation/problems';

/** Characters of a file: far above any cloud's settings, and parsed in no time. */
const maxLength = 256 * 1024;
/** Total number of uses of a file's anchors. */
const maxAliases = 100;

interface Place {
  readonly node?: Node;
  /** Its position in the text. */
  readonly offset: number;
  /** Number of keys of the path that exist. */
  readonly depth: number;
}

/** The text of a YAML file with its positions. */
export class YamlText {
  /** What is wrong with it as YAML; if anything is, there is no value. */
  readonly problems: readonly Problem[];
  /** Plain objects, lists, texts, numbers, true, false and null. */
  readonly value?: unknown;

  private readonly lines = new LineCounter();
  private readonly document?: Document;

  /** @param file as messages name it */
  constructor(
    private readonly file: string,
    source: string,
  ) {
    if (source.length > maxLength) {
      this.problems = [{ at: file, path: '', wrong: `is longer than ${maxLength} characters` }];
      return;
    }
    // The parser's messages quote the text, which may hold secrets.
    this.document = parseDocument(source, {
      lineCounter: this.lines,
      prettyErrors: false,
      merge: true,
      stringKeys: true,
    });
    const faults = [...this.document.errors, ...this.document.warnings];
    const exhausted = faults.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
    const reported = exhausted ? [exhausted] : faults.sort((a, b) => a.pos[0] - b.pos[0]);
    const problems = reported.map(
      ({ code, message, pos }): Problem => ({
        at: this.at(pos[0]),
        path: '',
        wrong: words(code, message, source, pos),
      }),
    );
    if (problems.length === 0) {
      try {
        this.value = plain(this.document.toJS({ maxAliasCount: maxAliases }), []);
      } catch (error) {
        problems.push({ at: file, path: '', wrong: aliasFault((error as Error).message) });
      }
      if (this.value === null)
        problems.push({ at: file, path: '', wrong: 'is empty; it holds the settings of a cloud' });
    }
    this.problems = problems;
  }

  /**
   * Position of a setting, as `stacks/cloud-a.yaml:12:9`: of its value, else of its name, else of what contains it.
   * @param named that the name of the setting is meant, not its value
   */
  position(path: Path, named = false): string {
    const { node, offset, depth } = this.find(path);
    const scalar =
      isScalar(node) &&
      node.range &&
      node.source !== undefined &&
      (node.value !== null || node.source !== '') &&
      depth === path.length &&
      !named;
    return this.at(scalar ? (node.range?.[0] ?? offset) : offset);
  }

  /** A value as it is read and as it is written, if it is a single text, number or word. */
  scalar(path: Path): { readonly value: unknown; readonly source: string } | undefined {
    const { node, depth } = this.find(path);
    if (depth !== path.length || !isScalar(node) || !node.source) return undefined;
    return { value: node.value, source: node.source };
  }

  private at(offset: number): string {
    const { line, col } = this.lines.linePos(offset);
    return `${this.file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  }

  private find(path: Path): Place {
    const top = this.document?.contents ?? undefined;
    let place: Place = { node: this.resolved(top), offset: top?.range?.[0] ?? 0, depth: 0 };
    for (const key of path) {
      const next = this.step(place.node, key, place.depth + 1);
      if (!next) break;
      place = next;
    }
    return place;
  }

  private step(node: Node | undefined, key: string | number, depth: number): Place | undefined {
    if (isSeq(node)) {
      const item = node.items[Number(key)];
      return isNode(item) ? { node: this.resolved(item), offset: item.range?.[0] ?? 0, depth } : undefined;
    }
    if (!isMap(node)) return undefined;
    const pair = node.items.find((one) => isScalar(one.key) && String(one.key.value) === String(key));
    if (isPair(pair) && isScalar(pair.key)) {
      return { node: this.resolved(pair.value), offset: pair.key.range?.[0] ?? 0, depth };
    }
    // Settings merged by `<<`.
    for (const { key: name, value } of node.items) {
      if (!isScalar(name) || name.source !== '<<') continue;
      const merged = this.resolved(value);
      for (const source of isSeq(merged) ? merged.items : [merged]) {
        const found = this.step(this.resolved(source), key, depth);
        if (found) return found;
      }
    }
    return undefined;
  }

  private resolved(node: unknown): Node | undefined {
    if (isAlias(node)) return this.document && node.resolve(this.document);
    return isNode(node) ? node : undefined;
  }
}

/** The mistake in an operator's words instead of the parser's grammar. */
function words(code: string, message: string, source: string, [from, to]: readonly [number, number]): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab indents this line; YAML wants spaces';
    case 'DUPLICATE_KEY':
      return `${/^[\w"'-]+/.exec(source.slice(from))?.[0] ?? 'this name'} is given twice; give each setting once`;
    case 'MULTIPLE_DOCS':
      return 'another document begins here (---); a file has the settings of one cloud';
    case 'TAG_RESOLVE_FAILED':
      return `the tag ${source.slice(from, to).trim()} means nothing here; write the value without it`;
    case 'BAD_INDENT':
      return message.includes('end with')
        ? 'a bracket before here is not closed'
        : 'this line is indented differently from those it belongs to';
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a second ": " on this line; put the value after the first one in quotes, or on its own lines';
    case 'MULTILINE_IMPLICIT_KEY':
      return 'a setting has no ": " after its name';
    case 'NON_STRING_KEY':
      return "a list or an object can't be the name of a setting";
    case 'RESOURCE_EXHAUSTION':
      return 'is nested too deeply';
    default:
      // Without the part of the text that it may quote.
      return message.replace(/: ["'].*$/s, '').replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase());
  }
}

function aliasFault(message: string): string {
  if (message.includes('alias count')) return `its anchors (&name, *name) are repeated more than ${maxAliases} times`;
  const [, name] = /Unresolved alias.*: (\S+)$/.exec(message) ?? [];
  if (name) return `*${name} uses an anchor that is not defined before it; write &${name} at the first place`;
  if (message.startsWith('Merge')) return '"<<" takes the anchor of an object, as in: <<: *region';
  return message;
}

/** The same value. @throws Error if an anchor contains itself, which would have no end */
function plain(value: unknown, around: readonly unknown[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (around.includes(value)) throw new Error('an anchor (&name) contains itself (*name)');
  for (const inner of Object.values(value)) plain(inner, [...around, value]);
  return value;
}
