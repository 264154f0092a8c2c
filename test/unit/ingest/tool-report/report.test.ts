// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { readDocument } from '../../../../ingest/extract/registry.ts';
import { codesOf, refEdges } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import { attributesUnder, outcomes, reportFacts, reportNode } from './read.ts';

const HEX = sha256('a model').slice(7);
const OTHER = sha256('some data').slice(7);

const modelscan = (files: readonly string[], issues: readonly object[] = []): object => ({
  summary: {
    input_path: 'models',
    modelscan_version: '1.0',
    total_issues: issues.length,
    scanned: { total_scanned: files.length, scanned_files: files },
  },
  issues,
  errors: [],
});

const grype = (
  matches: readonly object[],
  source: object = { type: 'file', target: 'x' },
): object => ({
  matches,
  source,
  descriptor: { name: 'grype', version: '1.2.3' },
});

const match = (id: string, artifact: object, more: object = {}): object => ({
  vulnerability: { id, severity: 'High' },
  artifact: { name: 'p', version: '1', ...artifact },
  ...more,
});

describe('what a report is about', () => {
  test('a report that names nothing is about what the caller names', () => {
    const bare = reportFacts({ 'Attack Results': { 'Number of successful attacks:': 1 } });
    expect([codesOf(bare), bare.subjects]).toEqual([['no-subject'], [0]]);
    const facts = reportFacts(
      { 'Attack Results': { 'Number of successful attacks:': 1 } },
      { subject: `sha256:${HEX}` },
    );
    expect(refEdges(facts, 'describes')).toEqual([
      `${reportNode(facts).ref} describes sha256:${HEX}`,
    ]);
    expect(facts.subjects.map((id) => facts.nodes[id]?.ref)).toEqual([`sha256:${HEX}`]);
    expect(codesOf(facts)).toEqual([]);
  });

  test('the caller may say which one thing of that name was meant; the name stays a label', () => {
    const facts = reportFacts(modelscan(['model.pkl']), { subject: `sha256:${HEX}` });
    expect(facts.subjects.map((id) => facts.nodes[id])).toMatchObject([
      { ref: `sha256:${HEX}`, names: ['models/model.pkl'], kinds: ['Model'] },
    ]);
    expect(facts.edges.map(({ relation }) => relation)).toEqual(['describes']);
  });

  test('of several, the caller cannot have meant each', () => {
    const facts = reportFacts(modelscan(['a.pkl', 'b.pkl']), { subject: `sha256:${HEX}` });
    expect(refEdges(facts, 'describes').map((edge) => edge.split(' ')[2])).toEqual([
      '#Model/models/a.pkl',
      '#Model/models/b.pkl',
      `sha256:${HEX}`,
    ]);
    expect(refEdges(facts, 'namedAs')).toEqual([]);
  });

  test('an image by digest is its digest and its coordinate, unjoined', () => {
    const target = {
      userInput: 'r/i:1',
      repoDigests: [`r/i@sha256:${HEX}`],
      imageID: `sha256:${OTHER}`,
    };
    const facts = reportFacts(grype([], { type: 'image', target }));
    expect(refEdges(facts).map((edge) => edge.split(' ').slice(1).join(' '))).toEqual([
      `describes oci:r/i@sha256:${HEX}`,
      `describes sha256:${OTHER}`,
      `describes sha256:${HEX}`,
    ]);
  });

  test.each(['r/i@sha256:abc', 'r/i:latest', '@sha256:', 'r/i@md5:00'])(
    'the reference %s names no image',
    (image) => {
      const target = { userInput: 'r/i:1', repoDigests: [image] };
      const facts = reportFacts(grype([], { type: 'image', target }));
      expect(codesOf(facts)).toContain('placeholder-digest');
      expect(facts.nodes.filter(({ ref }) => ref.startsWith('oci:'))).toEqual([]);
    },
  );
});

