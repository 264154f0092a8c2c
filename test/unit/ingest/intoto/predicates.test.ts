// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, describe, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';
import { RELATIONS } from '../../../../graph/domain/relations.ts';
import {
  findPredicateAdapter,
  PREDICATE_ADAPTERS,
} from '../../../../schemas/intoto-predicate/registry.ts';
import { describeShared, sharedPath } from '../../../support/shared.ts';
import { edgeLines, encode, readDocuments, type ReadDocument } from './read-document.ts';

const HEX = 'a3'.repeat(32);
const OTHER = 'b4'.repeat(32);

function statement(predicateType: string, predicate: unknown): Uint8Array {
  return encode({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'model.onnx', digest: { sha256: HEX } }],
    predicateType,
    predicate,
  });
}

function read(bytes: Uint8Array): ReadDocument {
  const [document] = readDocuments(bytes, true);
  if (document === undefined) throw new Error('nothing read');
  return document;
}

function factsOf(document: ReadDocument): Facts {
  if (document.reading === undefined) throw document.error;
  return document.reading.facts;
}

/** What is said, as attributes of the statement's own node. */
function words(bytes: Uint8Array): Readonly<Record<string, string>> {
  const own = factsOf(read(bytes)).nodes.find(({ ref }) => ref === `document:${sha256(bytes)}`);
  return own?.attributes ?? {};
}

const problems = (bytes: Uint8Array): readonly string[] =>
  factsOf(read(bytes)).problems.map(({ code }) => code);

const VSA = 'https://slsa.dev/verification_summary/v1';
const vsa = {
  verifier: { id: 'https://example.org/verifier', version: { gate: '1.2.0' } },
  timeVerified: '2026-11-20T10:00:00Z',
  resourceUri: 'pkg:generic/model@2',
  policy: { uri: 'https://example.org/policy', digest: { sha256: OTHER } },
  inputAttestations: [
    { uri: 'https://example.org/prov.json', digest: { sha256: 'c5'.repeat(32) } },
  ],
  verificationResult: 'PASSED',
  verifiedLevels: ['SLSA_BUILD_LEVEL_3'],
  dependencyLevels: { SLSA_BUILD_LEVEL_0: 4, SLSA_BUILD_LEVEL_2: 1 },
  slsaVersion: '1.0',
};

