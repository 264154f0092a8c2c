// SPDX-License-Identifier: Apache-2.0

/**
 * What a relation lets through from cause to effect.
 * content: passes on · score: stops at evaluations and the decisions that cite them · placement: reaches deployments ·
 * process: who made it, with what · none: never walked.
 */
export type Influence = 'content' | 'score' | 'placement' | 'process' | 'none';

export interface RelationRule {
  readonly influence: Influence;
  /** True where both ends are the same thing and taint crosses either way. */
  readonly symmetric: boolean;
  /** True where the way from effect to cause is walked only as a possibility (a digest says little about its coordinate). */
  readonly possibleAgainst: boolean;
  /** True for the edge between a document's own mention and the shared Name: crossing it is a name-level step. */
  readonly nameStep: boolean;
  /** Direction, in words a reader can check an extractor by. */
  readonly reads: string;
}

const rule = (
  influence: Influence,
  reads: string,
  more: Partial<Omit<RelationRule, 'influence' | 'reads'>> = {},
): RelationRule => ({
  influence,
  reads,
  symmetric: false,
  possibleAgainst: false,
  nameStep: false,
  ...more,
});

/**
 * The one table of relations: direction, influence and symmetry. Relations point from effect to cause, from whole to
 * part, from claim to thing. `used` and `wasGeneratedBy` of a run that evaluates or scans carry score instead of content
 * (graph/lineage decides that from authorised statements and policy).
 */
export const RELATIONS = {
  wasDerivedFrom: rule(
    'content',
    'the derived thing → what it was made from (prov:wasDerivedFrom)',
  ),
  trainedOn: rule('content', 'model → dataset (SPDX 3 trainedOn)'),
  used: rule('content', 'run → what it read (prov:used)'),
  wasGeneratedBy: rule('content', 'product → run (prov:wasGeneratedBy)'),
  contains: rule('content', 'whole → part (SPDX contains)'),
  hasDistributionArtifact: rule('content', 'thing → the file it is distributed as'),
  alternateOf: rule('content', 'the same thing under another digest, or another coordinate', {
    symmetric: true,
  }),
  specializationOf: rule('content', 'digest → the coordinate that was resolved to it', {
    possibleAgainst: true,
  }),
  namedAs: rule('content', "a document's own mention of a name → the shared name", {
    symmetric: true,
    nameStep: true,
  }),
  testedOn: rule('score', 'evaluation (or model, as stated) → dataset (SPDX 3 testedOn)'),
  evaluates: rule('score', 'evaluation → model'),
  deploys: rule('placement', 'deployment → artefact that runs there'),
  wasAssociatedWith: rule('process', 'run → builder, engine or person (prov:wasAssociatedWith)'),
  wasAttributedTo: rule('process', 'thing → supplier or author (prov:wasAttributedTo)'),
  wasInformedBy: rule('none', 'run → run before it'),
  wasRevisionOf: rule('none', 'newer → older'),
  describes: rule('none', 'document or card → thing'),
  attests: rule('none', 'statement → subject'),
  signedBy: rule('none', 'document → identity'),
  hasStatus: rule('none', 'vulnerability → thing'),
  hasLicense: rule('none', 'thing → licence'),
  /** Raw listing inside one BOM; read from the document's facts, never in the index. */
  dependsOn: rule('none', 'component → component'),
} as const satisfies Record<string, RelationRule>;

export type Relation = keyof typeof RELATIONS;

export const RELATION_NAMES = Object.keys(RELATIONS) as readonly Relation[];

/** Position of a relation in packed facts and in the index. Append only. */
export function relationCode(relation: Relation): number {
  return RELATION_CODES.get(relation) ?? -1;
}

const RELATION_CODES: ReadonlyMap<Relation, number> = new Map(
  RELATION_NAMES.map((relation, code) => [relation, code]),
);

/** How far an edge is from what a document says in words. */
export const STRENGTHS = ['explicit', 'computed', 'implied', 'inferred'] as const;
export type Strength = (typeof STRENGTHS)[number];
