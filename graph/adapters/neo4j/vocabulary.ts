// SPDX-License-Identifier: Apache-2.0
import { KINDS, kindMask, kindsOf, type Kind } from '../../domain/kinds.ts';
import { RELATION_NAMES, type Relation } from '../../domain/relations.ts';

/** Relationship type of a relation: `trainedOn` is `TRAINED_ON`. */
export function typeOf(relation: Relation): string {
  return relation.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** Every relationship type between entities, in the order of the relations table. */
export const RELATIONSHIP_TYPES: readonly string[] = RELATION_NAMES.map(typeOf);

const RELATION_BY_TYPE = new Map(RELATION_NAMES.map((relation) => [typeOf(relation), relation]));
const KIND_BY_LABEL = new Map<string, Kind>(KINDS.map((kind) => [kind, kind]));

/** The relation that a relationship type stands for, or undefined for a type that is not ours. */
export function findRelation(type: string): Relation | undefined {
  return RELATION_BY_TYPE.get(type);
}

/** `:Model:File`, the labels of a mask as Cypher; empty for none. Words come from the kinds table alone. */
export function labelsOf(mask: number): string {
  return kindsOf(mask)
    .map((kind) => `:${kind}`)
    .join('');
}

/** Labels of all kinds, as Cypher. */
export const ALL_KIND_LABELS = KINDS.map((kind) => `:${kind}`).join('');

/** The mask that a node's labels come to; labels that are no kinds count for nothing. */
export function maskOfLabels(labels: readonly string[]): number {
  return kindMask(
    labels.flatMap((label) => {
      const kind = KIND_BY_LABEL.get(label);
      return kind === undefined ? [] : [kind];
    }),
  );
}