describe('verification summaries (slsa.dev/spec/v1.0/verification_summary)', () => {
  test('v1: verifier, verdict, levels, policy and inputs', () => {
    const bytes = statement(VSA, vsa);
    const document = read(bytes);
    expect(document.reading?.conformant).toBe(true);
    expect(factsOf(document).statementKind).toBe('verification-summary');
    expect(words(bytes)).toMatchObject({
      tool: 'https://example.org/verifier',
      toolVersion: 'gate 1.2.0',
      time: '2026-11-20T10:00:00Z',
      outcome: 'pass',
      'count.pass': '1',
      'result.verification': 'pass',
      'result.level SLSA_BUILD_LEVEL_3': 'info',
      'summary.resource': 'pkg:generic/model@2',
      'summary.dependencies.SLSA_BUILD_LEVEL_0': '4',
    });
    expect(edgeLines(factsOf(document), ['role', 'result'])).toEqual(
      [
        `document:${sha256(bytes)} attests sha256:${HEX} result=PASSED`,
        `document:${sha256(bytes)} describes sha256:${'c5'.repeat(32)} role=input`,
        `document:${sha256(bytes)} describes sha256:${OTHER} role=policy`,
      ].sort(),
    );
  });

  test('v0.2 has the names of v1; v0.1 writes snake case', () => {
    expect(words(statement('https://slsa.dev/verification_summary/v0.2', vsa))).toMatchObject({
      outcome: 'pass',
    });
    const old = {
      verifier: { id: 'https://example.org/verifier' },
      time_verified: '2021-11-20T10:00:00Z',
      resource_uri: 'https://example.org/a',
      policy: { uri: 'https://example.org/policy' },
      verification_result: 'FAILED',
      policy_level: 'SLSA_LEVEL_3',
    };
    const bytes = statement('https://slsa.dev/verification_summary/v0.1', old);
    expect(words(bytes)).toMatchObject({
      time: '2021-11-20T10:00:00Z',
      outcome: 'fail',
      'result.level SLSA_LEVEL_3': 'info',
    });
    expect(problems(bytes)).toEqual([]);
  });

  test.each(['passed', 'PASSED ', 'true', 'OK', 'PASSED\u0000'])('%j is no pass', (result) => {
    const bytes = statement(VSA, { ...vsa, verificationResult: result });
    expect(words(bytes)['outcome']).toBe('info');
    expect(problems(bytes)).toContain('result-unknown');
    expect(read(bytes).reading?.conformant).toBe(false);
  });

  test.each(['verifier', 'timeVerified', 'resourceUri', 'verificationResult'])(
    '%s is required',
    (key) => {
      const bytes = statement(VSA, { ...vsa, [key]: undefined });
      expect(problems(bytes)).toContain('field-missing');
      expect(read(bytes).reading?.conformant).toBe(false);
    },
  );

  test.each([
    ['no object', [{ uri: 'https://example.org/policy' }], 'resource-malformed', ''],
    ['empty', {}, 'resource-empty', ''],
    ['with empty content', { content: '' }, 'resource-empty', ''],
    ['with a name that is none', { name: 7, mediaType: 'a/b' }, 'resource-empty', ''],
    ['with a digest that is no set', { uri: 'a', digest: 3 }, 'digest-not-a-set', '/digest'],
  ])('a policy that is %s is a problem where it stands', (_, policy, code, below) => {
    const { problems: found } = factsOf(read(statement(VSA, { ...vsa, policy })));
    expect(found.map((problem) => [problem.code, problem.pointer])).toEqual([
      [code, `/predicate/policy${below}`],
    ]);
  });

  test('a policy that is written out in full needs no name', () => {
    const bytes = statement(VSA, { ...vsa, policy: { content: 'YQ==' } });
    expect(problems(bytes)).toEqual([]);
    expect(read(bytes).reading?.conformant).toBe(true);
  });

  test('a result that is missing, or true, is no pass', () => {
    for (const verificationResult of [undefined, true, ['PASSED'], { PASSED: 1 }]) {
      expect(words(statement(VSA, { ...vsa, verificationResult }))['outcome']).toBe('info');
    }
  });
});

describe('simple verification results', () => {
  test('properties are listed, and none of them is a pass', () => {
    const bytes = statement('https://in-toto.io/attestation/svr/v0.1', {
      verifier: { id: 'https://example.org/v' },
      timeCreated: '2026-01-01T00:00:00Z',
      properties: ['SLSA_BUILD_LEVEL_3', 'REVIEWED'],
    });
    expect(words(bytes)).toMatchObject({
      tool: 'https://example.org/v',
      outcome: 'info',
      'result.REVIEWED': 'info',
    });
  });
});

const SCAI = 'https://in-toto.io/attestation/scai/v0.3';

