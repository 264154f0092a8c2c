// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { Facts } from '../../../../graph/domain/facts.ts';
import { splitBuilderId } from '../../../../ingest/extract/slsa-provenance.ts';
import { edgeLines, encode, readDocuments, type ReadDocument } from './read-document.ts';

const HEX = 'a3'.repeat(32);
const IN1 = 'b4'.repeat(32);
const IN2 = 'c5'.repeat(32);
const COMMIT = '9cf2f782cdd83b6ce674e4ae3665c05f3451b829';
const BUILDER = 'https://github.com/org/builder/.github/workflows/b.yml@refs/tags/v1';
const RUN = `run:${BUILDER}#77`;

function provenance(predicateType: string, predicate: unknown): Record<string, unknown> {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'm.onnx', digest: { sha256: HEX } }],
    predicateType,
    predicate,
  };
}

function read(value: unknown): ReadDocument {
  const [document] = readDocuments(encode(value), true);
  if (document === undefined) throw new Error('nothing read');
  return document;
}

function facts(value: unknown): Facts {
  const found = read(value).reading?.facts;
  if (found === undefined) throw new Error('no facts');
  return found;
}

const problems = (value: unknown): readonly string[] =>
  facts(value).problems.map(({ code }) => code);

/** The same build in the three shapes. */
const V01 = provenance('https://slsa.dev/provenance/v0.1', {
  builder: { id: BUILDER },
  recipe: { type: 'https://example.org/build', definedInMaterial: 1, entryPoint: 'x' },
  metadata: { buildInvocationId: '77', buildStartedOn: '2026-01-01T00:00:00Z' },
  materials: [
    { uri: 'https://example.org/in1', digest: { sha256: IN1 } },
    { uri: 'git+https://github.com/org/repo@refs/heads/main', digest: { sha1: COMMIT } },
  ],
});
const V02 = provenance('https://slsa.dev/provenance/v0.2', {
  builder: { id: BUILDER },
  buildType: 'https://example.org/build',
  invocation: {
    configSource: {
      uri: 'git+https://github.com/org/repo@refs/heads/main',
      digest: { sha1: COMMIT },
      entryPoint: 'x',
    },
  },
  metadata: { buildInvocationID: '77', buildStartedOn: '2026-01-01T00:00:00Z' },
  materials: [{ uri: 'https://example.org/in1', digest: { sha256: IN1 } }],
});
const V1 = provenance('https://slsa.dev/provenance/v1', {
  buildDefinition: {
    buildType: 'https://example.org/build',
    externalParameters: { source: { uri: 'never read', digest: { sha256: IN2 } } },
    resolvedDependencies: [
      { uri: 'https://example.org/in1', digest: { sha256: IN1 } },
      { uri: 'git+https://github.com/org/repo@refs/heads/main', digest: { gitCommit: COMMIT } },
    ],
  },
  runDetails: {
    builder: { id: BUILDER, builderDependencies: [{ name: 'tool', digest: { sha256: IN2 } }] },
    metadata: { invocationId: '77', startedOn: '2026-01-01T00:00:00Z' },
    byproducts: [{ name: 'log', digest: { sha256: 'd6'.repeat(32) } }, {}],
  },
});
const SOURCE = `git:github.com/org/repo@${COMMIT}`;
const COMMON = [
  `sha256:${HEX} wasGeneratedBy ${RUN}`,
  `${RUN} used sha256:${IN1} role=material`,
  `${RUN} wasAssociatedWith builder:https://github.com/org/builder/.github/workflows/b.yml version=refs/tags/v1`,
];

