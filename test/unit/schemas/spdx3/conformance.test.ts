// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { toArray } from '../../../../core/long-list.ts';
import { NEWEST_EDITION } from '../../../../schemas/spdx3/classes/edition.ts';
import { checkSpdx3Conformance } from '../../../../schemas/spdx3/conformance.ts';
import { element, iri, relates, spdx3With } from '../../../support/spdx3-reading.ts';
import { sampleDocument } from '../../../support/spdx3-samples.ts';
import type { JsonValue } from '../../../../core/canonical-json-jcs.ts';

/** `code pointer` of each problem. */
function faultsOf(document: unknown): string[] {
  const { conformant, problems } = checkSpdx3Conformance(document as JsonValue);
  expect(conformant).toBe(problems.length === 0);
  return problems.map(({ code, pointer }) => `${code} ${pointer}`);
}

const pkg = (name: string, more: object = {}): object => element('software_Package', name, more);
/** Faults of one object after the creation info and the document. */
const faultsWith = (...objects: object[]): string[] => faultsOf(spdx3With([], ...objects));

test('every property of every class', () => {
  expect(faultsOf(sampleDocument(NEWEST_EDITION))).toEqual([]);
});

describe('the document', () => {
  const CONTEXT = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld';
  const withContext = (context: unknown): object => ({
    ...spdx3With([], pkg('a')),
    '@context': context,
  });

  test.each([
    [CONTEXT],
    [[CONTEXT]],
    [[CONTEXT, { ex: 'https://example.com/' }]],
    ['https://spdx.org/rdf/3.0.0/spdx-context.jsonld'],
  ])('the context %j', (context) => {
    expect(faultsOf(withContext(context))).toEqual([]);
  });

  test.each([
    [undefined],
    [null],
    [[]],
    [`${CONTEXT} `],
    ['https://spdx.org/rdf/3.0.1/spdx-context.json'],
    ['https://spdx.org/rdf/3.1.0/spdx-context.jsonld'],
    [{ '@vocab': 'https://spdx.org/rdf/3.0.1/terms/Core/' }],
    [[{ ex: 'https://example.com/' }, CONTEXT]],
    [[CONTEXT, { '@vocab': 'https://example.com/' }]],
    [[CONTEXT, { name: { '@id': 'https://example.com/' } }]],
    [[CONTEXT, { name: 'https://example.com/name' }]],
    [[CONTEXT, CONTEXT]],
  ])('not the context %j', (context) => {
    expect(new Set(faultsOf(withContext(context)))).toEqual(new Set(['spdx3:context /@context']));
  });

  test.each([[null], [[]], ['text'], [7]])('%j is none', (root) => {
    expect(faultsOf(root)).toEqual(['spdx3:graph ']);
  });

  test('the graph is an array of objects, and stands alone', () => {
    expect(faultsOf({ '@context': CONTEXT, '@graph': {} })).toEqual(['spdx3:graph /@graph']);
    expect(faultsOf({ '@context': CONTEXT, '@graph': ['_:c', null] })).toEqual([
      'spdx3:graph /@graph/0',
      'spdx3:graph /@graph/1',
    ]);
    expect(faultsOf({ ...spdx3With([]), name: 'a' })).toEqual(['spdx3:unknown-property /name']);
  });

  test('one object without a graph', () => {
    const creation = {
      type: 'CreationInfo',
      specVersion: '3.0.1',
      created: '2024-01-01T00:00:00Z',
      createdBy: ['SpdxOrganization'],
    };
    const tool = { type: 'Tool', spdxId: 'urn:tool', creationInfo: creation };
    expect(faultsOf({ '@context': CONTEXT, ...tool })).toEqual([]);
    expect(faultsOf({ '@context': CONTEXT, ...tool, kind: 1 })).toEqual([
      'spdx3:unknown-property /kind',
    ]);
    expect(faultsOf({ '@context': CONTEXT })).toEqual(['spdx3:type /type']);
  });

  test('no more than twenty problems are listed', () => {
    const many = Array.from({ length: 200 }, (_, at) => pkg(`p${at}`, { surprise: at }));
    expect(faultsWith(...many)).toHaveLength(20);
  });

  test('a graph that makes its items when they are asked for', () => {
    const graph = (spdx3With([], pkg('a'), pkg('b', { surprise: 1 })) as { '@graph': object[] })[
      '@graph'
    ];
    const items = { count: graph.length, item: (at: number) => graph[at] };
    expect(faultsOf({ '@context': CONTEXT, '@graph': toArray(items) })).toEqual([
      'spdx3:unknown-property /@graph/3/surprise',
    ]);
  });
});

