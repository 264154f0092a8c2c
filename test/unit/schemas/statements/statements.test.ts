// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../../core/canonical-json-jcs.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { artefactOf, isSameContent } from '../../../../schemas/statements/artefact.ts';
import {
  createCompletenessStatement,
  parseCompleteness,
} from '../../../../schemas/statements/completeness.ts';
import {
  createDeploymentStatement,
  deploymentRef,
  parseDeployment,
} from '../../../../schemas/statements/deployment.ts';
import {
  createEvaluationStatement,
  parseEvaluation,
} from '../../../../schemas/statements/evaluation.ts';
import {
  createRevocationStatement,
  parseRevocation,
} from '../../../../schemas/statements/revocation.ts';
import { encodeStatement } from '../../../../schemas/statements/statement.ts';

const HEX = 'a3'.repeat(32);
const OTHER = 'b4'.repeat(32);
const MODEL = { name: 'model.onnx', digest: { sha256: HEX } };
const DATASET = { name: 'test.csv', digest: { sha256: OTHER } };
const EVALUATION = {
  model: MODEL,
  dataset: DATASET,
  metrics: [{ metric: 'accuracy', value: 0.990741 }],
};
const DEPLOYMENT = {
  artefact: MODEL,
  service: 'triage',
  environment: 'production',
  since: '2026-11-21T21:30:00Z',
};
const REVOCATION = { target: `sha256:${HEX}`, reason: 'poisoned labels' };

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isPedigreeError(error) ? error.code : 'another error';
  }
  return 'none';
}

/** A deep copy with one place set (or removed, where the value is undefined). */
function withChange(
  value: JsonValue,
  path: readonly (string | number)[],
  change: unknown,
): JsonValue {
  const copy = structuredClone(value) as JsonValue;
  let at = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  const last = path.at(-1) ?? '';
  if (change === undefined) delete at[last];
  else at[last] = change;
  return copy;
}

const evaluation = (): JsonValue =>
  createEvaluationStatement({
    ...EVALUATION,
    harness: { digest: { sha256: 'c5'.repeat(32) } },
    nonce: 'n',
    sampleSize: 108,
    evaluatedAt: '2026-11-21T21:30:00Z',
  });
const deployment = (): JsonValue =>
  createDeploymentStatement({
    ...DEPLOYMENT,
    owner: 'team',
    family: 'triage',
    version: '2',
    until: '2026-12-01T00:00:00Z',
  });
const completeness = (): JsonValue =>
  createCompletenessStatement({ subjects: [MODEL, DATASET], covers: 'inputs', note: 'n' });
const revocation = (): JsonValue =>
  createRevocationStatement({
    ...REVOCATION,
    severity: 'high',
    since: '2026-01-01T00:00:00Z',
    withdraws: `sha256:${OTHER}`,
    fixed: ['pkg:npm/a@2'],
  });

const KINDS: readonly (readonly [
  name: string,
  make: () => JsonValue,
  parse: (value: JsonValue) => unknown,
])[] = [
  ['evaluation', evaluation, parseEvaluation],
  ['deployment', deployment, parseDeployment],
  ['completeness', completeness, parseCompleteness],
  ['revocation', revocation, parseRevocation],
];

