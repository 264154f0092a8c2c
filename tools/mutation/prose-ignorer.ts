// SPDX-License-Identifier: Apache-2.0
// A plugin of Stryker: text for people is not mutated. Tests assert codes, so that every changed message would survive and
// hide what matters.

/** What this reads of a node of Babel's syntax tree. */
interface SyntaxNode {
  readonly type: string;
  readonly [member: string]: unknown;
}

interface SyntaxPath {
  readonly node: SyntaxNode;
  readonly parent?: SyntaxNode;
}

/** Members of findings and errors that only people read. */
const PROSE_MEMBERS = new Set(['message', 'hint', 'clause', 'at']);
/** Which arguments of ours name a field or a place in messages. */
const PROSE_ARGUMENTS: ReadonlyMap<string, readonly number[]> = new Map([
  ['expectDer', [2]],
  ['derOid', [1]],
  ['derSmallInteger', [1]],
  ['derBitStringBytes', [1]],
  ['parseSerial', [1]],
  ['parseTime', [1]],
  ['parseTrue', [1]],
  ['demandEqual', [4]],
  ['demandBinding', [2]],
  ['demandAmong', [3, 4]],
  ['demandTokenBinding', [2]],
  ['takeUint16', [1]],
  ['takeUint32', [0, 1]],
  ['takeUint64', [1]],
  ['takeSized', [2]],
  ['readCrlBytes', [1]],
  ['expectNumber', [2]],
  ['decodePart', [1]],
  ['parseObject', [2]],
  ['take', [1]],
  ['uint', [1]],
  ['expect', [1]],
  ['readHex', [1, 2]],
  ['pathFinding', [2]],
  ['crlFinding', [2]],
]);
/** Words with a blank between them: codes, kinds, members and identifiers have none. */
const WORDS = /[\w"'`,;:).\]}] [\w"'`([{$]/;

/** Read by Stryker. */
export const strykerPlugins = [{ kind: 'Ignore', name: 'prose', value: { shouldIgnore } }];

function shouldIgnore({ node, parent }: SyntaxPath): string | undefined {
  const isProse =
    isSentence(node) ||
    isProseObject(node) ||
    (node.type === 'ObjectProperty' && PROSE_MEMBERS.has(nameOf(node['key']))) ||
    (parent?.type === 'CallExpression' && isProseArgument(node, parent));
  return isProse ? 'text for people' : undefined;
}

function isSentence(node: SyntaxNode): boolean {
  if (node.type === 'StringLiteral') return WORDS.test(String(node['value']));
  if (node.type !== 'TemplateLiteral') return false;
  const quasis = node['quasis'] as readonly { readonly value: { readonly raw: string } }[];
  return WORDS.test(quasis.map(({ value }) => value.raw).join('$'));
}

/** `{ hint, clause }` and the like: to empty it takes nothing away but text. */
function isProseObject(node: SyntaxNode): boolean {
  if (node.type !== 'ObjectExpression') return false;
  const members = node['properties'] as readonly SyntaxNode[];
  return members.length > 0 && members.every(({ key }) => PROSE_MEMBERS.has(nameOf(key ?? {})));
}

function isProseArgument(node: SyntaxNode, call: SyntaxNode): boolean {
  const { property = call['callee'] } = call['callee'] as { readonly property?: unknown };
  const places = PROSE_ARGUMENTS.get(nameOf(property)) ?? [];
  const given = call['arguments'] as readonly SyntaxNode[];
  return node.type === 'StringLiteral' && places.includes(given.indexOf(node));
}

function nameOf(node: unknown): string {
  const { name, value } = node as { readonly name?: string; readonly value?: unknown };
  return name ?? (typeof value === 'string' ? value : '');
}
