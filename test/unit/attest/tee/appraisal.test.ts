// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  audienceWarning,
  concludeAppraisal,
  demand,
  demandAmong,
  demandBinding,
  demandEqual,
  demandTokenBinding,
} from '../../../../attest/tee/appraisal.ts';
import { isTeeFinding, STAGES, teeFinding } from '../../../../attest/tee/finding.ts';
import type { TeeFinding } from '../../../../attest/tee/finding.ts';

function codes(findings: readonly TeeFinding[]): string[] {
  return findings.map(({ stage, code, at }) => `${stage}/${code} ${at}`);
}

describe('conditions', () => {
  test('one that is met gives nothing, one that is not says where', () => {
    expect(demand(true, 'code', 'message')).toEqual([]);
    expect(demand(false, 'code', 'message', { at: '/x', hint: 'h' })).toEqual([
      { stage: 'policy', code: 'code', message: 'message', at: '/x', hint: 'h' },
    ]);
  });

  test('equal to what is wanted; nothing wanted asks nothing', () => {
    expect(demandEqual(undefined, 'a', 'c', 'm', '/x')).toEqual([]);
    expect(demandEqual(undefined, null, 'c', 'm', '/x')).toEqual([]);
    expect(demandEqual('a', 'a', 'c', 'm', '/x')).toEqual([]);
    for (const found of ['b', '', null]) {
      expect(codes(demandEqual('a', found, 'c', 'm', '/x'))).toEqual(['policy/c /x']);
    }
  });

  test('one of several; nothing wanted asks nothing', () => {
    expect(demandAmong(undefined, [], 'c', 'aud', '/aud')).toEqual([]);
    expect(demandAmong('a', ['b', 'a'], 'c', 'aud', '/aud')).toEqual([]);
    for (const found of [[], ['b'], ['aa'], ['']]) {
      const [finding] = demandAmong('a', found, 'c', 'aud', '/aud');
      expect(finding).toMatchObject({ stage: 'policy', code: 'c', at: '/aud' });
      expect(finding?.message).toContain('aud');
    }
  });

  test('an audience that nobody asked for is a warning, where there is one', () => {
    expect(audienceWarning(undefined, [])).toEqual([]);
    expect(audienceWarning('me', ['me'])).toEqual([]);
    expect(audienceWarning('me', [])).toEqual([]);
    expect(codes(audienceWarning(undefined, ['me']))).toEqual(['policy/audience-not-checked /aud']);
  });
});

describe('binding', () => {
  const expected = Buffer.from('hello');
  const REFUSED = ['policy/binding /f'];

  test('as hex: exactly the bytes, and never none', () => {
    const hex = expected.toString('hex');
    expect(hex).toMatch(/[a-f]/);
    expect(demandBinding('ignore', null, '/f')).toEqual([]);
    expect(demandBinding(expected, hex, '/f')).toEqual([]);
    for (const found of [null, '', 'hello', `${hex}00`, hex.slice(2), hex.toUpperCase()]) {
      expect(codes(demandBinding(expected, found, '/f'))).toEqual(REFUSED);
    }
    for (const found of [null, '', hex]) {
      expect(codes(demandBinding(new Uint8Array(), found, '/f'))).toEqual(REFUSED);
    }
  });

  test('as text: one of the nonces, and never none', () => {
    expect(demandTokenBinding('ignore', [], '/f')).toEqual([]);
    expect(demandTokenBinding(expected, ['other', 'hello'], '/f')).toEqual([]);
    for (const nonces of [[], [''], ['hell'], ['Hello'], [expected.toString('hex')]]) {
      expect(codes(demandTokenBinding(expected, nonces, '/f'))).toEqual(REFUSED);
    }
    expect(codes(demandTokenBinding(new Uint8Array(), [''], '/f'))).toEqual(REFUSED);
  });
});

describe('conclusion', () => {
  const finding = teeFinding('policy', 'a', 'm');
  const warning = teeFinding('tcb', 'b', 'm');

  test('any finding fails, and warnings do not', () => {
    expect(concludeAppraisal('claims', [])).toMatchObject({ status: 'passed', warnings: [] });
    expect(concludeAppraisal('claims', [], [warning])).toMatchObject({
      status: 'passed',
      value: 'claims',
      warnings: [warning],
    });
    expect(concludeAppraisal('claims', [finding, warning], [warning])).toMatchObject({
      status: 'failed',
      findings: [finding, warning],
    });
  });

  test('a finding of these checks has one of the stages', () => {
    for (const stage of STAGES) expect(isTeeFinding(teeFinding(stage, 'c', 'm'))).toBe(true);
    const plain = { code: 'c', message: 'm' };
    expect(isTeeFinding(plain)).toBe(false);
    for (const stage of ['', 'Policy', 'other', undefined, null, ['policy']]) {
      expect(isTeeFinding({ ...plain, stage } as never)).toBe(false);
    }
  });
});
