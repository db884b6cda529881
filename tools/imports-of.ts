import { type ImportDeclaration, type Program, Visitor } from 'oxc-parser';

/** One way in which a file names another module. */
export interface Import {
  readonly specifier: string;
  readonly offset: number;
  /** Leaves nothing behind once types are stripped. */
  readonly typeOnly: boolean;
  /** Runs when it is reached, not when the file is loaded. */
  readonly lazy: boolean;
}

/** Finds imports, `import type`, re-exports, `import()` and `import('…')` in type position. */
export function importsOf(program: Program): readonly Import[] {
  const found: Import[] = [];
  const add = (node: { readonly value: string; readonly start: number }, typeOnly: boolean, lazy = false) => {
    found.push({ specifier: node.value, offset: node.start, typeOnly, lazy });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source, isTypeOnly(node)),
    ExportAllDeclaration: (node) => add(node.source, node.exportKind === 'type'),
    ExportNamedDeclaration: (node) => {
      if (node.source) add(node.source, node.exportKind === 'type');
    },
    ImportExpression: ({ source }) => {
      if (source.type === 'Literal' && typeof source.value === 'string') {
        add({ value: source.value, start: source.start }, false, true);
      }
    },
    TSImportType: (node) => add(node.source, true),
  }).visit(program);
  return found.sort((a, b) => a.offset - b.offset);
}

function isTypeOnly({ importKind, specifiers }: ImportDeclaration): boolean {
  if (importKind === 'type') return true;
  return (
    specifiers.length > 0 &&
    specifiers.every((specifier) => specifier.type === 'ImportSpecifier' && specifier.importKind === 'type')
  );
}