describe('classes', () => {
  test.each(['Element', 'Artifact', 'software_SoftwareArtifact', 'simplelicensing_AnyLicenseInfo'])(
    '%s is abstract',
    (type) => {
      expect(faultsWith(element(type, 'a'))).toContain('spdx3:type /@graph/2/type');
    },
  );

  test.each(['Package', 'Software_Package', 'software_package', 'constructor', '__proto__', ''])(
    '"%s" is none',
    (type) => {
      expect(faultsWith(element(type, 'a'))).toEqual(['spdx3:type /@graph/2/type']);
    },
  );

  test('a part is of the class that its place wants', () => {
    const range = { type: 'PositiveIntegerRange', beginIntegerRange: 1, endIntegerRange: 2 };
    expect(faultsWith(pkg('a', { verifiedUsing: [range] }))).toEqual([
      'spdx3:type /@graph/2/verifiedUsing/0/type',
    ]);
  });

  test("an extension is anybody's, one of SPDX is checked", () => {
    const foreign = { type: 'https://example.com/Ext', anything: [{ goes: null }] };
    const known = { type: 'extension_CdxPropertiesExtension', extension_cdxProperty: [] };
    expect(faultsWith(pkg('a', { extension: [foreign] }))).toEqual([]);
    expect(faultsWith(pkg('a', { extension: [known] }))).toEqual([
      'spdx3:cardinality /@graph/2/extension/0/extension_cdxProperty',
    ]);
    expect(faultsWith(pkg('a', { extension: [{ type: 'Hash' }] }))).toContain(
      'spdx3:type /@graph/2/extension/0/type',
    );
    expect(faultsWith({ ...foreign, spdxId: 'urn:a' })).toEqual(['spdx3:type /@graph/2/type']);
  });
});