describe('SCAI attribute reports', () => {
  const bytes = statement(SCAI, {
    attributes: [
      {
        attribute: 'WITH_STACK_PROTECTION',
        target: { name: 'lib.so', digest: { sha256: OTHER } },
        conditions: { flags: '-fstack-protector*' },
        evidence: { name: 'log.txt', digest: { sha256: 'c5'.repeat(32) } },
      },
      { attribute: 'REVIEWED' },
    ],
    producer: { uri: 'https://example.org/gcc', digest: { sha256: 'd6'.repeat(32) } },
  });

  test('an assertion names target, evidence and producer, and passes nothing', () => {
    expect(words(bytes)).toMatchObject({
      tool: 'https://example.org/gcc',
      outcome: 'info',
      'count.pass': '0',
      'result.WITH_STACK_PROTECTION': 'info',
      'summary.condition.WITH_STACK_PROTECTION.flags': '-fstack-protector*',
    });
    const own = `document:${sha256(bytes)}`;
    expect(edgeLines(factsOf(read(bytes)), ['role', 'says'])).toEqual(
      [
        `${own} attests sha256:${HEX}`,
        `${own} attests sha256:${OTHER} role=target says=WITH_STACK_PROTECTION`,
        `${own} describes sha256:${'c5'.repeat(32)} role=evidence says=WITH_STACK_PROTECTION`,
        `${own} describes sha256:${'d6'.repeat(32)} role=producer`,
      ].sort(),
    );
    expect(factsOf(read(bytes)).subjects).toHaveLength(1);
  });

  test('an attribute without text and a report without attributes do not conform', () => {
    expect(problems(statement(SCAI, { attributes: [{ attribute: {} }] }))).toContain(
      'field-missing',
    );
    expect(problems(statement(SCAI, {}))).toContain('field-missing');
  });
});

const TEST_RESULT = 'https://in-toto.io/attestation/test-result/v0.1';

describe('test results', () => {
  const predicate = {
    result: 'WARNED',
    configuration: [{ name: 'suite.yaml', digest: { sha256: OTHER } }],
    url: 'https://example.org/run/1',
    passedTests: ['a', 'b'],
    warnedTests: ['c'],
    failedTests: [],
  };

  test('the overall result, each test, and the configuration as an asset', () => {
    const bytes = statement(TEST_RESULT, predicate);
    expect(words(bytes)).toMatchObject({
      outcome: 'warn',
      stage: '4',
      'count.pass': '2',
      'count.warn': '2',
      'result.c': 'warn',
      'summary.url': 'https://example.org/run/1',
    });
    const config = factsOf(read(bytes)).nodes.find(({ ref }) => ref === `sha256:${OTHER}`);
    expect(config?.kinds).toContain('Config');
    expect(edgeLines(factsOf(read(bytes)), ['result'])).toContain(
      `document:${sha256(bytes)} attests sha256:${HEX} result=WARNED`,
    );
  });

  test('a failed test fails a report that says PASSED', () => {
    const bytes = statement(TEST_RESULT, { ...predicate, result: 'PASSED', failedTests: ['d'] });
    expect(words(bytes)['outcome']).toBe('fail');
  });

  test('an unknown word passes nothing', () => {
    const bytes = statement(TEST_RESULT, { result: 'SUCCESS', configuration: [] });
    expect(words(bytes)['outcome']).toBe('info');
    expect(problems(bytes)).toContain('result-unknown');
  });

  test('result and configuration are required', () => {
    expect(problems(statement(TEST_RESULT, {}))).toEqual(['field-missing', 'field-missing']);
  });
});

describe('releases', () => {
  test('the package of the purl is distributed as the subjects', () => {
    const bytes = statement('https://in-toto.io/attestation/release/v0.1', {
      purl: 'pkg:npm/%40example/model@1.2.3',
      releaseId: '1234',
    });
    expect(edgeLines(factsOf(read(bytes)))).toContain(
      `pkg:npm/%40example/model@1.2.3 hasDistributionArtifact sha256:${HEX}`,
    );
    expect(words(bytes)['summary.releaseId']).toBe('1234');
    expect(factsOf(read(bytes)).statementKind).toBe('release');
  });

  test('a purl without a version joins at name level only, and no purl is no package', () => {
    const named = factsOf(
      read(statement('https://in-toto.io/attestation/release/v0.1', { purl: 'pkg:npm/model' })),
    );
    expect(edgeLines(named).some((line) => line.startsWith('local:') && line.endsWith(HEX))).toBe(
      true,
    );
    const none = factsOf(read(statement('https://in-toto.io/attestation/release/v0.1', {})));
    expect(edgeLines(none)).toHaveLength(1);
  });

  test('npm: what the registry says of a package', () => {
    const type = 'https://github.com/npm/attestation/tree/main/specs/publish/v0.1';
    const bytes = statement(type, { name: 'a', version: '1.0.0', registry: 'https://npm.example' });
    expect(words(bytes)['summary.registry']).toBe('https://npm.example');
    expect(problems(statement(type, { name: 'a' }))).toEqual(['field-missing', 'field-missing']);
  });
});

