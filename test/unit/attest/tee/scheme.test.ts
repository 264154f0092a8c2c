// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PedigreeError } from '../../../../core/errors.ts';
import { parseInstant } from '../../../../core/instant.ts';
import { failed, passed } from '../../../../core/verdict.ts';
import type { Finding } from '../../../../core/verdict.ts';
import { findScheme, supportedKinds } from '../../../../attest/tee/registry.ts';
import { defineScheme } from '../../../../attest/tee/scheme.ts';
import type { RunnableScheme, TeeClaims, TeeScheme } from '../../../../attest/tee/scheme.ts';
import { claimsOf, sealVerified } from '../../../../attest/verified.ts';

const CLAIMS: TeeClaims = {
  kind: 'test',
  simulated: true,
  debug: false,
  measurement: null,
  binding: null,
};

function scheme(overrides: Partial<TeeScheme<TeeClaims, object>>): RunnableScheme {
  return defineScheme({
    kind: 'test',
    title: 'test evidence',
    chosen: { policyKey: 'nonce', form: 'hex', binding: 'sha256' },
    roles: new Set(),
    pinnedAnchors: () => [],
    findRole: () => undefined,
    verify: () => passed(sealVerified({ ...CLAIMS })),
    parsePolicy: (policy) => policy,
    appraise: (verified) => passed(claimsOf(verified)),
    ...overrides,
  });
}

const INPUT = {
  evidence: Uint8Array.from([1, 2, 3]),
  endorsements: new Map(),
  anchors: [],
  at: parseInstant('2026-01-01T00:00:00Z'),
  policy: {},
  binding: 'ignore',
} as const;

function throwing(error: unknown): () => never {
  return () => {
    throw error;
  };
}

