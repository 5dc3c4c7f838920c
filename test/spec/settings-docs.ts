import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A setting as its docstring tells it. */
export interface DocumentedSetting {
  /** The interface it is in, e.g. `RegionSpec`. */
  readonly of: string;
  readonly name: string;
  readonly optional: boolean;
  readonly text: string;
  readonly default?: string;
  readonly example?: string;
}

/** The settings in the order and the words of the files that operators read. */
export function documentedSettings(): DocumentedSetting[] {
  return ['cloud-spec.ts', 'region-spec.ts'].flatMap((name) => {
    const path = join(__dirname, '../../lib/spec', name);
    const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
    return file.statements.filter(ts.isInterfaceDeclaration).flatMap((declaration) =>
      declaration.members.filter(ts.isPropertySignature).map((member) => {
        const docs = ts.getJSDocCommentsAndTags(member).find(ts.isJSDoc);
        const comment = (text: string | ts.NodeArray<ts.JSDocComment> | undefined) =>
          ts.getTextOfJSDocComment(text)?.replaceAll('\n', ' ');
        const tag = (tagName: string) => comment(docs?.tags?.find((one) => one.tagName.text === tagName)?.comment);
        return {
          of: declaration.name.text,
          name: member.name.getText(file),
          optional: member.questionToken !== undefined,
          text: comment(docs?.comment) ?? '',
          default: tag('default'),
          example: tag('example'),
        };
      }),
    );
  });
}
