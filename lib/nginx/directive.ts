/** A directive of an Nginx configuration; with a block it is a context such as `server`. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block?: readonly Directive[];
  /** One line above the directive with its reason. */
  readonly comment?: string;
}

/** A simple directive, `name args…;`. Arguments are quoted by the printer; `$name` in them is a variable of Nginx. */
export function directive(name: string, ...args: readonly (string | number)[]): Directive {
  return { name, args: args.map(String) };
}

/** A directive with a block, `name args… { … }`. */
export function block(name: string, args: readonly string[], children: readonly Directive[]): Directive {
  return { name, args, block: children };
}

/** The directive with a comment above it. */
export function because(comment: string, of: Directive): Directive {
  return { ...of, comment };
}

/** `location arguments… { … }`. */
export function location(args: readonly string[], children: readonly Directive[]): Directive {
  return block('location', args, children);
}

/** A header of the response, for every status; Nginx omits empty ones. */
export function addHeader(name: string, value: string): Directive {
  return directive('add_header', name, value, 'always');
}

/** A header of the request to the app; Nginx omits an empty one. */
export function setHeader(name: string, value: string): Directive {
  return directive('proxy_set_header', name, value);
}

/** `map source $variable { … }`, see ngx_http_map_module. Entries keep their order: the first matching regex wins. */
export function map(source: string, variable: string, entries: readonly (readonly [string, string])[]): Directive {
  return block(
    'map',
    [source, variable],
    entries.map(([key, value]) => directive(key, value)),
  );
}

/**
 * Text from outside (a host name, an origin) as part of an argument.
 * @throws Error if it holds a dollar sign: Nginx would read a variable, and has no escape for it.
 */
export function literal(text: string): string {
  if (text.includes('$')) {
    throw new Error(`a text in the Nginx configuration can't hold "$", got ${JSON.stringify(text)}`);
  }
  return text;
}

/** Text as part of a regular expression (PCRE) that matches exactly that text. */
export function regexLiteral(text: string): string {
  return literal(text).replace(/[\\^.|?*+()[\]{}]/g, '\\$&');
}

/** Prints directives as Nginx reads them: the one place that indents and quotes. */
export function printDirectives(directives: readonly Directive[], indent = ''): string {
  return directives.map((each) => printDirective(each, indent)).join('');
}

function printDirective({ name, args, block: children, comment }: Directive, indent: string): string {
  const head = [name, ...args].map(quote).join(' ');
  const why = comment === undefined ? '' : `${indent}# ${comment}\n`;
  if (children === undefined) {
    return `${why}${indent}${head};\n`;
  }
  return `${why}${indent}${head} {\n${printDirectives(children, `${indent}    `)}${indent}}\n`;
}

const PLAIN_WORD = /^[\w$.:/@=,*+~%&!?<>|^()-]+$/;

/** In quotes, Nginx unescapes `\\` and `\"`, and keeps every other backslash. */
function quote(word: string): string {
  if (PLAIN_WORD.test(word)) return word;
  if (/[\0\r\n]/.test(word)) {
    throw new Error(`a word of the Nginx configuration can't hold a line break, got ${JSON.stringify(word)}`);
  }
  return `"${word.replace(/["\\]/g, '\\$&')}"`;
}