describe.each(KINDS)('%s statements', (_, make, parse) => {
  test('what is made is what is read', () => {
    const statement = make();
    expect(codeOf(() => parse(statement))).toBe('none');
    const bytes = encodeStatement(statement as Parameters<typeof encodeStatement>[0]);
    expect(parse(JSON.parse(new TextDecoder().decode(bytes)) as JsonValue)).toEqual(
      parse(statement),
    );
  });

  test.each<[string, readonly (string | number)[], unknown]>([
    ['an unknown member of the predicate', ['predicate', 'more'], 1],
    ['an unknown member of the statement', ['more'], 1],
    ['an unknown member of a subject', ['subject', 0, 'annotations'], {}],
    ['a member that shadows the prototype', ['predicate', 'constructor'], 1],
    ['another _type', ['_type'], 'https://in-toto.io/Statement/v0.1'],
    ['another predicate type', ['predicateType'], 'https://pedigree.dev/predicates/other/v1'],
    ['no subject', ['subject'], []],
    ['a subject that is no list', ['subject'], {}],
    ['a subject that is null', ['subject', 0], null],
    ['a digest that is a string', ['subject', 0, 'digest'], `sha256:${HEX}`],
    ['no digest', ['subject', 0, 'digest'], {}],
    ['a weak digest alone', ['subject', 0, 'digest'], { sha1: 'd6'.repeat(20) }],
    ['a digest in upper case', ['subject', 0, 'digest'], { sha256: HEX.toUpperCase() }],
    ['a digest under another spelling', ['subject', 0, 'digest'], { 'sha-256': HEX }],
    ['a placeholder', ['subject', 0, 'digest'], { sha256: '0'.repeat(64) }],
    ['an algorithm that nobody knows', ['subject', 0, 'digest'], { sha256: HEX, crc32: '00' }],
    ['a predicate that is null', ['predicate'], null],
    ['no predicate', ['predicate'], undefined],
  ])('%s is refused', (__, path, change) => {
    expect(codeOf(() => parse(withChange(make(), path, change)))).toBe('ERR_PARSE_DOCUMENT');
  });

  test('any single change is read or refused by code, never anything else', () => {
    const places = pathsOf(make());
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), (path, change) => {
        expect(['none', 'ERR_PARSE_DOCUMENT']).toContain(
          codeOf(() => parse(withChange(make(), path, change))),
        );
      }),
      { numRuns: 500 },
    );
  });
});

function pathsOf(value: JsonValue, at: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const path = [...at, Array.isArray(value) ? Number(key) : key];
    return [path, ...pathsOf(item as JsonValue, path)];
  });
}

describe('evaluations', () => {
  test('the subject is the model', () => {
    const statement = evaluation();
    expect(
      codeOf(() =>
        parseEvaluation(withChange(statement, ['subject', 0, 'digest'], { sha256: OTHER })),
      ),
    ).toBe('ERR_PARSE_DOCUMENT');
    expect(
      codeOf(() =>
        parseEvaluation(withChange(statement, ['predicate', 'model', 'digest'], { sha256: OTHER })),
      ),
    ).toBe('ERR_PARSE_DOCUMENT');
    // a name is no digest
    expect(
      codeOf(() => parseEvaluation(withChange(statement, ['subject', 0, 'name'], 'other'))),
    ).toBe('none');
  });

  test.each<[string, readonly (string | number)[], unknown]>([
    ['no metrics', ['predicate', 'metrics'], []],
    ['a metric without value', ['predicate', 'metrics', 0], { metric: 'accuracy' }],
    ['a value in quotes', ['predicate', 'metrics', 0, 'value'], '0.99'],
    ['an infinite value', ['predicate', 'metrics', 0, 'value'], Number.POSITIVE_INFINITY],
    ['a metric without a name', ['predicate', 'metrics', 0, 'metric'], ''],
    [
      'a metric with two values',
      ['predicate', 'metrics'],
      [
        { metric: 'a', value: 1 },
        { metric: 'a', value: 0 },
      ],
    ],
    ['an unknown member of a metric', ['predicate', 'metrics', 0, 'unit'], '%'],
    [
      'too many metrics',
      ['predicate', 'metrics'],
      Array.from({ length: 101 }, (_, i) => ({ metric: `m${i}`, value: i })),
    ],
    ['half a sample', ['predicate', 'sampleSize'], 0.5],
    ['a negative sample size', ['predicate', 'sampleSize'], -1],
    ['a time without a zone', ['predicate', 'evaluatedAt'], '2026-11-21T21:30:00'],
    ['a nonce with a line break', ['predicate', 'nonce'], 'a\nb'],
    ['no dataset', ['predicate', 'dataset'], undefined],
  ])('%s is refused', (_, path, change) => {
    expect(codeOf(() => parseEvaluation(withChange(evaluation(), path, change)))).toBe(
      'ERR_PARSE_DOCUMENT',
    );
  });

  test('one cannot be made that would not be read', () => {
    expect(
      codeOf(() =>
        createEvaluationStatement({ ...EVALUATION, metrics: [{ metric: 'a', value: Number.NaN }] }),
      ),
    ).toBe('ERR_PARSE_DOCUMENT');
    expect(codeOf(() => createEvaluationStatement({ ...EVALUATION, model: { digest: {} } }))).toBe(
      'ERR_PARSE_DOCUMENT',
    );
  });
});

