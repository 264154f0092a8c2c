// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { meaningOf } from '../../../../ingest/extract/spdx3/meanings.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { detect } from '../../../../schemas/detect.ts';
import { problemCodes } from '../../../support/cyclonedx-reading.ts';
import { spdxEdges } from '../../../support/spdx2-reading.ts';
import {
  element,
  iri,
  readSpdx3Bytes,
  relates,
  spdx3Facts,
  spdx3With,
} from '../../../support/spdx3-reading.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const pkg = (name: string, more: object = {}): object => element('software_Package', name, more);
const hash = (name: string): object => ({
  type: 'Hash',
  algorithm: 'sha256',
  hashValue: sha256(name).slice(7),
});
const ALL = [
  'contains',
  'wasDerivedFrom',
  'used',
  'wasGeneratedBy',
  'trainedOn',
  'testedOn',
  'hasDistributionArtifact',
  'wasRevisionOf',
  'wasAssociatedWith',
  'hasStatus',
  'hasLicense',
];

/** What a relationship between a and b states, beside a root that has nothing to do with them. */
function stated(relationship: object, a = pkg('a'), b = pkg('b')): string[] {
  const facts = spdx3Facts(
    spdx3With(
      ['root'],
      pkg('root'),
      pkg('part'),
      a,
      b,
      relates('root contains part'),
      relationship,
    ),
  );
  const raw = facts.dependsOn.map(
    ([from, to]) => `${facts.nodes[from]?.names[0]} dependsOn ${facts.nodes[to]?.names[0]}`,
  );
  return [...spdxEdges(facts, ...ALL), ...raw].filter(
    (edge) => !edge.startsWith('doc ') && !edge.startsWith('root '),
  );
}

describe('relationships are turned from effect to cause', () => {
  test.each([
    ['contains', 'a contains b'],
    ['hasOptionalComponent', 'a contains b'],
    ['hasAddedFile', 'a contains b'],
    ['packagedBy', 'b contains a'],
    ['dependsOn', 'a dependsOn b'],
    ['hasOptionalDependency', 'a dependsOn b'],
    ['hasProvidedDependency', 'a dependsOn b'],
    ['hasPrerequisite', 'a dependsOn b'],
    ['hasDynamicLink', 'a dependsOn b'],
    ['hasStaticLink', 'a dependsOn b'],
    ['hasDependencyManifest', 'a dependsOn b'],
    ['trainedOn', 'a trainedOn b'],
    ['testedOn', 'a testedOn b'],
    ['descendantOf', 'a wasDerivedFrom b'],
    ['ancestorOf', 'b wasDerivedFrom a'],
    ['copiedTo', 'b wasDerivedFrom a'],
    ['expandsTo', 'b wasDerivedFrom a'],
    ['hasVariant', 'b wasDerivedFrom a'],
    ['modifiedBy', 'a wasDerivedFrom b'],
    ['generates', 'b wasDerivedFrom a'],
    ['hasDataFile', 'a used b'],
    ['usesTool', 'a used b'],
    ['configures', 'b used a'],
    ['hasDistributionArtifact', 'a hasDistributionArtifact b'],
    ['amendedBy', 'b wasRevisionOf a'],
  ])('a %s b: %s', (type, edge) => {
    expect(stated(relates(`a ${type} b`))).toEqual([edge]);
    expect(stated(relates(`b ${type} a`))).not.toEqual([edge]);
  });

  test.each([
    'hasTest',
    'hasTestCase',
    'hasDocumentation',
    'hasDeletedFile',
    'patchedBy',
    'availableFrom',
    'other',
  ])('%s influences nothing', (type) => {
    expect(stated(relates(`a ${type} b`))).toEqual([]);
  });

  test('every type of the vocabulary is known, and no other', () => {
    expect(meaningOf('toString')).toBeUndefined();
    const facts = spdx3Facts(spdx3With(['a'], pkg('a'), pkg('b'), relates('a fineTunedOn b')));
    expect(problemCodes(facts)).toEqual(['relationship-unknown']);
  });

  test('of a Build, products are outputs and the rest is what the run used', () => {
    const build = element('build_Build', 'b', {
      build_buildType: 'urn:x:make',
      build_buildId: '7',
      build_configSourceUri: ['https://example.com/ci.yml'],
      build_configSourceDigest: [hash('ci')],
    });
    const facts = spdx3Facts(
      spdx3With(
        ['out'],
        pkg('out'),
        pkg('in'),
        pkg('cc'),
        pkg('gen'),
        pkg('os'),
        element('Person', 'me'),
        build,
        relates('b hasOutput out'),
        relates('b generates gen', { type: 'LifecycleScopedRelationship', scope: 'build' }),
        relates('b hasInput in', { completeness: 'complete' }),
        relates('b usesTool cc'),
        relates('b hasHost os'),
        relates('b invokedBy me'),
      ),
    );
    expect(
      spdxEdges(facts, 'wasGeneratedBy', 'used', 'wasAssociatedWith', 'wasDerivedFrom'),
    ).toEqual([
      '7 used cc',
      '7 used https://example.com/ci.yml',
      '7 used in',
      '7 used os',
      '7 wasAssociatedWith me',
      'gen wasGeneratedBy 7',
      'out wasGeneratedBy 7',
    ]);
    expect(facts.nodes.some(({ ref }) => ref === sha256('ci'))).toBe(true);
    expect(
      facts.claims.map((claim) => `${claim.type} ${'covers' in claim ? claim.covers : ''}`),
    ).toEqual(['completeness inputs', 'run-role ']);
  });

  test('licences are relationships: edges of models and data, attributes of all', () => {
    const license = element('simplelicensing_LicenseExpression', 'l', {
      simplelicensing_licenseExpression: 'MIT',
    });
    const facts = spdx3Facts(
      spdx3With(
        ['m'],
        element('ai_AIPackage', 'm'),
        pkg('p'),
        license,
        relates('m hasDeclaredLicense l'),
        relates('p hasConcludedLicense l'),
        relates(
          'p hasDeclaredLicense https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense',
        ),
      ),
    );
    expect(spdxEdges(facts, 'hasLicense')).toEqual(['m hasLicense MIT']);
    const licensed = facts.nodes.filter(({ attributes }) => attributes?.['license'] === 'MIT');
    expect([...new Set(licensed.map(({ names }) => names[0]))].sort()).toEqual(['m', 'p']);
    expect(facts.nodes.every(({ ref }) => !ref.includes('NoAssertion'))).toBe(true);
  });

  test('vulnerabilities', () => {
    const vulnerability = element('security_Vulnerability', 'v', {
      externalIdentifier: [
        { type: 'ExternalIdentifier', externalIdentifierType: 'cve', identifier: 'CVE-1' },
      ],
    });
    const vex = relates('v doesNotAffect p', {
      type: 'security_VexNotAffectedVulnAssessmentRelationship',
      security_justificationType: 'componentNotPresent',
    });
    const facts = spdx3Facts(
      spdx3With(['p'], pkg('p'), vulnerability, vex, relates('p hasAssociatedVulnerability v')),
    );
    expect(
      facts.edges
        .filter(({ relation }) => relation === 'hasStatus')
        .map(({ qualifiers }) => qualifiers),
    ).toEqual([
      { status: 'not_affected', justification: 'componentNotPresent' },
      { status: 'found' },
    ]);
    expect(facts.nodes.map(({ ref }) => ref)).toContain('name:vulnerability/CVE-1');
  });
});