const VULNS = 'https://in-toto.io/attestation/vulns/v0.2';

describe('vulnerability scans', () => {
  const scanner = {
    uri: 'pkg:github/example/scanner@1',
    version: '1.0',
    db: { uri: 'https://example.org/db', version: '7', lastUpdate: '2026-01-01T00:00:00Z' },
  };

  test('what was found, how severe, in which subject', () => {
    const bytes = statement(VULNS, {
      scanner: {
        ...scanner,
        result: [{ id: 'CVE-2026-1', severity: [{ method: 'CVSS_V3', score: 7.1 }] }],
      },
      metadata: { scanFinishedOn: '2026-01-02T00:00:00Z' },
    });
    expect(edgeLines(factsOf(read(bytes)), ['status', 'severity.CVSS_V3'])).toContain(
      `name:vulnerability/CVE-2026-1 hasStatus sha256:${HEX} status=found severity.CVSS_V3=7.1`,
    );
    expect(words(bytes)).toMatchObject({
      tool: 'pkg:github/example/scanner@1',
      toolVersion: '1.0',
      time: '2026-01-02T00:00:00Z',
      outcome: 'fail',
      'result.CVE-2026-1': 'fail ×1',
      'summary.databaseVersion': '7',
    });
  });

  test('an empty list passes; a missing list, and a list of nothing readable, do not', () => {
    const outcome = (result: unknown): string | undefined =>
      words(statement(VULNS, { scanner: { ...scanner, result } }))['outcome'];
    expect(outcome([])).toBe('pass');
    expect(outcome(undefined)).toBe('info');
    expect(outcome({})).toBe('info');
    expect(outcome([{ id: '' }])).toBe('info');
  });

  test('cosign: the scanner’s own report is a document about the subject', () => {
    const bytes = statement('https://cosign.sigstore.dev/attestation/vuln/v1', {
      invocation: { uri: 'https://example.org/run' },
      scanner: { uri: 'pkg:github/aquasecurity/trivy@1', result: { SchemaVersion: 2, a: 1.5 } },
      metadata: { scanStartedOn: '2026-01-01T00:00:00Z' },
    });
    const inner = read(bytes).reading?.inner ?? [];
    expect(inner.map(({ name, subject }) => [name, subject])).toEqual([
      ['predicate', `sha256:${HEX}`],
    ]);
    expect(new TextDecoder().decode(inner[0]?.bytes)).toContain('"SchemaVersion":2');
    expect(words(bytes)['outcome']).toBe('info');
  });
});

describe('references', () => {
  const type = 'https://in-toto.io/attestation/reference/v0.1';

  test('other documents about the subjects', () => {
    const bytes = statement(type, {
      attester: { id: 'https://example.org/a' },
      references: [
        {
          downloadLocation: 'https://example.org/sbom.json',
          digest: { sha256: OTHER },
          mediaType: 'application/spdx+json',
        },
      ],
    });
    expect(edgeLines(factsOf(read(bytes)), ['role'])).toContain(
      `document:${sha256(bytes)} describes sha256:${OTHER} role=reference`,
    );
    expect(words(bytes)).toMatchObject({
      tool: 'https://example.org/a',
      'summary.reference.0': 'https://example.org/sbom.json',
    });
    expect(read(bytes).reading?.conformant).toBe(true);
  });

  test('attester and references are required', () => {
    expect(problems(statement(type, {}))).toEqual(['field-missing', 'field-missing']);
  });
});

