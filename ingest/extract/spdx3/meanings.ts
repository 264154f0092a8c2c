// SPDX-License-Identifier: Apache-2.0
import type { Relation, Strength } from '../../../graph/domain/relations.ts';

/** What an edge says beside its ends. One for all edges of a type that say the same. */
export interface EdgeOptions {
  readonly strength: Strength;
  readonly qualifiers: Readonly<Record<string, string>>;
}

/** What a relationship of SPDX 3 states, once it is turned the way that lineage points. `reversed`: from `to` to `from`. */
export type Meaning =
  | { readonly form: 'contains' | 'dependsOn' | 'describes'; readonly reversed: boolean }
  | {
      readonly form: 'typed';
      readonly relation: Relation;
      readonly reversed: boolean;
      /** Of the edge. */
      readonly options: EdgeOptions;
    }
  /** From a producer: a Build, or a thing that the product was made from. */
  | { readonly form: 'produces'; readonly options: EdgeOptions }
  | { readonly form: 'license'; readonly acknowledgement: 'declared' | 'concluded' }
  | { readonly form: 'status'; readonly status: string; readonly reversed: boolean }
  /** Known, and nothing that lineage follows. */
  | { readonly form: 'none' };

const part = (form: 'contains' | 'dependsOn' | 'describes', reversed = false): Meaning => ({
  form,
  reversed,
});
const typed = (
  relation: Relation,
  qualifiers: Readonly<Record<string, string>> = {},
  reversed = false,
  strength: Strength = 'explicit',
): Meaning => ({ form: 'typed', relation, reversed, options: { strength, qualifiers } });
const produces = (basis: string): Meaning => ({
  form: 'produces',
  options: { strength: 'explicit', qualifiers: { basis } },
});
const status = (word: string, reversed = false): Meaning => ({
  form: 'status',
  status: word,
  reversed,
});
const NONE: Meaning = { form: 'none' };

/**
 * Every relationship type of SPDX 3.0.1, read as "from TYPE to".
 * @see https://spdx.github.io/spdx-spec/v3.0.1/model/Core/Vocabularies/RelationshipType/
 */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['describes', part('describes')],
  ['contains', part('contains')],
  ['hasOptionalComponent', part('contains')],
  ['hasAddedFile', part('contains')],
  // "every `to` Element is a packaged instance of the `from` Element"
  ['packagedBy', part('contains', true)],

  ['dependsOn', part('dependsOn')],
  ['hasOptionalDependency', part('dependsOn')],
  ['hasProvidedDependency', part('dependsOn')],
  ['hasPrerequisite', part('dependsOn')],
  ['hasDynamicLink', part('dependsOn')],
  ['hasStaticLink', part('dependsOn')],
  ['hasDependencyManifest', part('dependsOn')],

  ['trainedOn', typed('trainedOn')],
  ['testedOn', typed('testedOn')],
  ['descendantOf', typed('wasDerivedFrom', { basis: 'ancestor' })],
  ['ancestorOf', typed('wasDerivedFrom', { basis: 'ancestor' }, true)],
  ['copiedTo', typed('wasDerivedFrom', { basis: 'copy' }, true)],
  ['expandsTo', typed('wasDerivedFrom', { basis: 'expanded-from-archive' }, true)],
  // which was made from which is not said: the direction is ours
  ['hasVariant', typed('wasDerivedFrom', { basis: 'variant' }, true, 'inferred')],
  ['modifiedBy', typed('wasDerivedFrom', { basis: 'modified' }, false, 'implied')],
  ['hasDataFile', typed('used', { role: 'data' })],
  ['usesTool', typed('used', { role: 'tool' })],
  ['configures', typed('used', { role: 'config' }, true)],
  ['hasInput', typed('used', { role: 'input' })],
  ['hasHost', typed('used', { role: 'environment' })],
  ['hasDistributionArtifact', typed('hasDistributionArtifact')],
  ['generates', produces('generated-from')],
  ['hasOutput', produces('output-of')],

  ['invokedBy', typed('wasAssociatedWith', { role: 'invoker' })],
  ['amendedBy', typed('wasRevisionOf', {}, true)],
  ['hasDeclaredLicense', { form: 'license', acknowledgement: 'declared' }],
  ['hasConcludedLicense', { form: 'license', acknowledgement: 'concluded' }],
  ['affects', status('affected')],
  ['doesNotAffect', status('not_affected')],
  ['fixedIn', status('fixed')],
  ['underInvestigationFor', status('under_investigation')],
  ['hasAssociatedVulnerability', status('found', true)],

  ...[
    'availableFrom',
    'coordinatedBy',
    'delegatedTo',
    'exploitCreatedBy',
    'fixedBy',
    'foundBy',
    'hasAssessmentFor',
    'hasDeletedFile',
    'hasDocumentation',
    'hasEvidence',
    'hasExample',
    'hasMetadata',
    'hasRequirement',
    'hasSpecification',
    'hasTest',
    'hasTestCase',
    'other',
    'patchedBy',
    'publishedBy',
    'reportedBy',
    'republishedBy',
    'serializedInArtifact',
  ].map((type) => [type, NONE] as const),
]);

/** What a relationship type means; undefined for one that SPDX 3.0.1 does not have. */
export function meaningOf(type: string): Meaning | undefined {
  return MEANINGS.get(type);
}
