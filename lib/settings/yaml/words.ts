/** A text of a message with the factories of TypeScript as YAML has them: `DnsRecords.manual()` is `manual`. */
export function inYaml(text: string): string {
  let before = '';
  let after = text;
  // From the inside to the outside.
  while (before !== after) {
    before = after;
    after = after.replace(/\b[A-Z]\w+\.(\w+)\(([^()]*)\)/g, (_, name, argument) =>
      argument === '' ? name : `{ ${name}: ${argument} }`,
    );
  }
  return after;
}