describe('SLSA provenance', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['v0.1', V01, [...COMMON, `${RUN} used ${SOURCE} role=config`]],
    ['v0.2', V02, [...COMMON, `${RUN} used ${SOURCE} role=config`]],
    [
      'v1',
      V1,
      [
        ...COMMON,
        `${RUN} used ${SOURCE} role=material`,
        `${RUN} used sha256:${IN2} role=tool`,
        `sha256:${'d6'.repeat(32)} wasGeneratedBy ${RUN} role=byproduct`,
      ],
    ],
  ])('%s states the same build', (_, value, lines) => {
    expect(edgeLines(facts(value), ['role', 'version'])).toEqual([...lines].sort());
    expect(facts(value).statementKind).toBe('provenance');
    // a byproduct that names nothing is left out, and said to be
    const left = facts(value).problems.map(({ code }) => code);
    expect(left).toEqual(value === V1 ? ['resource-empty'] : []);
    expect(read(value).reading?.conformant).toBe(left.length === 0);
    expect(facts(value).nodes.find(({ ref }) => ref === RUN)).toMatchObject({
      kinds: ['Run'],
      names: ['77'],
      attributes: {
        buildType: 'https://example.org/build',
        builder: BUILDER,
        startedOn: '2026-01-01T00:00:00Z',
      },
    });
    expect(facts(value).claims).toEqual([]);
  });

  test.each([
    'https://slsa.dev/provenance/v1.0',
    'https://slsa.dev/provenance/v1.0?draft',
    'https://slsa.dev/provenance/v1?draft',
  ])('draft %s has the shape of v1', (predicateType) => {
    expect(edgeLines(facts({ ...V1, predicateType }))).toEqual(edgeLines(facts(V1)));
    expect(facts({ ...V1, predicateType }).version).toBe(predicateType);
  });

  test('an unknown version is a statement that nobody reads', () => {
    const value = { ...V1, predicateType: 'https://slsa.dev/provenance/v9' };
    expect(read(value).detected?.format).toBe('in-toto-statement');
    expect(edgeLines(facts(value)).every((line) => line.includes(' attests '))).toBe(true);
  });

  test.each<[string, Record<string, unknown>]>([
    ['v0.1', V01],
    ['v0.2', V02],
  ])('%s: all materials are there, where it says so in so many words', (_, value) => {
    const complete = (materials: unknown): unknown => {
      const predicate = value['predicate'] as { metadata: object };
      return {
        ...value,
        predicate: {
          ...predicate,
          metadata: { ...predicate.metadata, completeness: { materials } },
        },
      };
    };
    const found = facts(complete(true));
    expect(found.claims).toMatchObject([
      {
        type: 'completeness',
        covers: 'inputs',
        pointer: '/predicate/metadata/completeness/materials',
      },
    ]);
    expect(
      found.nodes[found.claims[0]?.type === 'completeness' ? found.claims[0].about : -1]?.ref,
    ).toBe(RUN);
    for (const other of [false, 'true', 1, null]) expect(facts(complete(other)).claims).toEqual([]);
  });

  test('without builder or invocation the run stays in its document', () => {
    for (const missing of [
      { runDetails: { builder: { id: BUILDER } } },
      { runDetails: { metadata: { invocationId: '77' } } },
      { runDetails: { builder: { id: '' }, metadata: { invocationId: '77' } } },
    ]) {
      const predicate = { ...(V1['predicate'] as object), ...missing };
      const run = facts({ ...V1, predicate }).nodes.find(({ kinds }) => kinds.includes('Run'));
      expect(run?.ref).toMatch(/^local:sha256:[0-9a-f]{64}#run$/);
    }
  });

  test('no builder can name the runs of another', () => {
    const run = (builderId: string, invocationId: string): string | undefined => {
      const predicate = {
        ...(V1['predicate'] as object),
        runDetails: { builder: { id: builderId }, metadata: { invocationId } },
      };
      return facts({ ...V1, predicate }).nodes.find(({ kinds }) => kinds.includes('Run'))?.ref;
    };
    const refs = [run('b', 'c#d'), run('b#c', 'd'), run('b%23c', 'd'), run('b%2523c', 'd')];
    expect(new Set(refs).size).toBe(refs.length);
    expect(refs[0]).toBe('run:b#c#d');
  });

  test('an input without a digest is a mutable reference: a name', () => {
    const predicate = {
      ...(V02['predicate'] as object),
      materials: [
        { uri: 'https://example.org/latest' },
        { uri: 'https://github.com/o/r/commit/' + COMMIT },
      ],
    };
    const value = { ...V02, predicate };
    expect(problems(value)).toEqual(['mutable-reference', 'mutable-reference']);
    const refs = facts(value).nodes.map(({ ref }) => ref);
    expect(refs).toContain('name:https://example.org/latest');
    expect(refs).toContain(`git:github.com/o/r@${COMMIT}`);
  });

  test('an index that points at no material is a problem', () => {
    for (const definedInMaterial of [2, -1, 0.5]) {
      const predicate = {
        ...(V01['predicate'] as object),
        recipe: { type: 't', definedInMaterial },
      };
      expect(problems({ ...V01, predicate })).toEqual(['material-index']);
    }
  });

  test('missing required fields are problems, and the rest is read', () => {
    const value = provenance('https://slsa.dev/provenance/v1', {});
    expect([...problems(value)].sort()).toEqual([
      'field-missing',
      'field-missing',
      'field-missing',
    ]);
    expect(edgeLines(facts(value))).toHaveLength(1);
    expect(read(value).reading?.conformant).toBe(false);
  });

  test.each([null, 'text', [], 5])('a predicate %j is no provenance', (predicate) => {
    expect(read(provenance('https://slsa.dev/provenance/v1', predicate)).error).toMatchObject({
      code: 'ERR_PARSE_DOCUMENT',
    });
  });

  test.each([{}, 'text', 5, [5], [null]])('materials %j are a problem', (materials) => {
    const predicate = { ...(V02['predicate'] as object), materials };
    const value = { ...V02, predicate };
    expect(problems(value)[0]).toMatch(/^resources?-malformed$/);
  });
});

