// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { bindStatement } from '../../../../../attest/tee/bind.ts';
import { findScheme } from '../../../../../attest/tee/registry.ts';
import type { TeeOutcome } from '../../../../../attest/tee/scheme.ts';
import { parseSgxPolicy } from '../../../../../attest/tee/sgx/appraise.ts';
import { sgxScheme } from '../../../../../attest/tee/sgx/scheme.ts';
import { tdxScheme } from '../../../../../attest/tee/tdx/scheme.ts';
import type { JsonObject } from '../../../../../core/canonical-json-jcs.ts';
import { makeDcapInput, makeDcapKeys, MEASURED, tcbLevel } from '../dcap/fake-dcap.ts';
import type { FakeDcap } from '../dcap/fake-dcap.ts';

const keys = makeDcapKeys();

type Change = Omit<FakeDcap, 'keys' | 'tee'>;

function run(
  change: Change,
  policy: JsonObject = {},
  binding: Uint8Array | 'ignore' = 'ignore',
): TeeOutcome {
  const input = makeDcapInput({ keys, tee: 'sgx', version: 3, ...change });
  return sgxScheme.run({ ...input, policy, binding });
}

function codes(result: TeeOutcome): string[] {
  return [result.verdict, ...result.findings.map(({ stage, code }) => `${stage}/${code}`)];
}

const SIGNER = '51'.repeat(32);

describe('what an enclave report says', () => {
  test('every field has its own place', () => {
    const editBody = (body: Buffer): void => {
      body.fill(0x11, 0, 16);
      body.fill(0x22, 16, 20);
      body.fill(0x33, 192, 256);
    };
    expect(run({ editBody }).claims).toMatchObject({
      kind: 'sgx',
      simulated: false,
      debug: false,
      measurement: MEASURED.enclave,
      binding: MEASURED.reportData,
      quoteVersion: 3,
      mrSigner: SIGNER,
      isvProdId: 7,
      isvSvn: 9,
      attributes: `05${'00'.repeat(7)}e7${'00'.repeat(7)}`,
      miscSelect: '22'.repeat(4),
      configId: '33'.repeat(64),
      cpuSvn: '11'.repeat(16),
    });
  });
});

describe('appraisal of a genuine enclave', () => {
  const met: readonly JsonObject[] = [
    {},
    { measurement: MEASURED.enclave },
    { mrSigner: SIGNER, isvProdId: 7, minIsvSvn: 9 },
    { minIsvSvn: 0 },
    { reportData: MEASURED.reportData.toUpperCase() },
    { minTcbEvaluationDataNumber: 0 },
  ];
  test.each(met.map((policy): [JsonObject] => [policy]))('%j is met', (policy) => {
    expect(codes(run({}, policy))).toEqual(['passed']);
  });

  const unmet: readonly (readonly [JsonObject, string])[] = [
    [{ measurement: SIGNER }, 'policy/measurement'],
    [{ mrSigner: MEASURED.enclave }, 'policy/signer'],
    [{ isvProdId: 6 }, 'policy/product'],
    [{ isvProdId: 8 }, 'policy/product'],
    [{ isvProdId: 0 }, 'policy/product'],
    [{ minIsvSvn: 10 }, 'policy/isv-svn'],
    [{ reportData: '00'.repeat(64) }, 'policy/report-data'],
    [{ minTcbEvaluationDataNumber: 0xffffffff }, 'tcb/tcb-evaluation-number'],
    [{ acceptedTcbStatus: ['SWHardeningNeeded'] }, 'tcb/tcb-status'],
  ];
  test.each(unmet)('%j is not met', (policy, code) => {
    expect(codes(run({}, policy))).toEqual(['failed', code]);
  });

  test('a debug enclave is denied unless allowed', () => {
    const editBody = (body: Buffer): void => void body.writeUInt8(0x07, 48);
    const result = run({ editBody });
    expect(codes(result)).toEqual(['failed', 'policy/debug-not-allowed']);
    expect(result.claims?.debug).toBe(true);
    expect(run({ editBody }, { allowDebug: true }).verdict).toBe('passed');
  });

  test('status and advisories of an accepted platform are warnings', () => {
    const change: Change = {
      tcbInfo: (info) => ({
        ...info,
        tcbLevels: [tcbLevel('SWHardeningNeeded', { advisories: ['INTEL-SA-00615'] })],
      }),
    };
    const policy = { acceptedTcbStatus: ['UpToDate', 'SWHardeningNeeded'] };
    const accepted = run(change, policy);
    expect(codes(accepted)).toEqual(['passed', 'tcb/tcb-status', 'tcb/tcb-advisories']);
    expect(accepted.findings[1]?.message).toContain('INTEL-SA-00615');
    expect(codes(run(change, { ...policy, rejectedAdvisories: ['INTEL-SA-00615'] }))).toEqual([
      'failed',
      'tcb/tcb-advisory',
    ]);
  });
});

describe('a policy at fault', () => {
  test.each<[string, JsonObject]>([
    ['key of TDX', { rtmrs: { 0: '00'.repeat(48) } }],
    ['unknown key', { mrenclave: MEASURED.enclave }],
    ['measurement of 48 bytes', { measurement: MEASURED.td }],
    ['signer empty', { mrSigner: '' }],
    ['product as text', { isvProdId: '7' }],
    ['product above 65535', { isvProdId: 65536 }],
    ['version negative', { minIsvSvn: -1 }],
    ['the revoked accepted', { acceptedTcbStatus: ['UpToDate', 'Revoked'] }],
    ['debug a number', { allowDebug: 1 }],
  ])('%s', (_what, policy) => {
    const invalid = expect.objectContaining({ code: 'ERR_POLICY_INVALID' });
    expect(() => parseSgxPolicy(policy)).toThrow(invalid);
    expect(() => run({}, policy)).toThrow(invalid);
  });
});

describe('kinds do not mix', () => {
  test('quote and collateral of the other kind', () => {
    const sgx = makeDcapInput({ keys, tee: 'sgx', version: 3 });
    const tdx = makeDcapInput({ keys, tee: 'tdx' });
    const rest = { policy: {}, binding: 'ignore' as const };
    expect(codes(tdxScheme.run({ ...sgx, ...rest }))).toEqual(['failed', 'parse/malformed']);
    expect(codes(sgxScheme.run({ ...tdx, ...rest }))).toEqual(['failed', 'parse/malformed']);
    const kind = ['failed', 'collateral/collateral-kind'];
    const { endorsements } = tdx;
    expect(codes(sgxScheme.run({ ...sgx, endorsements, ...rest }))).toEqual(kind);
    expect(codes(tdxScheme.run({ ...tdx, endorsements: sgx.endorsements, ...rest }))).toEqual(kind);
  });

  test('a binding of the other kind', () => {
    const pae = Buffer.from('DSSEv1 4 test 2 {}');
    const binding = bindStatement('sgx', pae);
    const editBody = (body: Buffer): void => body.set(binding, 320);
    expect(run({ editBody }, {}, binding).verdict).toBe('passed');
    expect(codes(run({ editBody }, {}, bindStatement('tdx', pae)))).toEqual([
      'failed',
      'policy/binding',
    ]);
  });

  test('the kind is registered', () => {
    expect(findScheme('sgx')).toBe(sgxScheme);
    expect(sgxScheme.chosen).toEqual({
      policyKey: 'reportData',
      form: 'hex',
      binding: 'sha512',
    });
  });
});