describe('same content', () => {
  test.each<[string, Record<string, string>, Record<string, string>, boolean]>([
    ['one digest in common', { sha256: HEX }, { sha256: HEX, sha512: 'x' }, true],
    ['another digest', { sha256: HEX }, { sha256: OTHER }, false],
    ['nothing in common', { sha256: HEX }, { sha512: HEX }, false],
    ['one agrees, one does not', { sha256: HEX, sha512: 'x' }, { sha256: HEX, sha512: 'y' }, false],
    ['only a weak one in common', { sha256: HEX, sha1: 'x' }, { sha512: HEX, sha1: 'x' }, false],
    ['the same model signature root', { oms: HEX }, { oms: HEX }, true],
    ['a root and a file of the same hex', { oms: HEX }, { sha256: HEX }, false],
  ])('%s', (_, a, b, same) => {
    expect(isSameContent({ digest: a }, { digest: b })).toBe(same);
    expect(isSameContent({ digest: b }, { digest: a })).toBe(same);
  });

  test('an artefact from a ref', () => {
    expect(artefactOf(`sha256:${HEX}`, 'a')).toEqual({ name: 'a', digest: { sha256: HEX } });
    expect(artefactOf(`oms:${HEX}`)).toEqual({ digest: { oms: HEX } });
    for (const ref of ['', 'a', 'sha256:', `sha256:${HEX}0`, 'oms:abc', 'pkg:npm/a@1']) {
      expect(codeOf(() => artefactOf(ref))).toBe('ERR_PARSE_DIGEST');
    }
  });
});

