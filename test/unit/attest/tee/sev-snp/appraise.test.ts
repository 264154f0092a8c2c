// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../../../core/canonical-json-jcs.ts';
import { bindStatement } from '../../../../../attest/tee/bind.ts';
import { sevSnpScheme } from '../../../../../attest/tee/sev-snp/scheme.ts';
import { appraiseSnp } from '../../../../../attest/tee/sev-snp/appraise.ts';
import type { TeeOutcome } from '../../../../../attest/tee/scheme.ts';
import type { SnpClaims } from '../../../../../attest/tee/sev-snp/verify.ts';
import type { Verified } from '../../../../../attest/verified.ts';
import { makeAmdKeys, makeSnpInput } from '../support/fake-amd.ts';

const keys = makeAmdKeys();
const input = makeSnpInput({ keys });
const INVALID = expect.objectContaining({ code: 'ERR_POLICY_INVALID' });

function appraise(policy: JsonObject, binding: Uint8Array | 'ignore' = 'ignore'): TeeOutcome {
  return sevSnpScheme.run({ ...input, policy, binding });
}

function codes(policy: JsonObject): string[] {
  const outcome = appraise(policy);
  return outcome.verdict === 'passed' ? [] : outcome.findings.map((finding) => finding.code);
}

describe('policy values of a wrong type or size are refused, before the evidence is looked at', () => {
  const bad: [string, JsonValue[]][] = [
    ['allowDebug', ['true', 1, 0, null, []]],
    ['requireNonProvisional', ['false', 1, null, {}]],
    [
      'measurement',
      [
        '',
        'ee'.repeat(47),
        'ee'.repeat(49),
        'zz'.repeat(48),
        'e'.repeat(95),
        48,
        null,
        ['ee'.repeat(48)],
      ],
    ],
    [
      'reportData',
      ['', 'dd'.repeat(63), 'dd'.repeat(65), `0x${'d'.repeat(126)}`, ` ${'d'.repeat(127)}`, null],
    ],
    ['vmpl', [-1, 4, 0.5, '0', null, true]],
    ['minGuestSvn', [-1, 2 ** 32, 1.5, '3', null]],
    ['minTcb', [null, 3, 'all', [], {}]],
  ];
  test.each(bad.flatMap(([key, values]) => values.map((value) => [key, value] as const)))(
    '%s %j',
    (key, value) => {
      expect(() => appraise({ [key]: value })).toThrow(INVALID);
      const broken = { ...input, evidence: new Uint8Array(), policy: { [key]: value } };
      expect(() => sevSnpScheme.run({ ...broken, binding: 'ignore' })).toThrow(INVALID);
    },
  );

  test.each(['bootloader', 'tee', 'snp', 'microcode', 'fmc'])('minTcb.%s', (component) => {
    for (const value of [-1, 256, 1.5, '3', null, {}]) {
      expect(() => appraise({ minTcb: { [component]: value } })).toThrow(INVALID);
    }
  });

  test.each([
    { alowDebug: true },
    { AllowDebug: true },
    { trustRootOverride: true },
    { minTcb: { ucode: 3 } },
    { pcrs: {} },
    JSON.parse('{"__proto__": {"allowDebug": true}}') as JsonObject,
    { constructor: 1 },
    { toString: 1 },
  ])('unknown key %j', (policy) => {
    expect(() => appraise(policy as JsonObject)).toThrow(INVALID);
  });
});