describe('findings', () => {
  test('a vulnerability in a package: found, at its coordinate, aliases beside it', () => {
    const related = { relatedVulnerabilities: [{ id: 'CVE-2020-1' }] };
    const facts = reportFacts(grype([match('GHSA-x', { purl: 'pkg:pypi/p@1' }, related)]));
    const edge = facts.edges.find(({ relation }) => relation === 'hasStatus');
    expect(edge?.qualifiers).toEqual({ status: 'found', severity: 'High', source: 'grype' });
    expect(refEdges(facts, 'hasStatus')).toEqual([
      'name:vulnerability/GHSA-x hasStatus pkg:pypi/p@1',
    ]);
    expect(refEdges(facts, 'alternateOf')).toEqual([
      'name:vulnerability/GHSA-x alternateOf name:vulnerability/CVE-2020-1',
    ]);
  });

  test.each(['', 'p', 'pkg:', 'pkg:pypi'])(
    'the purl %j is a problem or nothing, never a thing',
    (purl) => {
      const facts = reportFacts(grype([match('CVE-2020-1', { purl })]));
      expect(refEdges(facts, 'hasStatus')).toEqual([
        `name:vulnerability/CVE-2020-1 hasStatus #Package/${purl === '' ? 'p@1' : purl}`,
      ]);
    },
  );

  test('an id that is blank is listed and states nothing', () => {
    const facts = reportFacts(grype([match(' ', {})]));
    expect(refEdges(facts, 'hasStatus')).toEqual([]);
    expect(codesOf(facts)).toContain('vulnerability-without-id');
  });

  test('one failure fails the report; nothing judged is an information', () => {
    const bad = { source: 'a.pkl', severity: 'HIGH' };
    expect(reportNode(reportFacts(modelscan(['a.pkl'], [bad]))).attributes?.['outcome']).toBe(
      'fail',
    );
    expect(reportNode(reportFacts(modelscan(['a.pkl']))).attributes?.['outcome']).toBe('pass');
    const layer = {
      domain: 'atlas',
      versions: { layer: '4.5' },
      techniques: [{ techniqueID: 'T' }],
    };
    expect(reportNode(reportFacts(layer)).attributes?.['outcome']).toBe('info');
  });

  test('a file that could not be read is no clean file', () => {
    const report = {
      ...modelscan(['a.pkl']),
      errors: [{ category: 'MODEL_SCAN', source: 'b.pkl' }],
    };
    expect(reportNode(reportFacts(report)).attributes?.['outcome']).toBe('warn');
  });

  test('results of one name are told apart, and what is too many is counted', () => {
    const check = (at: number): object => ({
      check_status: 'Success',
      constraint_status: 'Success',
      constraint: `C${at % 400}`,
    });
    const facts = reportFacts(Array.from({ length: 900 }, (_, at) => check(at)));
    expect(outcomes(facts)['pass']).toBe(900);
    const listed = Object.keys(attributesUnder(facts, 'result.'));
    expect(listed).toHaveLength(500);
    expect(listed).toContain('C0 #2');
    expect(codesOf(facts)).toEqual(['more-results', 'no-subject']);
  });

  test('scores stay as written', () => {
    const text =
      '{"epsilon": 5.62295211168793100, "delta": 1e-5, "noise_multiplier": 1, "library": "x"}';
    expect(attributesUnder(reportFacts(text), 'result.')).toEqual({
      epsilon: 'info 5.62295211168793100',
      delta: 'info 1e-5',
    });
  });
});

describe('evaluations', () => {
  const record = (more: object = {}): object => ({
    art_version: '1.0',
    model: 'm',
    model_sha256: HEX,
    dataset: 'd',
    dataset_sha256: OTHER,
    attack: 'A',
    robust_accuracy: 0.5,
    ...more,
  });

  test('a score on a model and data by digest is a claim', () => {
    const facts = reportFacts([record()]);
    expect(facts.claims).toMatchObject([
      { type: 'evaluation', metric: 'robust_accuracy A', value: '0.5' },
    ]);
    expect(reportNode(facts).kinds).toEqual(['Evaluation']);
    expect(refEdges(facts, 'testedOn')[0]).toContain(`testedOn sha256:${OTHER}`);
  });

  test.each([
    ['no model digest', { model_sha256: undefined }],
    ['a short one', { dataset_sha256: OTHER.slice(1) }],
    ['a placeholder', { dataset_sha256: '0'.repeat(64) }],
  ])('%s: a report, no claim', (_label, more) => {
    const facts = reportFacts([record(more)]);
    expect(facts.claims).toEqual([]);
    expect(reportNode(facts).kinds).toEqual(['File']);
  });
});

