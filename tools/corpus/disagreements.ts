// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Facts of one document that we read otherwise than the manifest, and why. */
export interface Disagreement {
  /** Path of the entry; without its first folders where that is enough to tell it. */
  readonly path: string;
  /** Names of facts; `*` at the end stands for any rest. */
  readonly facts: readonly string[];
  /** In a few words; the specification's words stand in docs/corpus-disagreements.md. */
  readonly why: string;
}

/** Every disagreement that docs/corpus-disagreements.md argues. */
export const DISAGREEMENTS: readonly Disagreement[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'disagreements.json'), 'utf8'),
) as readonly Disagreement[];

/** Why we disagree about a fact of a document; undefined where we do not. */
export function findDisagreement(path: string, fact: string): string | undefined {
  return DISAGREEMENTS.find((one) => concerns(one, path, fact))?.why;
}

/** True where a disagreement is about a fact of a document. */
export function concerns(one: Disagreement, path: string, fact: string): boolean {
  if (!path.endsWith(one.path)) return false;
  return one.facts.some((name) =>
    name.endsWith('*') ? fact.startsWith(name.slice(0, -1)) : fact === name,
  );
}