describe('properties', () => {
  test.each<[string, object, string]>([
    ['an unknown one', { license: 'MIT' }, 'spdx3:unknown-property /@graph/2/license'],
    ['one of another class', { context: 'a' }, 'spdx3:unknown-property /@graph/2/context'],
    ['without its prefix', { packageUrl: 'a' }, 'spdx3:unknown-property /@graph/2/packageUrl'],
    ['no creation info', { creationInfo: undefined }, 'spdx3:required /@graph/2/creationInfo'],
    ['several names', { name: ['a'] }, 'spdx3:cardinality /@graph/2/name'],
    ['a list of none', { standardName: 'a' }, 'spdx3:cardinality /@graph/2/standardName'],
    ['no text', { name: 7 }, 'spdx3:value /@graph/2/name'],
    ['null', { comment: null }, 'spdx3:value /@graph/2/comment'],
    [
      'a day that is none',
      { builtTime: '2023-02-29T00:00:00Z' },
      'spdx3:value /@graph/2/builtTime',
    ],
    ['a zone', { builtTime: '2023-02-28T00:00:00+00:00' }, 'spdx3:value /@graph/2/builtTime'],
    ['fractions', { builtTime: '2023-02-28T00:00:00.0Z' }, 'spdx3:value /@graph/2/builtTime'],
    [
      'a term of SPDX 2',
      { software_primaryPurpose: 'LIBRARY' },
      'spdx3:term /@graph/2/software_primaryPurpose',
    ],
    [
      'a term in full',
      { software_primaryPurpose: 'spdx:Software/SoftwarePurpose/library' },
      'spdx3:term /@graph/2/software_primaryPurpose',
    ],
  ])('%s', (_name, more, fault) => {
    const { creationInfo, ...rest } = { ...pkg('a'), ...more } as Record<string, unknown>;
    const object = creationInfo === undefined ? rest : { ...rest, creationInfo };
    expect(faultsWith(object)).toEqual([fault]);
  });

  test.each([
    ['3.0.1', true],
    ['3.0.1-rc.1+build.05', true],
    ['3.0.1--', true],
    ['3.0', false],
    ['3.00.1', false],
    ['3.0.1-', false],
    ['3.0.1-01', false],
    ['3.0.1-a..b', false],
    ['3.0.1+', false],
    ['3.0.1+a+b', false],
    ['v3.0.1', false],
    ['3.0.1 ', false],
    ['2.3.0', false],
  ])('specVersion %s: %s', (specVersion, conforms) => {
    const creation = {
      type: 'CreationInfo',
      specVersion,
      created: '2024-01-01T00:00:00Z',
      createdBy: ['SpdxOrganization'],
    };
    const faults = faultsWith({ ...pkg('a'), creationInfo: creation });
    expect(faults.length === 0).toBe(conforms);
    expect(faults.every((fault) => fault.endsWith('/creationInfo/specVersion'))).toBe(true);
  });

  test('numbers', () => {
    const range = (beginIntegerRange: unknown, endIntegerRange: unknown): string[] =>
      faultsWith(
        element('software_File', 'f'),
        element('software_Snippet', 's', {
          software_snippetFromFile: iri('f'),
          software_byteRange: { type: 'PositiveIntegerRange', beginIntegerRange, endIntegerRange },
        }),
      ).map((fault) => fault.replace('/@graph/3/software_byteRange/', ''));
    expect(range(1, 1)).toEqual([]);
    expect(range(0, 1)).toEqual(['spdx3:value beginIntegerRange']);
    expect(range(1, 1.5)).toEqual(['spdx3:value endIntegerRange']);
    expect(range('1', 2)).toEqual(['spdx3:value beginIntegerRange']);
    expect(range(2, 1)).toEqual(['spdx3:constraint endIntegerRange']);
  });
});

