import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as cloud from '../lib/settings/cloud';
import * as region from '../lib/settings/region';

/** An option of a strategy, from its docstring. */
export interface DocumentedOption {
  /** The interface it is in, e.g. `Rfc2136Options`. */
  readonly of: string;
  readonly name: string;
  readonly optional: boolean;
  /** As source text. */
  readonly type: string;
  readonly text: string;
  readonly default?: string;
}

/** A family of strategies, e.g. `DnsRecords`, from its docstrings. */
export interface DocumentedFamily {
  readonly name: string;
  readonly text: string;
  readonly factories: readonly DocumentedFactory[];
}

/** One factory of a strategy, e.g. `DnsRecords.rfc2136`. */
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

/** The options of a family of strategies: the interfaces beside its class, in their order. */
export function documentedOptions(className: string): DocumentedOption[] {
  const file = parse(fileOf(className));
  return file.statements.filter(ts.isInterfaceDeclaration).flatMap((declaration) =>
    declaration.members.filter(ts.isPropertySignature).map((member) => ({
      of: declaration.name.text,
      name: member.name.getText(file),
      optional: member.questionToken !== undefined,
      type: member.type?.getText(file) ?? '',
      text: textOf(member),
      default: tagOf(member, 'default'),
    })),
  );
}

/** The docstrings of settings by their definitions. */
export function settingTexts(): ReadonlyMap<unknown, string> {
  const found = Object.entries({ 'settings/cloud.ts': cloud, 'settings/region.ts': region }).flatMap(
    ([path, definitions]) =>
      parse(path)
        .statements.filter(ts.isVariableStatement)
        .flatMap(({ declarationList }) => declarationList.declarations)
        .flatMap(({ name, initializer }) => {
          const group = (definitions as Record<string, object>)[name.getText()] as Record<string, unknown> | undefined;
          if (!group || !initializer || !ts.isObjectLiteralExpression(initializer)) return [];
          return initializer.properties.map((property): [unknown, string] => [
            group[property.name?.getText() ?? ''],
            textOf(property),
          ]);
        }),
  );
  return new Map(found);
}

/** The class of a family, with the static methods that create its strategies. */
export function documentedFamily(name: string): DocumentedFamily {
  const file = parse(fileOf(name));
  const family = file.statements.filter(ts.isClassDeclaration).find((one) => one.name?.text === name);
  if (!family) throw new Error(`no class ${name} in ${file.fileName}`);
  const factories = family.members
    .filter(ts.isMethodDeclaration)
    // isDnsRecords() and similar methods return no DnsRecords.
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

/** Where the class of a family is, from lib: `strategies/dns-records.ts`. */
function fileOf(className: string): string {
  return `strategies/${className.replaceAll(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase()}.ts`;
}

function parse(path: string): ts.SourceFile {
  const full = join(__dirname, '../lib', path);
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