describe('the registry’s promise: bad evidence is a verdict, and a fault is never a pass', () => {
  test('a parse error fails at stage parse', () => {
    const verify = throwing(new PedigreeError('ERR_PARSE_EVIDENCE', 'short'));
    expect(scheme({ verify }).run(INPUT)).toMatchObject({
      verdict: 'failed',
      stage: 'parse',
      claims: null,
    });
  });

  test.each([new TypeError('boom'), new RangeError('offset'), 'text', undefined, null])(
    'what is thrown unexpectedly (%s) is undetermined, in verify and in appraise',
    (error) => {
      for (const override of [{ verify: throwing(error) }, { appraise: throwing(error) }]) {
        const outcome = scheme(override).run(INPUT);
        expect(outcome.verdict).toBe('undetermined');
        expect(outcome.findings[0]?.code).toBe('verifier-fault');
      }
    },
  );

  test('an internal error is undetermined', () => {
    const verify = throwing(new PedigreeError('ERR_INTERNAL', 'broken'));
    const { verdict, stage, findings, claims } = scheme({ verify }).run(INPUT);
    expect({ verdict, stage, claims }).toEqual({
      verdict: 'undetermined',
      stage: 'parse',
      claims: null,
    });
    expect(findings).toMatchObject([{ stage: 'parse', code: 'verifier-fault', message: 'broken' }]);
  });

  test('a fault names the error that was thrown, and says no more of it', () => {
    const [finding] = scheme({ verify: throwing(new TypeError('secret')) }).run(INPUT).findings;
    expect(finding?.message).toBe('a check broke (TypeError)');
    const [other] = scheme({ verify: throwing('secret') }).run(INPUT).findings;
    expect(other?.message).toBe('a check broke');
  });

  test('an anchor at fault is the operator’s, and leaves the question open', () => {
    const verify = throwing(new PedigreeError('ERR_TRUST_INVALID', 'no key'));
    expect(scheme({ verify }).run(INPUT)).toMatchObject({
      verdict: 'undetermined',
      stage: 'chain',
      findings: [{ stage: 'chain', code: 'trust-anchor-invalid' }],
    });
  });

  test('warnings of both checks are told, and only with a pass', () => {
    const warning = (code: string): Finding => ({ code, message: 'w', stage: 'tcb' }) as Finding;
    const verify = (): ReturnType<TeeScheme<TeeClaims, object>['verify']> =>
      passed(sealVerified({ ...CLAIMS }), [warning('one')]);
    const both = scheme({ verify, appraise: () => passed(CLAIMS, [warning('two')]) }).run(INPUT);
    expect(both.findings.map(({ code }) => code)).toEqual(['one', 'two']);
    const no = { code: 'no', message: 'no', stage: 'policy' } as Finding;
    const refused = scheme({ verify, appraise: () => failed(no) }).run(INPUT);
    expect(refused.findings.map(({ code }) => code)).toEqual(['no']);
    expect(refused).toMatchObject({ verdict: 'failed', stage: 'policy', claims: CLAIMS });
  });

  test('a finding that belongs to no stage is a fault of ours, not a verdict', () => {
    const plain = { code: 'no', message: 'no' };
    const internal = expect.objectContaining({ code: 'ERR_INTERNAL' }) as Error;
    expect(() => scheme({ verify: () => failed(plain) }).run(INPUT)).toThrow(internal);
    expect(() => scheme({ appraise: () => passed(CLAIMS, [plain]) }).run(INPUT)).toThrow(internal);
  });

  test('a policy at fault is thrown even where the evidence is bad too', () => {
    const parsePolicy = throwing(new PedigreeError('ERR_POLICY_INVALID', 'no'));
    const verify = throwing(new PedigreeError('ERR_PARSE_EVIDENCE', 'short'));
    expect(() => scheme({ parsePolicy, verify }).run(INPUT)).toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
    );
  });

  test('what is not genuine is not appraised', () => {
    let appraised = 0;
    const outcome = scheme({
      verify: () => failed({ code: 'no', message: 'no', stage: 'chain' } as never),
      appraise: () => {
        appraised++;
        return passed(CLAIMS);
      },
    }).run(INPUT);
    expect([outcome.verdict, outcome.stage, appraised]).toEqual(['failed', 'chain', 0]);
  });

  test('the caller cannot change the evidence under the check', () => {
    const mine = Uint8Array.from([1, 2, 3]);
    let seen: Uint8Array = new Uint8Array();
    const run = scheme({
      verify: ({ evidence }) => {
        mine.fill(9);
        seen = evidence;
        return passed(sealVerified({ ...CLAIMS }));
      },
    }).run({ ...INPUT, evidence: mine });
    expect([run.verdict, ...seen]).toEqual(['passed', 1, 2, 3]);
  });

  test.each(['', 'SEV-SNP', 'sev-snp ', '__proto__', 'constructor', 'toString'])(
    'there is no kind "%s"',
    (kind) => {
      expect(findScheme(kind)).toBeUndefined();
    },
  );

  test('each kind answers to its own name', () => {
    expect(supportedKinds().length).toBeGreaterThan(1);
    for (const kind of supportedKinds()) expect(findScheme(kind)?.kind).toBe(kind);
  });

  test('no kind passes on nothing, on junk, or without anchors', () => {
    const inputs = [new Uint8Array(), Buffer.from('junk'), new Uint8Array(1184), Buffer.from('{}')];
    for (const kind of supportedKinds()) {
      for (const evidence of inputs) {
        const outcome = findScheme(kind)?.run({ ...INPUT, evidence });
        expect(outcome?.verdict).not.toBe('passed');
        expect(outcome?.claims).toBeNull();
      }
    }
  });
});

describe('the seal', () => {
  test('is put on only by files named verify.ts', () => {
    const root = join(import.meta.dirname, '../../../../attest');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    expect(files.length).toBeGreaterThan(10);
    const sealing = files.filter((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return text.includes('sealVerified(') && file !== 'verified.ts';
    });
    expect(sealing.length).toBeGreaterThan(1);
    expect(sealing.filter((file) => !/(^|\/)verify(-[a-z-]+)?\.ts$/.test(file))).toEqual([]);
  });
});
