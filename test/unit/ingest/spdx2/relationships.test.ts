// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { meaningOf } from '../../../../ingest/extract/spdx2/meanings.ts';
import { problemCodes } from '../../../support/cyclonedx-reading.ts';
import { pkg, related, spdxEdges, spdxFacts, spdxWith } from '../../../support/spdx2-reading.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const TYPED = ['contains', 'wasDerivedFrom', 'used', 'hasDistributionArtifact', 'wasRevisionOf'];

/** What is stated between a and b alone: a root beside them takes nothing. */
function statedBetween(relationship: string): string[] {
  const facts = spdxFacts(
    spdxWith({
      packages: [pkg('a'), pkg('b'), pkg('root'), pkg('part')],
      relationships: ['DOCUMENT DESCRIBES root', 'root CONTAINS part', relationship].map(related),
    }),
  );
  const dependencies = facts.dependsOn.map(
    ([from, to]) => `${facts.nodes[from]?.names[0]} dependsOn ${facts.nodes[to]?.names[0]}`,
  );
  return [...spdxEdges(facts, ...TYPED), ...dependencies].filter(
    (edge) => !edge.startsWith('doc ') && !edge.startsWith('root '),
  );
}

describe('every pair of relationships says one thing in two directions', () => {
  test.each([
    ['CONTAINS', 'CONTAINED_BY', 'a contains b'],
    ['CONTAINS', 'PACKAGE_OF', 'a contains b'],
    ['CONTAINS', 'FILE_ADDED', 'a contains b'],
    ['CONTAINS', 'OPTIONAL_COMPONENT_OF', 'a contains b'],
    ['DEPENDS_ON', 'DEPENDENCY_OF', 'a dependsOn b'],
    ['DEPENDS_ON', 'BUILD_DEPENDENCY_OF', 'a dependsOn b'],
    ['DEPENDS_ON', 'DEV_DEPENDENCY_OF', 'a dependsOn b'],
    ['DEPENDS_ON', 'OPTIONAL_DEPENDENCY_OF', 'a dependsOn b'],
    ['DEPENDS_ON', 'PROVIDED_DEPENDENCY_OF', 'a dependsOn b'],
    ['DEPENDS_ON', 'RUNTIME_DEPENDENCY_OF', 'a dependsOn b'],
    ['DEPENDS_ON', 'TEST_DEPENDENCY_OF', 'a dependsOn b'],
    ['DEPENDS_ON', 'DEPENDENCY_MANIFEST_OF', 'a dependsOn b'],
    ['HAS_PREREQUISITE', 'PREREQUISITE_FOR', 'a dependsOn b'],
    ['GENERATED_FROM', 'GENERATES', 'a wasDerivedFrom b'],
    ['DESCENDANT_OF', 'ANCESTOR_OF', 'a wasDerivedFrom b'],
  ])('a %s b is b %s a: %s', (forward, backward, edge) => {
    expect(statedBetween(`a ${forward} b`)).toEqual([edge]);
    expect(statedBetween(`b ${backward} a`)).toEqual([edge]);
    // and not the other way round
    expect(statedBetween(`b ${forward} a`)).not.toEqual([edge]);
  });

  test.each([
    ['a COPY_OF b', 'a wasDerivedFrom b'],
    ['a EXPANDED_FROM_ARCHIVE b', 'a wasDerivedFrom b'],
    ['a FILE_MODIFIED b', 'a wasDerivedFrom b'],
    ['b PATCH_APPLIED a', 'a wasDerivedFrom b'],
    ['a VARIANT_OF b', 'a wasDerivedFrom b'],
    ['b BUILD_TOOL_OF a', 'a used b'],
    // as SPDX 3 says hasDataFile
    ['b DATA_FILE_OF a', 'a used b'],
    ['a DISTRIBUTION_ARTIFACT b', 'a hasDistributionArtifact b'],
    ['a DYNAMIC_LINK b', 'a dependsOn b'],
    ['a STATIC_LINK b', 'a dependsOn b'],
    ['a AMENDS b', 'a wasRevisionOf b'],
    ['a depends-on b', 'a dependsOn b'],
  ])('%s: %s', (relationship, edge) => {
    expect(statedBetween(relationship)).toEqual([edge]);
  });

  test.each(
    'PATCH_FOR FILE_DELETED DEV_TOOL_OF TEST_TOOL_OF TEST_OF TEST_CASE_OF EXAMPLE_OF DOCUMENTATION_OF METAFILE_OF SPECIFICATION_FOR REQUIREMENT_DESCRIPTION_FOR OTHER'.split(
      ' ',
    ),
  )('%s influences nothing', (type) => {
    expect(statedBetween(`a ${type} b`)).toEqual([]);
    expect(meaningOf(type)).toEqual({ form: 'none' });
  });

  test('a variant is a possibility only', () => {
    const facts = spdxFacts(
      spdxWith({ packages: [pkg('a'), pkg('b')], relationships: [related('a VARIANT_OF b')] }),
    );
    const edge = facts.edges.find(({ relation }) => relation === 'wasDerivedFrom');
    expect(edge?.strength).toBe('inferred');
  });

  test('an unknown type is listed and states nothing', () => {
    const facts = spdxFacts(
      spdxWith({ packages: [pkg('a'), pkg('b')], relationships: [related('a TOUCHES b')] }),
    );
    expect(problemCodes(facts)).toContain('relationship-unknown');
    expect(meaningOf('constructor')).toBeUndefined();
    expect(spdxEdges(facts, 'wasDerivedFrom', 'used')).toEqual([]);
  });
});

