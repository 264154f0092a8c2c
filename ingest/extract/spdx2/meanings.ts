// SPDX-License-Identifier: Apache-2.0
import type { Relation, Strength } from '../../../graph/domain/relations.ts';

/** What a relationship of SPDX 2 states, once it is turned the way that lineage points. */
export type Meaning =
  | { readonly form: 'describes' | 'contains' | 'dependsOn'; readonly reversed: boolean }
  | {
      readonly form: 'typed';
      readonly relation: Relation;
      readonly reversed: boolean;
      readonly qualifiers: Readonly<Record<string, string>>;
      readonly strength: Strength;
    }
  /** Known, and nothing that lineage follows. */
  | { readonly form: 'none' };

const forward = (form: 'describes' | 'contains' | 'dependsOn'): Meaning => ({
  form,
  reversed: false,
});
const backward = (form: 'describes' | 'contains' | 'dependsOn'): Meaning => ({
  form,
  reversed: true,
});
const derived = (basis: string, reversed: boolean, strength: Strength = 'explicit'): Meaning => ({
  form: 'typed',
  relation: 'wasDerivedFrom',
  reversed,
  qualifiers: { basis },
  strength,
});
const NONE: Meaning = { form: 'none' };

/**
 * Every relationship type of SPDX 2.0 to 2.3, read as "A TYPE B". `reversed`: the edge goes from B to A.
 * @see https://spdx.github.io/spdx-spec/v2.3/relationships-between-SPDX-elements/
 */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['DESCRIBES', forward('describes')],
  // seen in real documents
  ['DESCRIBE', forward('describes')],
  ['DESCRIBED_BY', backward('describes')],

  ['CONTAINS', forward('contains')],
  ['CONTAINED_BY', backward('contains')],
  ['PACKAGE_OF', backward('contains')],
  ['FILE_ADDED', backward('contains')],
  ['OPTIONAL_COMPONENT_OF', backward('contains')],

  ['DEPENDS_ON', forward('dependsOn')],
  ['DEPENDENCY_OF', backward('dependsOn')],
  ['BUILD_DEPENDENCY_OF', backward('dependsOn')],
  ['DEV_DEPENDENCY_OF', backward('dependsOn')],
  ['OPTIONAL_DEPENDENCY_OF', backward('dependsOn')],
  ['PROVIDED_DEPENDENCY_OF', backward('dependsOn')],
  ['RUNTIME_DEPENDENCY_OF', backward('dependsOn')],
  ['TEST_DEPENDENCY_OF', backward('dependsOn')],
  ['DEPENDENCY_MANIFEST_OF', backward('dependsOn')],
  ['PREREQUISITE_FOR', backward('dependsOn')],
  ['HAS_PREREQUISITE', forward('dependsOn')],
  ['DYNAMIC_LINK', forward('dependsOn')],
  ['STATIC_LINK', forward('dependsOn')],

  ['GENERATED_FROM', derived('generated-from', false)],
  ['GENERATES', derived('generated-from', true)],
  ['DESCENDANT_OF', derived('ancestor', false)],
  ['ANCESTOR_OF', derived('ancestor', true)],
  ['COPY_OF', derived('copy', false)],
  ['EXPANDED_FROM_ARCHIVE', derived('expanded-from-archive', false)],
  ['FILE_MODIFIED', derived('modified', false)],
  ['PATCH_APPLIED', derived('patch-applied', true)],
  // "same lineage, but it is not clear which came first": the direction is ours
  ['VARIANT_OF', derived('variant', false, 'inferred')],
  // SPDX 3 calls it hasDataFile, from the file's user to the file
  [
    'DATA_FILE_OF',
    {
      form: 'typed',
      relation: 'used',
      reversed: true,
      qualifiers: { role: 'data' },
      strength: 'explicit',
    },
  ],
  [
    'BUILD_TOOL_OF',
    {
      form: 'typed',
      relation: 'used',
      reversed: true,
      qualifiers: { role: 'tool' },
      strength: 'explicit',
    },
  ],
  [
    'DISTRIBUTION_ARTIFACT',
    {
      form: 'typed',
      relation: 'hasDistributionArtifact',
      reversed: false,
      qualifiers: {},
      strength: 'explicit',
    },
  ],
  [
    'AMENDS',
    {
      form: 'typed',
      relation: 'wasRevisionOf',
      reversed: false,
      qualifiers: {},
      strength: 'explicit',
    },
  ],

  ['PATCH_FOR', NONE],
  ['FILE_DELETED', NONE],
  ['DEV_TOOL_OF', NONE],
  ['TEST_TOOL_OF', NONE],
  ['TEST_OF', NONE],
  ['TEST_CASE_OF', NONE],
  ['EXAMPLE_OF', NONE],
  ['DOCUMENTATION_OF', NONE],
  ['METAFILE_OF', NONE],
  ['SPECIFICATION_FOR', NONE],
  ['REQUIREMENT_DESCRIPTION_FOR', NONE],
  ['OTHER', NONE],
]);

/** What a relationship type means; undefined for one that SPDX 2 does not have. Hyphens count as underscores. */
export function meaningOf(type: string): Meaning | undefined {
  return MEANINGS.get(type) ?? MEANINGS.get(type.toUpperCase().replaceAll('-', '_'));
}