describe('builder ids', () => {
  test.each([
    [
      'https://github.com/o/r/.github/workflows/b.yml@refs/tags/v1.10.0',
      'https://github.com/o/r/.github/workflows/b.yml',
      'refs/tags/v1.10.0',
    ],
    [
      'https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3',
      'https://cloudbuild.googleapis.com/GoogleHostedWorker',
      'v0.3',
    ],
    ['https://h.org/b@refs/heads/a@b', 'https://h.org/b', 'refs/heads/a@b'],
    ['https://h.org/@scope/b@v1', 'https://h.org/@scope/b', 'v1'],
    ['builder@v1', 'builder', 'v1'],
  ])('%s', (builderId, id, version) => {
    expect(splitBuilderId(builderId)).toEqual({ id, version });
  });

  test.each([
    'https://h.org/b',
    'https://user@h.org',
    'https://user@h.org/b',
    'https://h.org/b@',
    '@v1',
    'https://h.org/@scope/b',
  ])('%s has no version', (builderId) => {
    expect(splitBuilderId(builderId)).toEqual({ id: builderId });
  });
});

describe('collections of envelopes', () => {
  const payload = Buffer.from(JSON.stringify(V1)).toString('base64');
  const dsse = {
    payloadType: 'application/vnd.in-toto+json',
    payload,
    signatures: [{ keyid: 'k', sig: 'c2ln' }],
  };
  const gcb = (provenances: unknown): unknown => ({
    image_summary: { digest: `sha256:${HEX}`, fully_qualified_digest: `h/i@sha256:${HEX}` },
    provenance_summary: { provenance: provenances },
  });
  const codes = (value: unknown): readonly string[] | undefined =>
    read(value).reading?.facts.problems.map(({ code }) => code);

  test('Cloud Build: only the signed envelopes are read, each by itself', () => {
    const document = read(
      gcb([
        { kind: 'BUILD', envelope: dsse, build: { inTotoSlsaProvenanceV1: V1 } },
        { kind: 'BUILD', envelope: dsse },
      ]),
    );
    expect(document.reading?.facts.nodes).toEqual([]);
    expect(document.inner.map(({ detected }) => detected?.format)).toEqual(['dsse', 'dsse']);
    expect(document.inner[0]?.inner[0]?.reading?.facts.statementKind).toBe('provenance');
    expect(
      codes(gcb([{ kind: 'BUILD', envelope: dsse, build: { inTotoSlsaProvenanceV1: V1 } }])),
    ).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    [
      'a copy that says something else',
      { kind: 'BUILD', envelope: dsse, build: { inTotoSlsaProvenanceV1: { ...V1, subject: [] } } },
      'gcb-copy-differs',
    ],
    [
      'a copy with more members',
      { kind: 'BUILD', envelope: dsse, build: { intotoStatement: { ...V1, more: 1 } } },
      'gcb-copy-differs',
    ],
    ['another kind of occurrence', { kind: 'BUILDN', envelope: dsse }, 'gcb-kind'],
    [
      'an occurrence without envelope',
      { kind: 'BUILD', build: { intotoStatement: V1 } },
      'gcb-no-envelope',
    ],
  ])('Cloud Build: %s is a problem', (_, item, code) => {
    expect(codes(gcb([item]))).toEqual([code]);
  });

  test('Cloud Build: no provenance is a problem, and so is a list that is none', () => {
    expect(codes(gcb([]))).toEqual(['no-provenance']);
    expect(codes(gcb('none'))).toEqual(['provenance-malformed']);
    expect(codes(gcb({}))).toEqual(['provenance-malformed']);
  });

  const bundle = {
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2',
    verificationMaterial: { publicKey: { hint: 'h' } },
    dsseEnvelope: dsse,
  };

  test('npm: one bundle an attestation', () => {
    const value = { attestations: [{ predicateType: V1['predicateType'], bundle }] };
    expect(read(value).inner.map(({ detected }) => detected?.format)).toEqual(['sigstore-bundle']);
    expect(read(value).inner[0]?.inner[0]?.reading?.facts.statementKind).toBe('provenance');
  });

  test('npm: announced as one predicate and signed as another is refused', () => {
    const value = { attestations: [{ predicateType: 'https://slsa.dev/provenance/v0.2', bundle }] };
    expect(read(value).error).toMatchObject({
      code: 'ERR_PARSE_DOCUMENT',
      at: '/attestations/0/predicateType',
    });
  });

  test.each<[string, unknown]>([
    ['no bundle', { predicateType: 'p' }],
    ['no predicate type', { bundle }],
    ['null', null],
  ])('npm: an attestation with %s is refused', (_, second) => {
    const value = { attestations: [{ predicateType: V1['predicateType'], bundle }, second] };
    expect(read(value).error).toMatchObject({ code: 'ERR_PARSE_DOCUMENT' });
  });

  test('a list of attestations of something else is another format', () => {
    expect(read({ attestations: [{ bundle: {} }] }).detected).toBeUndefined();
    expect(read({ attestations: [] }).detected).toBeUndefined();
  });
});