describe('what the document is about', () => {
  const packages = [pkg('a'), pkg('b')];
  const subjects = (facts: Facts): (string | undefined)[] =>
    facts.subjects.map((id) => facts.nodes[id]?.names[0]);

  test.each([
    ['DESCRIBES', { relationships: [related('DOCUMENT DESCRIBES a')] }],
    ['its misspelling', { relationships: [related('DOCUMENT DESCRIBE a')] }],
    ['DESCRIBED_BY', { relationships: [related('a DESCRIBED_BY DOCUMENT')] }],
    ['documentDescribes', { documentDescribes: ['SPDXRef-a', 'SPDXRef-a'] }],
    [
      'several ways at once',
      { documentDescribes: ['SPDXRef-a'], relationships: [related('DOCUMENT DESCRIBES a')] },
    ],
  ])('%s', (_name, members) => {
    const facts = spdxFacts(spdxWith({ packages, ...members }));
    expect(subjects(facts)).toEqual(['a']);
    expect(spdxEdges(facts, 'describes')).toEqual(['doc describes a']);
    expect(spdxEdges(facts, 'contains')).toEqual(['a contains b']);
  });

  test('nothing: the document itself, which contains everything', () => {
    const facts = spdxFacts(spdxWith({ packages }));
    expect(subjects(facts)).toEqual(['doc']);
    expect(spdxEdges(facts, 'contains')).toEqual(['doc contains a', 'doc contains b']);
    expect(problemCodes(facts)).toEqual(['no-subject']);
  });

  test('nothing, and a caller who knows', () => {
    const facts = spdxFacts(spdxWith({ packages }), { subject: 'pkg:oci/app@1' });
    expect(facts.nodes[facts.subjects[0] ?? -1]?.ref).toBe('pkg:oci/app@1');
    expect(spdxEdges(facts, 'contains')).toHaveLength(2);
  });

  test('the document: nothing', () => {
    const facts = spdxFacts(
      spdxWith({ packages, relationships: [related('DOCUMENT DESCRIBES DOCUMENT')] }),
    );
    expect(subjects(facts)).toEqual(['doc']);
    expect(problemCodes(facts)).toEqual(['describes-itself', 'no-subject']);
  });

  test('a package that bears the document’s own id', () => {
    const facts = spdxFacts(
      spdxWith({
        SPDXID: 'SPDXRef-a',
        packages,
        relationships: [related('a DESCRIBES a')],
      }),
    );
    expect(subjects(facts)).toEqual(['a']);
    expect(problemCodes(facts)).toEqual(['duplicate-id']);
  });
});

describe('absence and other documents', () => {
  test('NONE and NOASSERTION are no things', () => {
    const facts = spdxFacts(
      spdxWith({
        packages: [
          pkg('a', {
            licenseDeclared: 'NOASSERTION',
            supplier: 'NOASSERTION',
            versionInfo: 'NOASSERTION',
          }),
        ],
        relationships: [related('a CONTAINS NONE'), related('a GENERATED_FROM NOASSERTION')].map(
          (row, at) => (at === 0 ? { ...row, relatedSpdxElement: 'NONE' } : row),
        ),
      }),
    );
    expect(
      facts.nodes.map(({ ref }) => ref).filter((ref) => /NONE|NOASSERTION/i.test(ref)),
    ).toEqual([]);
    expect(facts.nodes.flatMap(({ attributes }) => Object.values(attributes ?? {}))).not.toContain(
      'NOASSERTION',
    );
    expect(problemCodes(facts)).toEqual(['no-subject']);
  });

  const other = spdxWith({
    documentNamespace: 'https://example.com/other',
    packages: [pkg('lib')],
    documentDescribes: ['SPDXRef-lib'],
  });

  test('a DocumentRef is what the other document describes', () => {
    const facts = spdxFacts(
      spdxWith({
        packages: [pkg('app')],
        externalDocumentRefs: [
          {
            externalDocumentId: 'DocumentRef-o',
            spdxDocument: 'https://example.com/other',
            checksum: {
              algorithm: 'SHA1',
              checksumValue: 'd6a770ba38583ed4bb4525bd96e50461655d2759',
            },
          },
        ],
        relationships: [
          related('DOCUMENT DESCRIBES app'),
          related('app DEPENDS_ON DocumentRef-o:SPDXRef-lib'),
          related('app COPY_OF DocumentRef-o'),
        ],
      }),
    );
    const shared = 'bom:https://example.com/other#SPDXRef-lib';
    const refs = facts.edges
      .filter(({ relation }) => relation === 'contains' || relation === 'wasDerivedFrom')
      .map(({ to }) => facts.nodes[to]?.ref);
    expect(refs.sort()).toEqual(['bom:https://example.com/other', shared]);
    expect(spdxFacts(other).nodes.map(({ ref }) => ref)).toContain(shared);
  });

  test('an undeclared DocumentRef, and a namespace that is no IRI, join nothing', () => {
    const facts = spdxFacts(
      spdxWith({
        documentNamespace: 'elasticsearch-8.7.1',
        packages: [pkg('app')],
        documentDescribes: ['SPDXRef-app'],
        relationships: [related('app DEPENDS_ON DocumentRef-o:SPDXRef-lib')],
      }),
    );
    expect(facts.nodes.map(({ ref }) => ref).filter((ref) => ref.startsWith('bom:'))).toEqual([]);
    expect(problemCodes(facts)).toEqual(['dangling-ref']);
  });
});

