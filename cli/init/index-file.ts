/** The app's list of clouds with one more, or the two lines that are to be added by hand. */
export type Listed = { readonly text: string } | { readonly byHand: readonly [importLine: string, element: string] };

const lineWidth = 120;
/** Elements are names, and calls that add several: `...cloudsFromYaml(__dirname)`. */
const listPattern = /(export const clouds\b[^=\n]*=\s*)\[((?:[\w$,\s]|\.\.\.[\w$]+\([\w$]*\))*)\](?=\s*;)/;
const importPattern = /^import .* from '(\.[^']*)';$/gm;

/**
 * @param index the text of `stacks/index.ts`; undefined if there is none
 * @param file name of the cloud's file without suffix
 * @param constant what that file exports
 * @param library where the library is imported from
 */
export function withCloud(index: string | undefined, file: string, constant: string, library: string): Listed {
  const importLine = `import { ${constant} } from './${file}';`;
  if (index === undefined) {
    return {
      text: `import type { CloudSpec } from '${library}';
${importLine}

/** The clouds of this app, one stack each: \`cdktf deploy <name>\`. */
export const clouds: readonly CloudSpec[] = [${constant}];
`,
    };
  }
  const list = listPattern.exec(index);
  const imports = [...index.matchAll(importPattern)];
  const last = imports.at(-1);
  const known = index.includes(importLine);
  if (!list || !last) return { byHand: [importLine, constant] };
  const elements = (list[2] ?? '').split(',').flatMap((one) => one.trim() || []);
  const calls = elements.findIndex((element) => element.startsWith('...'));
  const longer = elements.toSpliced(calls < 0 ? elements.length : calls, 0, constant);
  const listText = elements.includes(constant) ? list[0] : (list[1] ?? '') + listOf(longer, list);
  let text = index.replace(listPattern, () => listText);
  if (!known) {
    // The imports come first, so that their places are the same as before.
    const next = imports.find(
      ([, path = '']) => path.startsWith('./') && path.localeCompare(`./${file}`, 'en', { numeric: true }) > 0,
    );
    const place = next?.index ?? last.index + last[0].length + 1;
    text = `${text.slice(0, place)}${importLine}\n${text.slice(place)}`;
  }
  return { text };
}

function listOf(elements: readonly string[], [before = '', head = '']: RegExpExecArray): string {
  const one = `[${elements.join(', ')}]`;
  if (!before.includes('\n') && head.length + one.length < lineWidth) return one;
  return `[\n${elements.map((element) => `  ${element},\n`).join('')}]`;
}
