// SPDX-License-Identifier: Apache-2.0
// House rules that the linter has no rule for. Loaded by the linter through .oxlintrc.json.

interface SyntaxNode {
  readonly type: string;
  readonly [member: string]: unknown;
}

interface RuleContext {
  report(problem: { readonly node: SyntaxNode; readonly message: string }): void;
  readonly sourceCode: { readonly text: string };
}

type Visitor = Readonly<Record<string, (node: SyntaxNode) => void>>;

interface Rule {
  create(context: RuleContext): Visitor;
}

const LICENCE_LINE = '// SPDX-License-Identifier: Apache-2.0';

/** `export *` hides what a file offers and turns every new name into API. */
const noExportAll: Rule = {
  create: (context) => ({
    ExportAllDeclaration(node) {
      context.report({ node, message: 'list exports by name: no `export *`' });
    },
  }),
};

/** Clock, randomness and environment are arguments everywhere but in the one file that wires the process. */
const noAmbient: Rule = {
  create(context) {
    const refuse = (node: SyntaxNode, what: string): void => {
      context.report({
        node,
        message: `${what} is an argument here; only cli/wire.ts reaches for it`,
      });
    };
    return {
      MemberExpression(node) {
        const name = memberPath(node);
        if (name !== undefined && AMBIENT_MEMBERS.has(name)) refuse(node, name);
      },
      NewExpression(node) {
        if (isDate(node) && listOf(node['arguments']).length === 0) refuse(node, 'new Date()');
      },
      CallExpression(node) {
        if (isDate(node)) refuse(node, 'Date()');
      },
      ImportDeclaration(node) {
        const source = nodeOf(node['source'])?.['value'];
        if (source === 'node:process' || source === 'process') refuse(node, 'node:process');
      },
    };
  },
};

const AMBIENT_MEMBERS = new Set([
  'Date.now',
  'Math.random',
  'process.env',
  'performance.now',
  'performance.timeOrigin',
]);

/**
 * `validate` says neither parse, nor verify, nor appraise, nor evaluate: readers swap their meanings. Members of object
 * literals are left alone: other packages name them.
 */
const noValidate: Rule = {
  create(context) {
    const check = (name: unknown): void => {
      const text = nameOf(name);
      const node = nodeOf(name);
      if (text === undefined || node === undefined || !/[Vv]alidate(?![a-z])/.test(text)) return;
      context.report({
        node,
        message: `\`${text}\`: say parse, detect, verify, appraise, evaluate or assert, not validate`,
      });
    };
    return {
      FunctionDeclaration: (node) => check(node['id']),
      TSDeclareFunction: (node) => check(node['id']),
      FunctionExpression: (node) => check(node['id']),
      MethodDefinition: (node) => check(node['key']),
      TSMethodSignature: (node) => check(node['key']),
      TSAbstractMethodDefinition: (node) => check(node['key']),
      VariableDeclarator: (node) => {
        if (isFunction(node['init'])) check(node['id']);
      },
      PropertyDefinition: (node) => {
        if (isFunction(node['value'])) check(node['key']);
      },
    };
  },
};

/** First line, or second below a `#!` line. */
const licenceLine: Rule = {
  create: (context) => ({
    Program(node) {
      const lines = context.sourceCode.text.replace(/^\uFEFF/, '').split(/\r?\n/, 2);
      const line = lines[0]?.startsWith('#!') === true ? lines[1] : lines[0];
      if (line !== LICENCE_LINE) {
        context.report({ node, message: `the first line is \`${LICENCE_LINE}\`` });
      }
    },
  }),
};

function isFunction(value: unknown): boolean {
  const type = nodeOf(value)?.type;
  return type === 'FunctionExpression' || type === 'ArrowFunctionExpression';
}

function isDate(call: SyntaxNode): boolean {
  const callee = nodeOf(call['callee']);
  return callee !== undefined && withoutGlobal(callee) === 'Date';
}

/** `Date.now`, `globalThis.Date.now` and `Date['now']` are all `Date.now`. */
function memberPath(node: SyntaxNode): string | undefined {
  const object = nodeOf(node['object']);
  const name = propertyName(node);
  const owner = object === undefined ? undefined : withoutGlobal(object);
  return owner === undefined || name === undefined ? undefined : `${owner}.${name}`;
}

function withoutGlobal(node: SyntaxNode): string | undefined {
  if (node.type === 'Identifier') return nameOf(node);
  if (node.type !== 'MemberExpression') return undefined;
  const object = nodeOf(node['object']);
  const isGlobal = object?.type === 'Identifier' && /^global(This)?$/.test(nameOf(object) ?? '');
  return isGlobal ? propertyName(node) : undefined;
}

function propertyName(member: SyntaxNode): string | undefined {
  const property = nodeOf(member['property']);
  if (property === undefined) return undefined;
  if (member['computed'] !== true) return nameOf(property);
  return typeof property['value'] === 'string' ? property['value'] : undefined;
}

function nameOf(value: unknown): string | undefined {
  const name = nodeOf(value)?.['name'];
  return typeof name === 'string' ? name : undefined;
}

function nodeOf(value: unknown): SyntaxNode | undefined {
  return typeof value === 'object' && value !== null && 'type' in value
    ? (value as SyntaxNode)
    : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

const plugin = {
  meta: { name: 'pedigree' },
  rules: {
    'no-export-all': noExportAll,
    'no-ambient': noAmbient,
    'no-validate': noValidate,
    'licence-line': licenceLine,
  },
};

export default plugin;
