import { join } from 'node:path';
import ts from 'typescript';

/** A name that the package exports, or a member of one, as its docstring tells it. */
export interface Documented {
  readonly name: string;
  /** e.g. `class`, `property`. */
  readonly kind: string;
  /** Whether it is a member of the class itself, not of its objects. */
  readonly isStatic: boolean;
  /** As an editor shows it. */
  readonly signature: string;
  readonly text: string;
  /** Whether it may be left out. */
  readonly optional: boolean;
  readonly tags: Readonly<Record<string, readonly string[]>>;
  readonly parameters: readonly { readonly name: string; readonly optional: boolean; readonly text: string }[];
  readonly members: readonly Documented[];
}

const root = join(__dirname, '..');

/** Everything that lib/index.ts exports but for bindings, which are documented by their providers, sorted by name. */
export function publicApi(): Documented[] {
  const entry = join(root, 'lib/index.ts');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([entry], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry) as ts.SourceFile) as ts.Symbol;
  return checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    .filter((symbol) => !symbol.declarations?.[0]?.getSourceFile().fileName.includes('/.gen/'))
    .map((symbol) => documented(checker, symbol, symbol.declarations?.[0] as ts.Declaration))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const kinds: Partial<Record<ts.SyntaxKind, string>> = {
  [ts.SyntaxKind.ClassDeclaration]: 'class',
  [ts.SyntaxKind.InterfaceDeclaration]: 'interface',
  [ts.SyntaxKind.TypeAliasDeclaration]: 'type',
  [ts.SyntaxKind.FunctionDeclaration]: 'function',
  [ts.SyntaxKind.VariableDeclaration]: 'constant',
  [ts.SyntaxKind.Constructor]: 'constructor',
  [ts.SyntaxKind.MethodDeclaration]: 'method',
  [ts.SyntaxKind.MethodSignature]: 'method',
  [ts.SyntaxKind.PropertyDeclaration]: 'property',
  [ts.SyntaxKind.PropertySignature]: 'property',
  [ts.SyntaxKind.GetAccessor]: 'property',
};

function documented(checker: ts.TypeChecker, symbol: ts.Symbol, declaration: ts.Declaration): Documented {
  const tags: Record<string, string[]> = {};
  const all = ts.isConstructorDeclaration(declaration) ? docTags(declaration) : symbol.getJsDocTags(checker);
  for (const { name, text } of all) {
    tags[name] = [...(tags[name] ?? []), ts.displayPartsToString(text).trim()];
  }
  const parameters = ts.isFunctionLike(declaration) ? declaration.parameters : [];
  return {
    name: ts.isConstructorDeclaration(declaration) ? 'constructor' : symbol.name,
    kind: kinds[declaration.kind] ?? ts.SyntaxKind[declaration.kind],
    isStatic: (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Static) !== 0,
    signature: signature(declaration),
    text: ts.isConstructorDeclaration(declaration)
      ? ''
      : ts.displayPartsToString(symbol.getDocumentationComment(checker)),
    optional: 'questionToken' in declaration && declaration.questionToken !== undefined,
    tags,
    parameters: parameters.map((parameter) => ({
      name: parameter.name.getText(),
      optional: parameter.questionToken !== undefined || parameter.initializer !== undefined,
      text: ts.getTextOfJSDocComment(ts.getJSDocParameterTags(parameter)[0]?.comment) ?? '',
    })),
    members: membersOf(declaration)
      .filter((member) => isPublic(member) && member.kind in kinds)
      .map((member) => documented(checker, symbolOf(checker, member), member)),
  };
}

function docTags(node: ts.Node): { name: string; text: ts.SymbolDisplayPart[] }[] {
  return ts.getJSDocTags(node).map(({ tagName, comment }) => ({
    name: tagName.text,
    text: [{ kind: 'text', text: ts.getTextOfJSDocComment(comment) ?? '' }],
  }));
}

function symbolOf(checker: ts.TypeChecker, member: ts.Declaration): ts.Symbol {
  const { name } = member as ts.NamedDeclaration;
  return (name && checker.getSymbolAtLocation(name)) ?? ((member as { symbol?: ts.Symbol }).symbol as ts.Symbol);
}

function membersOf(declaration: ts.Declaration): readonly ts.Declaration[] {
  if (ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration)) return declaration.members;
  if (ts.isTypeAliasDeclaration(declaration) && ts.isUnionTypeNode(declaration.type)) {
    return declaration.type.types.filter(ts.isTypeLiteralNode).flatMap((literal) => literal.members);
  }
  return [];
}

/** What can be used from outside: not private, and not the mark that tells a strategy. */
function isPublic(member: ts.Declaration): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  const { name } = member as ts.NamedDeclaration;
  return !(ts.getCombinedModifierFlags(member) & hidden) && !(name && ts.isComputedPropertyName(name));
}

/** The declaration without its body and its docstring. */
function signature(declaration: ts.Declaration): string {
  const printer = ts.createPrinter({ removeComments: true });
  const print = (node: ts.Node) => printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
  if (ts.isFunctionLike(declaration)) {
    const { parameters, type } = declaration as ts.SignatureDeclaration;
    const given = parameters.map((parameter) => {
      const optional = parameter.questionToken ?? parameter.initializer;
      const name = ts.isIdentifier(parameter.name) ? parameter.name.text : 'props';
      return `${name}${optional ? '?' : ''}: ${parameter.type ? print(parameter.type) : 'unknown'}`;
    });
    return `(${given.join(', ')})${type ? `: ${print(type)}` : ''}`.replaceAll(/\s+/g, ' ');
  }
  const { type } = declaration as { type?: ts.TypeNode };
  return type ? print(type).replaceAll(/\s+/g, ' ') : '';
}
