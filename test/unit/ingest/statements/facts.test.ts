// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';
import { createCompletenessStatement } from '../../../../schemas/statements/completeness.ts';
import { createDeploymentStatement } from '../../../../schemas/statements/deployment.ts';
import { createEvaluationStatement } from '../../../../schemas/statements/evaluation.ts';
import { createRevocationStatement } from '../../../../schemas/statements/revocation.ts';
import { encodeStatement, type StatementJson } from '../../../../schemas/statements/statement.ts';
import { edgeLines, encode, readDocuments } from '../intoto/read-document.ts';

const HEX = 'a3'.repeat(32);
const OTHER = 'b4'.repeat(32);
const HARNESS = 'c5'.repeat(32);
const MODEL = { name: 'model.onnx', digest: { sha256: HEX } };
const DATASET = { name: 'test.csv', digest: { sha256: OTHER } };

function factsOf(bytes: Uint8Array): Facts {
  const [document] = readDocuments(bytes, true);
  if (document?.reading === undefined) throw document?.error ?? new Error('nothing read');
  expect(document.reading.conformant).toBe(true);
  return document.reading.facts;
}

const facts = (statement: StatementJson): Facts => factsOf(encodeStatement(statement));
const hexOf = (statement: StatementJson): string => sha256(encodeStatement(statement)).slice(7);

describe('evaluations', () => {
  const statement = createEvaluationStatement({
    model: MODEL,
    dataset: DATASET,
    metrics: [
      { metric: 'accuracy', value: 0.990741 },
      { metric: 'recall', value: 1 },
    ],
    sampleSize: 108,
    harness: { name: 'evaluate.py', digest: { sha256: HARNESS } },
    nonce: 'n1',
    evaluatedAt: '2026-11-21T21:30:00Z',
  });

  test('an Evaluation evaluates the model and was tested on the dataset', () => {
    const found = facts(statement);
    const node = `evaluation:${hexOf(statement)}`;
    expect(edgeLines(found, ['metric', 'value'])).toEqual([
      `${node} evaluates sha256:${HEX} metric=accuracy value=0.990741`,
      `${node} evaluates sha256:${HEX} metric=recall value=1`,
      `${node} testedOn sha256:${OTHER}`,
    ]);
    expect(found.statementKind).toBe('evaluation');
    expect(found.format).toBe('pedigree-evaluation');
    expect(found.subjects.map((id) => found.nodes[id]?.ref)).toEqual([`sha256:${HEX}`]);
    const kinds = Object.fromEntries(found.nodes.map((entry) => [entry.ref, entry.kinds]));
    expect(kinds).toEqual({
      [node]: ['Evaluation'],
      [`sha256:${HEX}`]: ['Model'],
      [`sha256:${OTHER}`]: ['Dataset'],
      [`sha256:${HARNESS}`]: ['Code'],
    });
  });

  test('one claim a metric', () => {
    const found = facts(statement);
    const id = (ref: string): number => found.nodes.findIndex((node) => node.ref === ref);
    expect(found.claims).toEqual([
      {
        type: 'evaluation',
        about: id(`evaluation:${hexOf(statement)}`),
        model: id(`sha256:${HEX}`),
        dataset: id(`sha256:${OTHER}`),
        harness: id(`sha256:${HARNESS}`),
        metric: 'accuracy',
        value: '0.990741',
        sampleSize: '108',
        nonce: 'n1',
        pointer: '/predicate/metrics/0',
      },
      expect.objectContaining({ metric: 'recall', value: '1', pointer: '/predicate/metrics/1' }),
    ]);
  });

  test('a score is quoted as it is written', () => {
    const minimal = createEvaluationStatement({
      model: MODEL,
      dataset: DATASET,
      metrics: [
        { metric: 'a', value: 0.5 },
        { metric: 'b', value: 2 },
      ],
    });
    const text = new TextDecoder().decode(encodeStatement(minimal));
    const written = text
      .replace('"value":0.5', '"value" :\n 0.50000000000000000001 ')
      .replace('"value":2', '"value":2E0');
    const found = factsOf(new TextEncoder().encode(written));
    expect(found.claims.map((claim) => (claim.type === 'evaluation' ? claim.value : ''))).toEqual([
      '0.50000000000000000001',
      '2E0',
    ]);
  });

  test('a model signature root is a model too', () => {
    const oms = createEvaluationStatement({
      model: { digest: { oms: HEX } },
      dataset: DATASET,
      metrics: [{ metric: 'a', value: 1 }],
    });
    expect(facts(oms).nodes.map(({ ref }) => ref)).toContain(`oms:${HEX}`);
  });

  test('an evaluation of more than a mebibyte is refused', () => {
    const text = new TextDecoder().decode(encodeStatement(statement));
    const [document] = readDocuments(new TextEncoder().encode(`${text}${' '.repeat(1024 * 1024)}`));
    expect(document?.error).toMatchObject({ code: 'ERR_LIMIT_SIZE' });
  });
});

