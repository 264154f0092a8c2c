// SPDX-License-Identifier: Apache-2.0

/** Kinds of a node, in the order in which one is shown when a node has several (DESIGN.md 3). Append only: the position is stored. */
export const KINDS = [
  'Model',
  'Dataset',
  'Image',
  'Package',
  'Deployment',
  'Evaluation',
  'Run',
  'Code',
  'Config',
  'Prompt',
  'Bom',
  'Identity',
  'Builder',
  'Supplier',
  'Platform',
  'Name',
  'File',
] as const;
export type Kind = (typeof KINDS)[number];

const BITS: ReadonlyMap<Kind, number> = new Map(KINDS.map((kind, at) => [kind, 1 << at]));

export function kindBit(kind: Kind): number {
  return BITS.get(kind) ?? 0;
}

export function kindMask(kinds: readonly Kind[]): number {
  return kinds.reduce((mask, kind) => mask | kindBit(kind), 0);
}

/** The kinds of a mask, strongest first. */
export function kindsOf(mask: number): Kind[] {
  return KINDS.filter((_, position) => (mask & (1 << position)) !== 0);
}

/** Few masks occur, in very many nodes. */
const kindLists = new Map<number, readonly Kind[]>();

/** The kinds of a mask in the order of their names, as facts list them: one list for all nodes of a mask. */
export function kindListOf(mask: number): readonly Kind[] {
  let kinds = kindLists.get(mask);
  if (kinds === undefined) kindLists.set(mask, (kinds = Object.freeze(kindsOf(mask).sort())));
  return kinds;
}

/** The kind a reader is shown; File where nothing better is known. */
export function shownKind(mask: number): Kind {
  return kindsOf(mask)[0] ?? 'File';
}

/** How sure a node's identity is: what the ref alone says (DESIGN.md 3). */
export type IdentityLevel = 'digest' | 'coordinate' | 'name' | 'local';