describe('identity', () => {
  const nodes = (document: Record<string, unknown>): string[] =>
    spdxFacts(document)
      .nodes.map(({ ref }) => ref)
      .sort();
  const hex = 'e3'.repeat(32);

  test('checksums, purls, names: strongest first; a verification code is no digest', () => {
    const refs = nodes(
      spdxWith({
        packages: [
          pkg('a', {
            versionInfo: '1.0',
            checksums: [
              { algorithm: 'SHA256', checksumValue: hex.toUpperCase() },
              { algorithm: 'SHA1', checksumValue: '2fd4e1c67a2d28fced849ee1bb76e7391b93eb12' },
            ],
            externalRefs: [
              {
                referenceCategory: 'PACKAGE-MANAGER',
                referenceType: 'purl',
                referenceLocator: 'pkg:npm/a@1.0',
              },
              {
                referenceCategory: 'PACKAGE-MANAGER',
                referenceType: 'http://spdx.org/rdf/references/purl',
                referenceLocator: 'pkg:npm/a',
              },
            ],
            packageVerificationCode: {
              packageVerificationCodeValue: 'd6a770ba38583ed4bb4525bd96e50461655d2758',
            },
          }),
          pkg('b', { versionInfo: '2' }),
        ],
      }),
    );
    expect(refs.filter((ref) => !ref.startsWith('local:'))).toEqual([
      'bom:https://example.com/doc',
      'name:spdx/b@2',
      'pkg:npm/a',
      'pkg:npm/a@1.0',
      'sha1:2fd4e1c67a2d28fced849ee1bb76e7391b93eb12',
      `sha256:${hex}`,
    ]);
  });

  test('placeholders and digests of nothing join nothing', () => {
    const facts = spdxFacts(
      spdxWith({
        files: [
          {
            SPDXID: 'SPDXRef-f',
            fileName: './f',
            checksums: [{ algorithm: 'SHA1', checksumValue: '0'.repeat(40) }],
          },
          {
            SPDXID: 'SPDXRef-g',
            fileName: './g',
            checksums: [
              { algorithm: 'SHA1', checksumValue: 'da39a3ee5e6b4b0d3255bfef95601890afd80709' },
            ],
          },
        ],
      }),
    );
    expect(facts.nodes.every(({ ref }) => !ref.startsWith('sha1:'))).toBe(true);
    expect(problemCodes(facts)).toEqual(['empty-content', 'no-subject', 'placeholder-digest']);
  });

  test('a repeated id means its first bearer; one without an id is still listed', () => {
    const facts = spdxFacts(
      spdxWith({
        packages: [pkg('a'), { ...pkg('a'), name: 'second' }, { name: 'third' }],
        relationships: [related('a CONTAINS a')],
      }),
    );
    expect(spdxEdges(facts, 'contains')).toEqual([
      'doc contains a',
      'doc contains second',
      'doc contains third',
    ]);
    expect(problemCodes(facts)).toEqual([
      'duplicate-id',
      'missing-id',
      'no-subject',
      'self-containment',
    ]);
  });

  test('suppliers lose their prefix and their mail address', () => {
    const facts = spdxFacts(
      spdxWith({
        packages: [
          pkg('a', {
            supplier: 'Organization: Red Hat (x@example.com)',
            originator: 'Person: J D',
          }),
        ],
      }),
    );
    expect(spdxEdges(facts, 'wasAttributedTo')).toEqual([
      'a wasAttributedTo J D',
      'a wasAttributedTo Red Hat',
    ]);
  });
});