describe('hostile input', () => {
  const seeds = [
    modelscan(['a']),
    grype([match('CVE-2020-1', { purl: 'pkg:pypi/p@1' })]),
    {
      SchemaVersion: 2,
      ArtifactName: 'a',
      ArtifactType: 'b',
      Results: [{ Vulnerabilities: [{}] }],
    },
    {
      runs: [
        {
          tool: { driver: { name: 'x' } },
          results: [{ ruleId: 'CVE-2020-0001', locations: [{}] }],
        },
      ],
      version: '2.1.0',
    },
    { scorecard: { version: '1' }, repo: { name: 'github.com/a/b' }, checks: [{}], score: 1 },
    { metrics: { _totals: { 'SEVERITY.HIGH': 1 } }, results: [{}], generated_at: 'x' },
    { table: {}, alerts: [{}], package: { ydata_profiling_version: '1' } },
    { detail: { diagrams: [{ cells: [{}] }] }, summary: { title: 't' } },
    { _class: 'hudson.model.FreeStyleBuild', number: 1, actions: [{}], fingerprint: [{}] },
    { is_valid: true, scanners: {}, sanitized_prompt: '' },
  ];
  const anything = fc.jsonValue({ maxDepth: 4 });

  test('any value in any place is read, refused or not taken', () => {
    const changed = fc
      .constantFrom(...seeds)
      .chain((seed) =>
        fc
          .tuple(fc.constantFrom(...Object.keys(seed)), anything)
          .map(([key, value]) => ({ ...seed, [key]: value })),
      );
    fc.assert(
      fc.property(changed, (document) => {
        try {
          reportFacts(document);
        } catch (error) {
          const isNotTaken = error instanceof Error && error.message === 'not detected';
          expect(isNotTaken || isPedigreeError(error)).toBe(true);
        }
      }),
      { numRuns: 600 },
    );
  });

  test('names of members are data, __proto__ too', () => {
    const text = '{"__proto__": {"result": "Passed", "metric_value": 1}}';
    const facts = reportFacts(text);
    expect(attributesUnder(facts, 'result.')).toEqual({ ['__proto__']: 'pass 1' });
    expect(Object.getPrototypeOf(reportNode(facts).attributes)).toBe(Object.prototype);
  });

  test('a thing of a thousand identities costs sixteen', () => {
    const hashes = Object.fromEntries(
      Array.from({ length: 1000 }, (_, at) => [`h${at}`, sha256(String(at)).slice(7)]),
    );
    const artifacts = [{ location: { uri: 'f' }, hashes: { 'sha-256': HEX, ...hashes } }];
    const run = { tool: { driver: { name: 'x' } }, artifacts, results: [] };
    const facts = reportFacts({ version: '2.1.0', runs: [run] });
    expect(codesOf(facts)).toContain('more-identities');
  });
});

describeShared('through the registry', () => {
  const context = (bytes: Uint8Array): { digest: ReturnType<typeof sha256> } => ({
    digest: sha256(bytes),
  });

  test('a Garak report is one document, other JSON lines are documents of their own', async () => {
    const garak = readShared('samples', 'garak', 'garak-blank.report.jsonl');
    const { reading, extractor } = await readDocument(garak, context(garak));
    expect([reading.facts.format, extractor, reading.inner]).toEqual([
      'garak',
      'tool-report@5',
      undefined,
    ]);
    const events = readShared('samples', 'openlineage', 'openlineage.jsonl');
    const lines = await readDocument(events, context(events));
    expect([lines.reading.facts.format, lines.reading.inner?.length]).toEqual(['jsonl', 20]);
    const [first] = lines.reading.inner ?? [];
    const bytes = first?.bytes ?? new Uint8Array();
    expect((await readDocument(bytes, context(bytes))).reading.facts.format).toBe('openlineage');
  });

  test('a broken line quarantines a report that is read whole', async () => {
    const text = new TextDecoder().decode(readShared('samples', 'llm-guard', 'scan-prompts.jsonl'));
    const bytes = new TextEncoder().encode(`${text}{"is_valid": tr`);
    await expect(readDocument(bytes, context(bytes))).rejects.toMatchObject({
      code: 'ERR_PARSE_JSON',
    });
  });
});