describe('what the document is about', () => {
  test('root elements, through collections, even when these hold each other', () => {
    const facts = spdx3Facts(
      spdx3With(
        ['sbom'],
        element('software_Sbom', 'sbom', { rootElement: [iri('inner'), iri('a')] }),
        element('Bom', 'inner', { rootElement: [iri('sbom'), iri('b')] }),
        pkg('a'),
        pkg('b'),
        pkg('c'),
      ),
    );
    expect(facts.subjects.map((id) => facts.nodes[id]?.names[0]).sort()).toEqual(['a', 'b']);
    expect(spdxEdges(facts, 'contains')).toEqual(['a contains c', 'b contains c']);
  });

  test('describes, and nothing at all', () => {
    const facts = spdx3Facts(spdx3With([], pkg('a'), pkg('b'), relates('doc describes a')));
    expect(facts.subjects.map((id) => facts.nodes[id]?.names[0])).toEqual(['a']);
    const silent = spdx3Facts(spdx3With([], pkg('a')));
    expect(problemCodes(silent)).toEqual(['no-subject']);
    expect(spdxEdges(silent, 'contains')).toEqual(['doc contains a']);
    const told = spdx3Facts(spdx3With([], pkg('a')), { subject: 'pkg:oci/x@1' });
    expect(told.nodes[told.subjects[0] ?? -1]?.ref).toBe('pkg:oci/x@1');
  });

  test('a collection without a document, and an element without a graph', () => {
    const sbom = {
      '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
      '@graph': [element('software_Sbom', 's', { rootElement: [iri('a')] }), pkg('a')],
    };
    expect(spdx3Facts(sbom).subjects).toHaveLength(1);
    const one = { '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld', ...pkg('a') };
    expect(spdxEdges(spdx3Facts(one), 'contains')).toHaveLength(1);
  });
});