describe('the registry', () => {
  test('no two adapters read one predicate type', () => {
    const prefixes = PREDICATE_ADAPTERS.flatMap((adapter) => adapter.prefixes);
    expect(new Set(prefixes).size).toBe(prefixes.length);
    for (const prefix of prefixes) {
      const readers = PREDICATE_ADAPTERS.filter((adapter) =>
        adapter.prefixes.some((one) => `${prefix}9`.startsWith(one)),
      );
      expect(readers).toHaveLength(1);
    }
  });

  test('what only looks alike is not read', () => {
    expect(findPredicateAdapter('https://in-toto.io/attestation/scaivenger/v1')).toBeUndefined();
    expect(findPredicateAdapter('HTTPS://slsa.dev/verification_summary/v1')).toBeUndefined();
    expect(findPredicateAdapter(' https://slsa.dev/verification_summary/v1')).toBeUndefined();
    expect(findPredicateAdapter('https://slsa.dev/verification_summary/v2')).toBeDefined();
  });

  test('a predicate that is no object is refused', () => {
    for (const predicate of [undefined, null, 'PASSED', []]) {
      const { error } = read(statement(VSA, predicate));
      expect(isPedigreeError(error) && error.code).toBe('ERR_PARSE_DOCUMENT');
    }
  });

  /** docs/adr/0007: nobody's verdict closes or clears anything. */
  test('whatever a predicate says, it makes no claim and no way for content to its subject', () => {
    const types = PREDICATE_ADAPTERS.flatMap(({ prefixes }) => prefixes.map((one) => `${one}1`));
    const words = fc.constantFrom(
      ...['scanner', 'result', 'attributes', 'attribute', 'target', 'evidence', 'producer'],
      ...['verificationResult', 'policy', 'inputAttestations', 'references', 'configuration'],
      ...['digest', 'sha256', 'name', 'uri', 'id', 'severity', 'purl', 'properties', '__proto__'],
    );
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('PASSED', 'pkg:npm/a@1', OTHER, '', 'https://example.org/x'),
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(words, tie('value'), { maxKeys: 6 }),
      ),
    })).value;
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.dictionary(words, value), (type, predicate) => {
        const document = read(statement(type, predicate));
        if (document.reading === undefined) {
          expect(isPedigreeError(document.error)).toBe(true);
          return;
        }
        const { facts } = document.reading;
        expect(facts.claims).toEqual([]);
        const subject = facts.nodes.findIndex(({ ref }) => ref === `sha256:${HEX}`);
        const carrying = facts.edges.filter(
          ({ from, relation }) => from === subject && RELATIONS[relation].influence !== 'none',
        );
        expect(carrying).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});

describeShared('real statements', () => {
  const folder = 'corpus/in-toto/';
  const bytesOf = (path: string): Uint8Array => readFileSync(sharedPath(folder + path));

  test('SCAI: no known vulnerabilities, with the scan as evidence', () => {
    const bytes = bytesOf('in-toto+scai-demos/examples/vuln-scan/metadata/no-vuln.scai.json');
    expect(words(bytes)['result.NO KNOWN VULNERABILITIES']).toBe('info');
    expect(words(bytes)['outcome']).toBe('info');
    expect(edgeLines(factsOf(read(bytes)), ['role'])).toContain(
      `document:${sha256(bytes)} describes sha256:6db3ee1d8bdf7ea064281ecfaf999f9eb5749e4647d2a59e62eaa1ea8fcf6837 role=evidence`,
    );
  });

  test.each(['certify-vuln.json', 'certify-vuln-v02.json'])('%s: eight findings', (name) => {
    const bytes = bytesOf(`guacsec+guac/exampledata/${name}`);
    expect(words(bytes)).toMatchObject({
      tool: 'osv.dev',
      toolVersion: '0.0.14',
      'count.fail': '8',
    });
    const found = edgeLines(factsOf(read(bytes))).filter((line) => line.includes(' hasStatus '));
    expect(found).toHaveLength(8);
  });
});