describe('appraisal of a genuine report', () => {
  test('each condition that is met passes', () => {
    expect(
      codes({
        allowDebug: false,
        measurement: 'EE'.repeat(48),
        reportData: 'dd'.repeat(64),
        vmpl: 0,
        minGuestSvn: 7,
        minTcb: { bootloader: 2, tee: 3, snp: 4, microcode: 0xdb },
        requireNonProvisional: true,
      }),
    ).toEqual([]);
  });

  test.each<[JsonObject, string]>([
    [{ measurement: `ff${'ee'.repeat(47)}` }, 'measurement'],
    [{ measurement: `${'ee'.repeat(47)}ef` }, 'measurement'],
    [{ reportData: `${'dd'.repeat(63)}dc` }, 'report-data'],
    [{ vmpl: 1 }, 'vmpl'],
    [{ minGuestSvn: 8 }, 'guest-svn'],
    [{ minTcb: { bootloader: 3 } }, 'tcb-below-minimum'],
    [{ minTcb: { tee: 4 } }, 'tcb-below-minimum'],
    [{ minTcb: { snp: 5 } }, 'tcb-below-minimum'],
    [{ minTcb: { microcode: 0xdc } }, 'tcb-below-minimum'],
    // Milan has no such component, so that no level of it can be met
    [{ minTcb: { fmc: 0 } }, 'tcb-below-minimum'],
  ])('%j is not met', (policy, code) => {
    expect(codes(policy)).toEqual([code]);
    expect(appraise(policy).stage).toBe('policy');
  });

  test('all findings are collected, and the claims stay visible', () => {
    const outcome = appraise({ vmpl: 3, minGuestSvn: 9, measurement: '00'.repeat(48) });
    expect(outcome.findings.map((finding) => finding.code)).toEqual(
      expect.arrayContaining(['vmpl', 'guest-svn', 'measurement']),
    );
    expect(outcome.claims).toMatchObject({ guestSvn: 7 });
  });

  test('debug is denied unless it is allowed by name', () => {
    const edit = (report: Buffer): void => void report.writeBigUInt64LE(0xb0000n, 0x08);
    const debug = makeSnpInput({ keys, edit });
    const run = (policy: JsonObject): string =>
      sevSnpScheme.run({ ...debug, policy, binding: 'ignore' }).verdict;
    const denied = sevSnpScheme.run({ ...debug, policy: {}, binding: 'ignore' });
    expect(denied.findings[0]).toMatchObject({ stage: 'policy', code: 'debug-not-allowed' });
    expect([run({}), run({ allowDebug: false }), run({ allowDebug: true })]).toEqual([
      'failed',
      'failed',
      'passed',
    ]);
  });

  test('firmware that is not committed is provisional, by TCB or by build', () => {
    for (const at of [0x1e0, 0x1e7, 0x1ec, 0x1ed, 0x1ee]) {
      const edit = (report: Buffer): void => {
        // what runs is newer than what is committed; the other way round no firmware is
        report.writeUInt16LE(0x0101, 0x1e8);
        report.writeUInt8(1, 0x1ea);
        report.writeUInt16LE(0x0101, 0x1ec);
        report.writeUInt8(1, 0x1ee);
        report.writeUInt8((report[at] ?? 0) - 1, at);
      };
      const outcome = sevSnpScheme.run({
        ...makeSnpInput({ keys, edit }),
        policy: { requireNonProvisional: true },
        binding: 'ignore',
      });
      expect(outcome.findings[0]?.code).toBe('provisional-firmware');
    }
  });

  test('a migration agent is a warning', () => {
    const edit = (report: Buffer): void => void report.writeBigUInt64LE(0x70000n, 0x08);
    const outcome = sevSnpScheme.run({
      ...makeSnpInput({ keys, edit }),
      policy: {},
      binding: 'ignore',
    });
    expect(outcome.verdict).toBe('passed');
    expect(outcome.findings.map((finding) => finding.code)).toContain('migration-agent');
  });

  test('the binding is compared in full', () => {
    const pae = new TextEncoder().encode('DSSEv1 4 test 2 {}');
    const bind = bindStatement('sev-snp', pae);
    const edit = (report: Buffer): void => report.set(bind, 0x50);
    const bound = makeSnpInput({ keys, edit });
    const run = (binding: Uint8Array): string =>
      sevSnpScheme.run({ ...bound, policy: {}, binding }).verdict;
    expect(run(bind)).toBe('passed');
    expect(run(bindStatement('tdx', pae))).toBe('failed');
    expect(run(bind.subarray(0, 32))).toBe('failed');
    expect(run(new Uint8Array(64))).toBe('failed');
    expect(run(new Uint8Array())).toBe('failed');
  });

  test('claims that nothing has verified are not appraised', () => {
    const raw = { claims: { measurement: 'ee'.repeat(48) } as SnpClaims };
    const given = { policy: {}, binding: 'ignore', at: input.at } as const;
    // @ts-expect-error unsealed claims do not compile
    expect(() => appraiseSnp(raw, given)).toThrow();
    const forged = raw as unknown as Verified<SnpClaims>;
    expect(() => appraiseSnp(forged, given)).toThrow(
      expect.objectContaining({ code: 'ERR_INTERNAL' }),
    );
  });

  test('what was verified can no longer be changed', () => {
    const verdict = sevSnpScheme.verify(input);
    if (verdict.status !== 'passed') throw new Error('not verified');
    const claims = verdict.value.claims as { measurement: string };
    expect(() => {
      claims.measurement = '00';
    }).toThrow(TypeError);
  });
});
