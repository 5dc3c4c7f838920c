// blocks.mjs PAGE NAME: prints the code block of a page that follows a line beginning with `NAME`.
import { readFileSync } from 'node:fs';

const [page, name] = process.argv.slice(2);
const text = readFileSync(page, 'utf8');
const start = text.indexOf(name);
const [, code] = (start < 0 ? null : /\n```\w+\n([\s\S]*?)\n```/.exec(text.slice(start))) ?? [];
if (code === undefined) throw new Error(`${page} has no code block behind ${name}`);
console.log(code);