describe('identity', () => {
  test('hashes, purls and IRIs; an id of one document stays in it', () => {
    const facts = spdx3Facts(
      spdx3With(
        ['a'],
        pkg('a', {
          software_packageVersion: '1',
          verifiedUsing: [
            hash('a'),
            {
              type: 'PackageVerificationCode',
              algorithm: 'sha1',
              hashValue: '85ed0817af83a24ad8da68c2b5094de69833983c',
            },
          ],
          externalIdentifier: [
            {
              type: 'ExternalIdentifier',
              externalIdentifierType: 'packageUrl',
              identifier: 'pkg:npm/a@1',
            },
          ],
          software_packageUrl: 'pkg:npm/a@1',
        }),
        pkg('SPDXRef-b', { spdxId: 'SPDXRef-Package:b' }),
      ),
    );
    expect(
      facts.nodes
        .map(({ ref }) => ref)
        .filter((ref) => !ref.startsWith('local:'))
        .sort(),
    ).toEqual([
      'bom:https://example.com/spdx/a',
      'bom:https://example.com/spdx/doc',
      'name:spdx/SPDXRef-b',
      'pkg:npm/a@1',
      sha256('a'),
    ]);
  });

  test('an IRI of another document is that document’s element', () => {
    const facts = spdx3Facts(
      spdx3With(['a'], pkg('a'), relates('https://example.org/other#SPDXRef-src generates a')),
    );
    const derived = facts.edges.find(({ relation }) => relation === 'wasDerivedFrom');
    expect(facts.nodes[derived?.to ?? -1]?.ref).toBe('bom:https://example.org/other#SPDXRef-src');
    expect(facts.problems).toEqual([]);
  });

  test('an id that means nothing here is listed once', () => {
    const facts = spdx3Facts(
      spdx3With(['a'], pkg('a'), relates('a dependsOn SPDXRef:x SPDXRef:x')),
    );
    expect(facts.problems.map(({ code }) => code)).toEqual(['dangling-ref']);
  });

  test('NoneElement and NoAssertionElement are no things', () => {
    const core = 'https://spdx.org/rdf/3.0.1/terms/Core/';
    const facts = spdx3Facts(
      spdx3With(
        ['a'],
        pkg('a'),
        relates(`a contains ${core}NoneElement`),
        relates(`a trainedOn ${core}NoAssertionElement`),
      ),
    );
    expect(spdxEdges(facts, 'contains', 'trainedOn')).toEqual([]);
    expect(facts.problems).toEqual([]);
  });

  test('an element in the place of its id is an element', () => {
    const facts = spdx3Facts(
      spdx3With(
        ['a'],
        pkg('a', {
          suppliedBy: element('Organization', 'org'),
          creationInfo: { type: 'CreationInfo', specVersion: '3.0.1' },
        }),
        {
          ...relates('a contains x'),
          to: [pkg('inner')],
        },
      ),
    );
    expect(spdxEdges(facts, 'contains', 'wasAttributedTo')).toEqual([
      'a contains inner',
      'a wasAttributedTo org',
    ]);
    expect(facts.problems).toEqual([]);
  });

  test('files said to be trained are a model and its data', () => {
    const facts = spdx3Facts(
      spdx3With(
        ['m'],
        element('software_File', 'm'),
        element('software_File', 't'),
        relates('m trainedOn t'),
      ),
    );
    const kinds = Object.fromEntries(
      facts.nodes
        .filter(({ names }) => names[0]?.length === 1)
        .map(({ names, kinds: found }) => [names[0], found[0]]),
    );
    expect(kinds).toMatchObject({
      m: expect.stringMatching(/File|Model/),
      t: expect.stringMatching(/Dataset|File/),
    });
    expect(
      facts.nodes.some(({ names, kinds: found }) => names[0] === 'm' && found.includes('Model')),
    ).toBe(true);
    expect(
      facts.nodes.some(({ names, kinds: found }) => names[0] === 't' && found.includes('Dataset')),
    ).toBe(true);
  });
});

describe('metrics', () => {
  const model = (name: string): object =>
    element('ai_AIPackage', name, {
      ai_metric: [{ type: 'DictionaryEntry', key: 'f1', value: '0.9' }],
    });
  const data = (name: string): object => element('dataset_DatasetPackage', name);

  test('with one test dataset they were measured on it, with two nobody says', () => {
    const one = spdx3Facts(spdx3With(['m'], model('m'), data('d'), relates('m testedOn d')));
    expect(one.claims.filter(({ type }) => type === 'evaluation')).toHaveLength(1);
    const two = spdx3Facts(
      spdx3With(['m'], model('m'), data('d'), data('e'), relates('m testedOn d e')),
    );
    expect(two.claims).toEqual([]);
    expect(spdxEdges(two, 'evaluates')).toEqual(['f1 evaluates m']);
  });
});