describe('ids and references', () => {
  test.each(['a', '_:a', '', ':a', 'urn:'])('an element is not called "%s"', (spdxId) => {
    expect(faultsWith({ ...pkg('a'), spdxId })).toEqual(['spdx3:id /@graph/2/spdxId']);
  });

  test('a part has its id in @id, an element in spdxId', () => {
    const hash = { type: 'Hash', algorithm: 'sha256', hashValue: 'ab' };
    const held = (id: object): string[] =>
      faultsWith(pkg('a', { verifiedUsing: [{ ...hash, ...id }] }));
    expect(held({ '@id': '_:h' })).toEqual([]);
    expect(held({ '@id': 'h' })).toEqual(['spdx3:id /@graph/2/verifiedUsing/0/@id']);
    expect(held({ spdxId: 'urn:h' })).toEqual([
      'spdx3:unknown-property /@graph/2/verifiedUsing/0/spdxId',
    ]);
    expect(faultsWith({ ...pkg('a'), '@id': 'urn:a' })).toEqual([
      'spdx3:unknown-property /@graph/2/@id',
    ]);
  });

  test.each<[string, string, string | undefined]>([
    ['an element of the document', iri('a'), undefined],
    ['NoneElement', 'NoneElement', undefined],
    ['in full', 'https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement', undefined],
    ['by prefix', 'spdx:ExpandedLicensing/NoneLicense', undefined],
    ['imported', 'urn:imported', undefined],
    ['nothing', 'urn:nothing', 'spdx3:reference'],
    ['a hash', '_:h', 'spdx3:reference'],
    ['a blank node that is nothing', '_:x', 'spdx3:reference'],
    ['a member of every object', 'constructor', 'spdx3:value'],
    ['what is no IRI', 'Organization: Example', 'spdx3:cardinality'],
  ])('%s', (_name, to, code) => {
    const faults = faultsWith(
      pkg('a'),
      { type: 'Hash', '@id': '_:h', algorithm: 'sha256', hashValue: 'ab' },
      element('SpdxDocument', 'doc', {
        import: [{ type: 'ExternalMap', externalSpdxId: 'urn:imported' }],
      }),
      { ...relates('a contains a'), to: [to] },
    );
    const at = code === 'spdx3:cardinality' ? '/@graph/5/to' : '/@graph/5/to/0';
    expect(faults).toEqual(code === undefined ? [] : [`${code} ${at}`]);
  });

  test('a range is held, never named', () => {
    const range = {
      type: 'PositiveIntegerRange',
      '@id': '_:r',
      beginIntegerRange: 1,
      endIntegerRange: 1,
    };
    const snippet = element('software_Snippet', 's', {
      software_snippetFromFile: iri('f'),
      software_lineRange: '_:r',
    });
    expect(faultsWith(element('software_File', 'f'), range, snippet)).toEqual([
      'spdx3:reference /@graph/4/software_lineRange',
    ]);
  });

  test('of the wrong class', () => {
    expect(faultsWith(pkg('a'), pkg('b', { suppliedBy: iri('a') }))).toEqual([
      'spdx3:reference /@graph/3/suppliedBy',
    ]);
    expect(faultsWith(pkg('b', { suppliedBy: 'NoneElement' }))).toEqual([
      'spdx3:value /@graph/2/suppliedBy',
    ]);
    expect(faultsWith(pkg('b', { suppliedBy: 'SpdxOrganization' }))).toEqual([]);
  });

  test('what is no IRI says nothing where nothing must be said', () => {
    expect(faultsWith(pkg('b', { originatedBy: ['Organization: Example'] }))).toEqual([]);
    expect(faultsWith({ ...relates('a contains a'), from: 'Organization: Example' })).toContain(
      'spdx3:reference /@graph/2/from',
    );
  });

  test('prefixes that the document declares', () => {
    const document = spdx3With([], pkg('a'), { ...relates('a contains a'), to: ['ex:a'] });
    const context = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld';
    const under = (ex: string): string[] =>
      faultsOf({ ...document, '@context': [context, { ex }] });
    expect(under('https://example.com/spdx/')).toEqual([]);
    expect(under('https://example.com/other/')).toEqual(['spdx3:reference /@graph/3/to/0']);
    expect(faultsOf(document)).toEqual(['spdx3:reference /@graph/3/to/0']);
  });

  test('an id may be given again with the same, and with nothing else', () => {
    expect(faultsWith(pkg('a'), pkg('a'))).toEqual([]);
    expect(faultsWith(pkg('a'), pkg('a', { comment: 'more' }))).toEqual([]);
    expect(faultsWith(pkg('a'), { ...pkg('a'), name: 'b' })).toEqual(['spdx3:id /@graph/3/spdxId']);
    expect(faultsWith(pkg('a'), element('software_File', 'a'))).toEqual([
      'spdx3:id /@graph/3/spdxId',
    ]);
  });
});

