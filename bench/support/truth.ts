// SPDX-License-Identifier: Apache-2.0
import type { Pedigree } from '../../api/service/pedigree.ts';
import type { Corpus } from './sboms.ts';

/** Refs of the subjects (metadata.component) that gen-sboms.py writes. */
const SUBJECT = 'pkg:generic/acme/model-svc-';

export interface Checked {
  readonly checked: number;
  /** One line for each answer that is not the generator's. */
  readonly differences: readonly string[];
}

/** Subjects that a package reaches, sorted. */
export interface Reached {
  readonly affected: readonly string[];
  readonly possible: readonly string[];
}

/** Asks for the blast radius of each target that the generator has counted, and compares. */
export async function differencesIn(
  pedigree: Pedigree,
  { targets }: Corpus,
  documents: number,
): Promise<Checked> {
  const differences: string[] = [];
  let checked = 0;
  for (const [name, target] of Object.entries(targets)) {
    const expected = target.by_n[String(documents)]?.blast_transitive;
    if (expected === undefined) continue;
    checked++;
    // one that no document lists yet is rightly unknown
    if (expected === 0 && pedigree.ledger.index.find(target.purl) === undefined) continue;
    const { affected, possible } = await subjectsReached(pedigree, target.purl);
    if (affected.length !== expected) {
      differences.push(`${name}: ${affected.length} subjects affected, ${expected} are`);
    }
    if (possible.length > 0) differences.push(`${name}: ${possible.length} only possible`);
  }
  return { checked, differences };
}

export async function subjectsReached(pedigree: Pedigree, purl: string): Promise<Reached> {
  const { radius } = (await pedigree.blastRadius([purl])).answer;
  const subjects = (hits: readonly { readonly ref: string }[]): string[] =>
    [...new Set(hits.map(({ ref }) => ref))].filter((ref) => ref.startsWith(SUBJECT)).sort();
  return { affected: subjects(radius.affected), possible: subjects(radius.possible) };
}