describe('any document', () => {
  const RICH = spdx3With(
    ['sbom'],
    element('software_Sbom', 'sbom', { rootElement: [iri('m')] }),
    element('ai_AIPackage', 'm', {
      ai_metric: [{ type: 'DictionaryEntry', key: 'f1', value: '1' }],
      verifiedUsing: [hash('m')],
    }),
    element('dataset_DatasetPackage', 'd', {
      software_packageUrl: 'pkg:huggingface/datasets/x/y@1',
    }),
    element('build_Build', 'b', { build_configSourceUri: ['urn:x:y'] }),
    element('security_Vulnerability', 'v'),
    relates('m trainedOn d'),
    relates('m testedOn d'),
    relates('b hasOutput m'),
    relates('v affects m'),
    relates('m contains d', { completeness: 'complete' }),
  );
  const text = JSON.stringify(RICH);

  test('any change: facts, or a PedigreeError', () => {
    const words = fc.constantFrom(
      'spdxId',
      'type',
      'from',
      'to',
      'trainedOn',
      'hasOutput',
      '@graph',
      'rootElement',
      '"m"',
      '[',
      'software_Sbom',
    );
    const others = fc.constantFrom(
      '__proto__',
      'x',
      '@id',
      '',
      'contains',
      'null',
      '{}',
      '"\\ud800"',
      iri('m'),
    );
    let read = 0;
    fc.assert(
      fc.property(words, others, fc.nat(text.length), fc.boolean(), (word, by, at, everywhere) => {
        const changed = everywhere
          ? text.replaceAll(word, by)
          : text.slice(0, at) + text.slice(at).replace(word, by);
        try {
          const { facts } = readSpdx3Bytes(new TextEncoder().encode(changed), { strict: true });
          read++;
          expect(
            facts.edges.every(
              ({ from, to }) => from !== to && from < facts.nodes.length && to < facts.nodes.length,
            ),
          ).toBe(true);
          expect(facts.subjects.length).toBeGreaterThan(0);
        } catch (error) {
          const isUndetected = error instanceof Error && error.message.startsWith('not detected');
          if (!isPedigreeError(error) && !isUndetected) throw error;
        }
      }),
      { numRuns: 400 },
    );
    expect(read).toBeGreaterThan(50);
  });

  test.each(['{}', '[]', '{"@context":"https://schema.org"}', '{"@graph":[{"type":"Dataset"}]}'])(
    '%s is not SPDX 3',
    (other) => {
      expect(detect(decode(new TextEncoder().encode(other))).format).not.toBe('spdx3-jsonld');
    },
  );
});

describeShared('the SPDX 3 document of the story', () => {
  const facts = (): Facts =>
    readSpdx3Bytes(readShared('samples', 'spdx3', 'tumour-triage.spdx3.json'), { strict: true })
      .facts;
  const byRef = (found: Facts, relation: string): string[] =>
    found.edges
      .filter((edge) => edge.relation === relation)
      .map(
        ({ from, to }) =>
          `${found.nodes[from]?.ref.slice(0, 14)} ${found.nodes[to]?.ref.slice(0, 14)}`,
      )
      .sort();

  test('training data, base model and derivation by digest', () => {
    const found = facts();
    expect(byRef(found, 'trainedOn')).toEqual([
      'sha256:058c95f sha256:166b0dd',
      'sha256:a9806da sha256:166b0dd',
      'sha256:a9806da sha256:747829f',
    ]);
    expect(byRef(found, 'wasDerivedFrom')).toEqual([
      'sha256:0346c61 sha256:c3ef320',
      'sha256:166b0dd sha256:c3ef320',
      'sha256:a9806da sha256:058c95f',
    ]);
    expect(
      found.claims.flatMap((claim) =>
        claim.type === 'evaluation' ? [`${claim.metric} ${claim.value}`] : [],
      ),
    ).toEqual(['accuracy 0.981481', 'f1 0.976744', 'recall 0.954545']);
    expect(found.subjects.map((id) => found.nodes[id]?.ref.slice(0, 14))).toEqual([
      'sha256:a9806da',
    ]);
  });
});

describeShared('every SPDX 3 document of the corpus', () => {
  test('is read to sound facts', () => {
    const manifest = JSON.parse(
      new TextDecoder().decode(readShared('corpus', 'manifest.json')),
    ) as { path: string; format: string }[];
    const entries = manifest.filter(({ format }) => format === 'spdx3-jsonld');
    for (const { path } of entries) {
      const bytes = readShared('corpus', path);
      expect(detect(decode(bytes)).format).toBe('spdx3-jsonld');
      const { facts, conformant } = readSpdx3Bytes(bytes, { strict: true });
      expect(conformant).toBe(true);
      expect(facts.subjects.length).toBeGreaterThan(0);
      expect(facts.subjects.every((id) => !(facts.nodes[id]?.kinds.includes('Bom') ?? true))).toBe(
        true,
      );
    }
    expect(entries).toHaveLength(15);
  });
});