describe('deployments', () => {
  test('a Deployment deploys the artefact; the placement is a claim', () => {
    const statement = createDeploymentStatement({
      artefact: MODEL,
      service: 'triage',
      environment: 'production',
      since: '2026-11-21T21:30:00Z',
      family: 'triage',
      version: '2',
      owner: 'team',
    });
    const found = facts(statement);
    const node = 'deployment:production/triage@2026-11-21T21:30:00Z';
    expect(edgeLines(found)).toEqual([`${node} deploys sha256:${HEX}`]);
    const id = (ref: string): number => found.nodes.findIndex((entry) => entry.ref === ref);
    expect(found.claims).toEqual([
      {
        type: 'placement',
        about: id(node),
        artefact: id(`sha256:${HEX}`),
        service: 'triage',
        environment: 'production',
        since: '2026-11-21T21:30:00Z',
        family: 'triage',
        version: '2',
        owner: 'team',
        pointer: '/predicate',
      },
    ]);
    expect(found.statementKind).toBe('deployment');
    expect(found.nodes[id(node)]?.kinds).toEqual(['Deployment']);
  });

  test('without a time the statement itself tells two deployments apart', () => {
    const statement = createDeploymentStatement({
      artefact: MODEL,
      service: 's',
      environment: 'e',
    });
    expect(edgeLines(facts(statement))).toEqual([
      `deployment:e/s@${hexOf(statement)} deploys sha256:${HEX}`,
    ]);
  });
});

describe('completeness', () => {
  test('one claim a subject', () => {
    const found = facts(
      createCompletenessStatement({ subjects: [MODEL, DATASET], covers: 'primary-source' }),
    );
    expect(found.claims).toMatchObject([
      { type: 'completeness', covers: 'primary-source', pointer: '/subject/0' },
      { type: 'completeness', covers: 'primary-source', pointer: '/subject/1' },
    ]);
    const about = found.claims.map((claim) =>
      claim.type === 'completeness' ? found.nodes[claim.about]?.ref : '',
    );
    expect(about).toEqual([`sha256:${HEX}`, `sha256:${OTHER}`]);
    expect(found.statementKind).toBe('completeness');
    expect(found.edges.every(({ relation }) => relation === 'attests')).toBe(true);
  });
});

describe('revocations', () => {
  test('the claim carries the statement; a digest is a node that it attests', () => {
    const statement = createRevocationStatement({
      target: `sha256:${HEX}`,
      reason: 'poisoned',
      severity: 'high',
      since: '2026-01-01T00:00:00Z',
      fixed: [`sha256:${OTHER}`],
    });
    const found = facts(statement);
    expect(found.claims).toEqual([
      {
        type: 'revocation',
        target: `sha256:${HEX}`,
        reason: 'poisoned',
        severity: 'high',
        since: '2026-01-01T00:00:00Z',
        fixed: [`sha256:${OTHER}`],
        pointer: '/predicate',
      },
    ]);
    expect(edgeLines(found)).toEqual([`document:sha256:${hexOf(statement)} attests sha256:${HEX}`]);
    expect(found.statementKind).toBe('revocation');
  });

  test.each([
    ['pkg:pypi/torch@2.1.0', 'pkg:pypi/torch@2.1.0'],
    [`oms:${HEX}`, `oms:${HEX}`],
    ['builder:https://example.org/b', 'builder:https://example.org/b'],
    ['identity:https://issuer#x', 'identity:https://issuer#x'],
    ['name:registry/model', 'name:registry/model'],
    ['pkg:pypi/torch', 'pkg:pypi/torch'],
  ])('target %s is a node', (target, ref) => {
    const found = facts(createRevocationStatement({ target, reason: 'r' }));
    expect(found.nodes.map((node) => node.ref)).toContain(ref);
    expect(found.subjects).toHaveLength(1);
  });

  test('free text is only a claim', () => {
    const found = facts(createRevocationStatement({ target: 'torch below 2.1', reason: 'r' }));
    expect(found.nodes).toEqual([]);
    expect(found.claims).toMatchObject([{ type: 'revocation', target: 'torch below 2.1' }]);
  });
});

describe('docs/statements.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/statements.md'), 'utf8');
  const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map((block) => block[1] ?? '');
  const statements = examples.filter((text) => text.includes('"predicateType"'));

  test('shows one statement of each kind', () => {
    const kinds = statements.map((text) => factsOf(new TextEncoder().encode(text)).statementKind);
    expect(kinds).toEqual(['evaluation', 'deployment', 'completeness', 'revocation', 'listing']);
    expect(examples).toHaveLength(6);
  });
});

describe('strict reading reaches the pipeline', () => {
  test('an unknown member quarantines the statement', () => {
    const statement = createRevocationStatement({ target: `sha256:${HEX}`, reason: 'r' });
    const [document] = readDocuments(
      encode({ ...statement, predicate: { ...(statement['predicate'] as object), untl: 'x' } }),
    );
    expect(document?.error).toMatchObject({ code: 'ERR_PARSE_DOCUMENT', at: '/predicate/untl' });
  });
});
