import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A setting as its docstring tells it. */
export interface DocumentedSetting {
  /** The interface it is in, e.g. `RegionSpec`. */
  readonly of: string;
  readonly name: string;
  readonly optional: boolean;
  /** As source text. */
  readonly type: string;
  readonly text: string;
  readonly default?: string;
  readonly example?: string;
}

/** A family of strategies, e.g. `DnsRecords`, as its docstrings tell it. */
export interface DocumentedFamily {
  readonly name: string;
  readonly text: string;
  readonly factories: readonly DocumentedFactory[];
}

/** One way to make a strategy, e.g. `DnsRecords.rfc2136`. */
export interface DocumentedFactory {
  readonly name: string;
  readonly text: string;
  readonly default?: string;
  readonly parameters: readonly DocumentedParameter[];
}

export interface DocumentedParameter {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
  readonly text?: string;
}

/** The settings in the order and the words of the files that operators read. */
export function documentedSettings(paths = ['settings/cloud-spec.ts', 'settings/region-spec.ts']): DocumentedSetting[] {
  return paths.flatMap((path) => {
    const file = parse(path);
    return file.statements.filter(ts.isInterfaceDeclaration).flatMap((declaration) =>
      declaration.members.filter(ts.isPropertySignature).map((member) => ({
        of: declaration.name.text,
        name: member.name.getText(file),
        optional: member.questionToken !== undefined,
        type: member.type?.getText(file) ?? '',
        text: textOf(member),
        default: tagOf(member, 'default'),
        example: tagOf(member, 'example'),
      })),
    );
  });
}

/** The exported abstract class of a file, with the static methods that make its strategies. */
export function documentedFamily(path: string): DocumentedFamily {
  const file = parse(path);
  const family = file.statements
    .filter(ts.isClassDeclaration)
    .find(({ modifiers }) => modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword));
  if (!family?.name) throw new Error(`no exported class in ${path}`);
  const name = family.name.text;
  const factories = family.members
    .filter(ts.isMethodDeclaration)
    // isDnsRecords() and the like return no DnsRecords.
    .filter((method) => method.type?.getText(file) === name)
    .map((method) => ({
      name: `${name}.${method.name.getText(file)}`,
      text: textOf(method),
      default: tagOf(method, 'default'),
      parameters: method.parameters.map((parameter) => ({
        name: parameter.name.getText(file),
        optional: parameter.questionToken !== undefined || parameter.initializer !== undefined,
        type: parameter.type?.getText(file) ?? '',
        text: plain(ts.getJSDocParameterTags(parameter)[0]?.comment),
      })),
    }));
  return { name, text: textOf(family), factories };
}

function parse(path: string): ts.SourceFile {
  const full = join(__dirname, '../../lib', path);
  return ts.createSourceFile(full, readFileSync(full, 'utf8'), ts.ScriptTarget.ES2022, true);
}

function textOf(node: ts.Node): string {
  return plain(ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment) ?? '';
}

function tagOf(node: ts.Node, name: string): string | undefined {
  return plain(ts.getJSDocTags(node).find((tag) => tag.tagName.text === name)?.comment);
}

function plain(comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string | undefined {
  return ts.getTextOfJSDocComment(comment)?.replaceAll('\n', ' ');
}