describe('deployments', () => {
  test.each<[string, readonly (string | number)[], unknown]>([
    ['no service', ['predicate', 'service'], undefined],
    ['an empty environment', ['predicate', 'environment'], ''],
    ['until before since', ['predicate', 'until'], '2026-11-21T21:29:59Z'],
    ['until before since in another zone', ['predicate', 'until'], '2026-11-21T23:00:00+02:00'],
    ['a day that does not exist', ['predicate', 'since'], '2026-02-30T00:00:00Z'],
    ['two subjects', ['subject'], [MODEL, DATASET]],
  ])('%s is refused', (_, path, change) => {
    expect(codeOf(() => parseDeployment(withChange(deployment(), path, change)))).toBe(
      'ERR_PARSE_DOCUMENT',
    );
  });

  test('an optional member given as undefined is absent', () => {
    const statement = createDeploymentStatement({ ...DEPLOYMENT });
    expect(Object.keys(statement['predicate'] as object).sort()).toEqual([
      'environment',
      'service',
      'since',
    ]);
  });

  test('the ref names environment, service and time; without a time the statement', () => {
    expect(deploymentRef(DEPLOYMENT, 'f')).toBe(
      'deployment:production/triage@2026-11-21T21:30:00Z',
    );
    expect(deploymentRef({ environment: 'a', service: 'b' }, 'f0')).toBe('deployment:a/b@f0');
  });

  test('no part of the ref can pose as two', () => {
    const part = fc.string({
      unit: fc.constantFrom('a', '/', '@', '%', '2', 'F', '4', '0', '#'),
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(part, part, part, part, (environmentA, serviceA, environmentB, serviceB) => {
        const refA = deploymentRef({ environment: environmentA, service: serviceA }, 'x');
        const refB = deploymentRef({ environment: environmentB, service: serviceB }, 'x');
        expect(refA === refB).toBe(environmentA === environmentB && serviceA === serviceB);
      }),
      { numRuns: 3000 },
    );
    expect(deploymentRef({ environment: 'a/b', service: 'c' }, 'x')).not.toBe(
      deploymentRef({ environment: 'a', service: 'b/c' }, 'x'),
    );
  });
});

describe('completeness', () => {
  test.each(['everything', '', 1, null, ['inputs'], undefined])(
    'covers %j is refused',
    (covers) => {
      expect(
        codeOf(() =>
          parseCompleteness(withChange(completeness(), ['predicate', 'covers'], covers)),
        ),
      ).toBe('ERR_PARSE_DOCUMENT');
    },
  );

  test.each(['inputs', 'parts', 'primary-source'] as const)('covers %s', (covers) => {
    expect(
      parseCompleteness(createCompletenessStatement({ subjects: [MODEL], covers })),
    ).toMatchObject({ covers });
  });
});

describe('revocations', () => {
  test.each([
    `sha256:${HEX}`,
    `oms:${HEX}`,
    'pkg:pypi/torch@2.1.0',
    'name:mlflow/tumour-triage',
    'identity:https://issuer/x',
    `document:sha256:${HEX}`,
    'builder:https://example.org/b',
    'tumour-triage versions below 2',
  ])('target %s', (target) => {
    const statement = createRevocationStatement({ target, reason: 'r' });
    expect(parseRevocation(statement)).toEqual({ target, reason: 'r' });
    const subject = (statement['subject'] as readonly object[])[0];
    const isContent = target.startsWith('sha256:') || target.startsWith('oms:');
    expect(Object.keys(subject ?? {})).toEqual(isContent ? ['digest'] : ['name', 'uri']);
  });

  test.each([
    '',
    'local:sha256:x#y',
    'sha256:abc',
    `sha256:${HEX.toUpperCase()}`,
    'oms:abc',
    `sha512:${HEX}`,
    'a\nb',
    'x'.repeat(3000),
  ])('target %j is refused', (target) => {
    expect(codeOf(() => createRevocationStatement({ target, reason: 'r' }))).toBe(
      'ERR_PARSE_DOCUMENT',
    );
  });

  test('the subject is the target', () => {
    const byDigest = revocation();
    expect(
      codeOf(() =>
        parseRevocation(withChange(byDigest, ['predicate', 'target'], `sha256:${OTHER}`)),
      ),
    ).toBe('ERR_PARSE_DOCUMENT');
    expect(
      codeOf(() => parseRevocation(withChange(byDigest, ['predicate', 'target'], `oms:${HEX}`))),
    ).toBe('ERR_PARSE_DOCUMENT');
    expect(
      codeOf(() => parseRevocation(withChange(byDigest, ['predicate', 'target'], 'pkg:npm/a@1'))),
    ).toBe('ERR_PARSE_DOCUMENT');
    const byName = createRevocationStatement({ target: 'pkg:npm/a@1', reason: 'r' });
    for (const subject of [
      { name: 'pkg:npm/a@1' },
      { name: 'x', uri: 'pkg:npm/a@1' },
      { name: 'pkg:npm/a@1', uri: 'x' },
      { ...MODEL },
    ]) {
      expect(codeOf(() => parseRevocation(withChange(byName, ['subject', 0], subject)))).toBe(
        'ERR_PARSE_DOCUMENT',
      );
    }
    expect(codeOf(() => parseRevocation(withChange(byName, ['subject'], [MODEL, MODEL])))).toBe(
      'ERR_PARSE_DOCUMENT',
    );
  });

  test.each<[string, readonly (string | number)[], unknown]>([
    ['no reason', ['predicate', 'reason'], undefined],
    ['withdraws that is no digest', ['predicate', 'withdraws'], 'the last one'],
    ['withdraws of a weak digest', ['predicate', 'withdraws'], `sha1:${'d6'.repeat(20)}`],
    ['nothing fixed', ['predicate', 'fixed'], []],
    ['a fixed ref that is local', ['predicate', 'fixed'], ['local:x#y']],
    ['a fixed ref that is no digest', ['predicate', 'fixed'], ['sha256:abc']],
    ['a fixed ref that is no text', ['predicate', 'fixed'], [1]],
    ['until before since', ['predicate', 'until'], '2025-01-01T00:00:00Z'],
  ])('%s is refused', (_, path, change) => {
    expect(codeOf(() => parseRevocation(withChange(revocation(), path, change)))).toBe(
      'ERR_PARSE_DOCUMENT',
    );
  });
});