describe('constraints of the text', () => {
  const document = (id: string, more: object = {}): object => element('SpdxDocument', id, more);

  test('one SpdxDocument', () => {
    expect(faultsWith(document('other'))).toEqual(['spdx3:constraint /@graph/2/spdxId']);
    expect(faultsWith(document('doc'))).toEqual([]);
  });

  test('collections', () => {
    const bundle = (more: object): string[] => faultsWith(pkg('a'), element('Bundle', 'b', more));
    expect(bundle({ element: [], rootElement: [] })).toEqual([]);
    expect(bundle({ rootElement: [iri('a')] })).toEqual([]);
    expect(bundle({ element: [iri('a')] })).toEqual(['spdx3:constraint /@graph/3/rootElement']);
    expect(bundle({ rootElement: [iri('doc')] })).toEqual([
      'spdx3:constraint /@graph/3/rootElement',
    ]);
    expect(bundle({ element: [iri('a'), iri('doc')], rootElement: [iri('a')] })).toEqual([
      'spdx3:constraint /@graph/3/element',
    ]);
  });

  test('NoneElement stands alone', () => {
    const to = (...ids: string[]): string[] =>
      faultsWith(pkg('a'), { ...relates('a contains a'), to: ids });
    expect(to('NoneElement')).toEqual([]);
    expect(to(iri('a'), 'NoAssertionElement')).toEqual([]);
    expect(to(iri('a'), 'NoneElement')).toEqual(['spdx3:constraint /@graph/3/to']);
    expect(to('https://spdx.org/rdf/3.0.1/terms/Core/NoneElement', iri('a'))).toEqual([
      'spdx3:constraint /@graph/3/to',
    ]);
  });

  test('a licence set has two members', () => {
    const licence = (name: string): object =>
      element('simplelicensing_LicenseExpression', name, {
        simplelicensing_licenseExpression: 'MIT',
      });
    const set = (...ids: string[]): string[] =>
      faultsWith(
        licence('m'),
        licence('n'),
        element('expandedlicensing_DisjunctiveLicenseSet', 's', {
          expandedlicensing_member: ids.map(iri),
        }),
      );
    expect(set('m', 'n')).toEqual([]);
    expect(set('m', 'm')).toEqual(['spdx3:cardinality /@graph/4/expandedlicensing_member']);
  });

  const assessment = (type: string, more: object): string[] =>
    faultsWith(pkg('a'), element('security_Vulnerability', 'v'), {
      ...relates(`v hasAssessmentFor a`),
      type: `security_${type}VulnAssessmentRelationship`,
      ...more,
    }).map((fault) => fault.replace('/@graph/4/', ''));

  test('assessments are of their type', () => {
    const cvss = { security_score: '9.8', security_vectorString: 'AV:N' };
    expect(assessment('CvssV2', cvss)).toEqual([]);
    expect(assessment('CvssV2', { ...cvss, security_score: 9 })).toEqual([]);
    expect(assessment('CvssV2', { ...cvss, security_score: 9.8 })).toEqual([
      'spdx3:value security_score',
    ]);
    expect(assessment('CvssV2', { ...cvss, relationshipType: 'affects' })).toEqual([
      'spdx3:constraint relationshipType',
    ]);
    expect(assessment('VexFixed', { relationshipType: 'fixedIn' })).toEqual([]);
    expect(assessment('VexFixed', {})).toEqual(['spdx3:constraint relationshipType']);
    expect(assessment('VexFixed', { relationshipType: 'fixedIn', from: iri('a') })).toEqual([
      'spdx3:constraint from',
    ]);
    expect(assessment('Vex', {})).toContain('spdx3:type type');
  });

  test('probabilities are between 0 and 1', () => {
    const epss = (security_probability: unknown): string[] =>
      assessment('Epss', { security_probability, security_percentile: '1' });
    expect(epss(0)).toEqual([]);
    expect(epss('1.0')).toEqual([]);
    expect(epss('1.01')).toEqual(['spdx3:constraint security_probability']);
    expect(epss('-0.1')).toEqual(['spdx3:constraint security_probability']);
    expect(epss('often')).toEqual(['spdx3:value security_probability']);
  });

  test('not affected: why', () => {
    const relationshipType = 'doesNotAffect';
    const why = { security_justificationType: 'componentNotPresent' };
    expect(assessment('VexNotAffected', { relationshipType, ...why })).toEqual([]);
    expect(
      assessment('VexNotAffected', { relationshipType, security_impactStatement: 'unused' }),
    ).toEqual([]);
    expect(assessment('VexNotAffected', { relationshipType })).toEqual([
      'spdx3:constraint security_justificationType',
    ]);
  });
});

test('3.0.0 has names of its own', () => {
  const build = (more: object): object => ({
    ...spdx3With(
      [],
      element('build_Build', 'b', { build_buildType: 'urn:t', ...more }),
      pkg('a'),
      relates('b hasInputs a'),
    ),
    '@context': 'https://spdx.org/rdf/3.0.0/spdx-context.jsonld',
  });
  expect(faultsOf(build({ build_parameters: [{ type: 'DictionaryEntry', key: 'k' }] }))).toEqual(
    [],
  );
  expect(faultsOf(build({ build_parameter: [] }))).toEqual([
    'spdx3:unknown-property /@graph/2/build_parameter',
  ]);
  expect(faultsWith(pkg('a'), relates('a hasInputs a'))).toEqual([
    'spdx3:term /@graph/3/relationshipType',
  ]);
});
