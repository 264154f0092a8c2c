// SPDX-License-Identifier: Apache-2.0

/** A score on a model and a dataset. */
export const EVALUATION_PREDICATE = 'https://pedigree.dev/predicates/evaluation/v1';
/** Something runs somewhere. */
export const DEPLOYMENT_PREDICATE = 'https://pedigree.dev/predicates/deployment/v1';
/** "These are all the inputs", "these are all the parts", "its history begins here". */
export const COMPLETENESS_PREDICATE = 'https://pedigree.dev/predicates/completeness/v1';
/** Somebody withdraws trust from a thing. */
export const REVOCATION_PREDICATE = 'https://pedigree.dev/predicates/revocation/v1';
/** The files of a commit, by SHA-256. */
export const SOURCE_TREE_PREDICATE = 'https://pedigree.dev/predicates/source-tree/v1';

/** Format (Detected.format) of each predicate of ours. */
export const STATEMENT_PREDICATES: ReadonlyMap<string, string> = new Map([
  [EVALUATION_PREDICATE, 'pedigree-evaluation'],
  [DEPLOYMENT_PREDICATE, 'pedigree-deployment'],
  [COMPLETENESS_PREDICATE, 'pedigree-completeness'],
  [REVOCATION_PREDICATE, 'pedigree-revocation'],
  [SOURCE_TREE_PREDICATE, 'pedigree-source-tree'],
]);
