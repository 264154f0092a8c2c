// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { bindStatement } from '../../../../../attest/tee/bind.ts';
import { findScheme } from '../../../../../attest/tee/registry.ts';
import type { TeeOutcome } from '../../../../../attest/tee/scheme.ts';
import { parseTdxPolicy } from '../../../../../attest/tee/tdx/appraise.ts';
import { tdxScheme } from '../../../../../attest/tee/tdx/scheme.ts';
import type { JsonObject } from '../../../../../core/canonical-json-jcs.ts';
import { isPedigreeError } from '../../../../../core/errors.ts';
import { describeShared } from '../../../../support/shared.ts';
import { readGenuine, readGenuineCase, runGenuine } from '../dcap/genuine.ts';
import { makeDcapInput, makeDcapKeys, MEASURED } from '../dcap/fake-dcap.ts';
import type { FakeDcap } from '../dcap/fake-dcap.ts';

const keys = makeDcapKeys();

type Change = Omit<FakeDcap, 'keys'>;

function run(
  change: Change,
  policy: JsonObject = {},
  binding: Uint8Array | 'ignore' = 'ignore',
): TeeOutcome {
  return tdxScheme.run({ ...makeDcapInput({ keys, ...change }), policy, binding });
}

function codes(result: TeeOutcome): string[] {
  return [result.verdict, ...result.findings.map(({ stage, code }) => `${stage}/${code}`)];
}

const td15: Change = { version: 5, form: 'td15' };
const ZERO = '00'.repeat(48);

describe('what a TD report says', () => {
  test('every register has its own place', () => {
    const editBody = (body: Buffer): void => {
      body.fill(0x11, 184, 232);
      body.fill(0x22, 232, 280);
      body.fill(0x33, 280, 328);
      body.fill(0x44, 600, 648);
      body.set([9, 1, 4], 584);
    };
    expect(run({ ...td15, editBody }).claims).toMatchObject({
      kind: 'tdx',
      measurement: MEASURED.td,
      binding: MEASURED.reportData,
      quoteVersion: 5,
      teeTcbSvn: `060103${'00'.repeat(13)}`,
      mrSeam: '5e'.repeat(48),
      mrSignerSeam: ZERO,
      tdAttributes: { raw: '0000001000000000', septVeDisable: true, migratable: false },
      xfam: 'e702060000000000',
      mrConfigId: '11'.repeat(48),
      mrOwner: '22'.repeat(48),
      mrOwnerConfig: '33'.repeat(48),
      rtmrs: ['b0', 'b1', 'b2', 'b3'].map((byte) => byte.repeat(48)),
      teeTcbSvn2: `090104${'00'.repeat(13)}`,
      mrServiceTd: '44'.repeat(48),
      // only the extended report tells the service TDs of now from those of the start
      currentServiceTd: null,
    });
  });

  test('a report of TDX 1.0 does not speak of updates and service TDs', () => {
    expect(run({}).claims).toMatchObject({
      teeTcbSvn2: null,
      mrServiceTd: null,
      currentServiceTd: null,
    });
  });
});

describe('appraisal of a genuine TD', () => {
  const met: readonly JsonObject[] = [
    {},
    { allowDebug: false },
    { measurement: MEASURED.td },
    { measurement: MEASURED.td.toUpperCase() },
    { reportData: MEASURED.reportData },
    { rtmrs: { 0: 'b0'.repeat(48), 3: 'b3'.repeat(48) } },
    { mrConfigId: ZERO, mrOwner: ZERO, mrOwnerConfig: ZERO },
    { mrSeam: '5e'.repeat(48) },
    { mrServiceTd: ZERO },
    { minTcbEvaluationDataNumber: 17 },
    { rejectedAdvisories: ['INTEL-SA-99999'] },
    { acceptedTcbStatus: ['OutOfDate', 'UpToDate'] },
  ];
  test.each(met.map((policy): [JsonObject] => [policy]))('%j is met', (policy) => {
    expect(codes(run(td15, policy))).toEqual(['passed']);
  });

  const unmet: readonly (readonly [JsonObject, string])[] = [
    [{ measurement: 'ef'.repeat(48) }, 'policy/measurement'],
    [{ reportData: 'de'.repeat(64) }, 'policy/report-data'],
    [{ rtmrs: { 0: 'b1'.repeat(48) } }, 'policy/rtmr'],
    [{ rtmrs: { 3: 'b2'.repeat(48) } }, 'policy/rtmr'],
    [{ mrConfigId: '01'.repeat(48) }, 'policy/register'],
    [{ mrOwner: '01'.repeat(48) }, 'policy/register'],
    [{ mrOwnerConfig: '01'.repeat(48) }, 'policy/register'],
    [{ mrSeam: ZERO }, 'policy/register'],
    [{ mrServiceTd: '01'.repeat(48) }, 'policy/register'],
    [{ minTcbEvaluationDataNumber: 18 }, 'tcb/tcb-evaluation-number'],
    [{ acceptedTcbStatus: ['OutOfDate'] }, 'tcb/tcb-status'],
  ];
  test.each(unmet)('%j is not met', (policy, code) => {
    expect(codes(run(td15, policy))).toEqual(['failed', code]);
  });

  test('every finding is collected', () => {
    const policy = { measurement: ZERO, reportData: '00'.repeat(64), rtmrs: { 1: ZERO, 2: ZERO } };
    const wanted = ['policy/report-data', 'policy/measurement', 'policy/rtmr', 'policy/rtmr'];
    expect(codes(run({}, policy))).toEqual(['failed', ...wanted]);
  });

  test('a report of TDX 1.0 cannot meet a demand on its service TDs', () => {
    expect(codes(run({}, { mrServiceTd: ZERO }))).toEqual(['failed', 'policy/register']);
  });

  test('any bit of the group "TD under debug" is debug', () => {
    for (let bit = 0; bit < 8; bit++) {
      const editBody = (body: Buffer): void => void body.writeUInt8(1 << bit, 120);
      const result = run({ editBody });
      expect(codes(result)).toEqual(['failed', 'policy/debug-not-allowed']);
      expect(result.claims?.debug).toBe(true);
      expect(codes(run({ editBody }, { allowDebug: false }))).toEqual(codes(result));
      expect(run({ editBody }, { allowDebug: true }).verdict).toBe('passed');
    }
  });

  test('what weakens a TD is a warning', () => {
    const bound = (body: Buffer): void => void body.writeUInt8(1, 647);
    expect(codes(run({ ...td15, editBody: bound }))).toEqual(['passed', 'policy/service-td']);
    const named = { mrServiceTd: '01'.padStart(96, '0') };
    expect(codes(run({ ...td15, editBody: bound }, named))).toEqual(['passed']);
    const bits =
      (value: number) =>
      (body: Buffer): void =>
        void body.writeUInt8(value, 123);
    expect(codes(run({ editBody: bits(0x00) }))).toEqual(['passed', 'policy/sept-ve']);
    expect(codes(run({ editBody: bits(0x30) }))).toEqual(['passed', 'policy/migratable']);
  });

  test('an advisory that the policy rejects, whichever part names it', () => {
    const change: Change = {
      editQeReport: (report) => void report.writeUInt16LE(5, 258),
    };
    const accepted = { acceptedTcbStatus: ['OutOfDate'] };
    expect(run(change, accepted).verdict).toBe('passed');
    const rejecting = { ...accepted, rejectedAdvisories: ['INTEL-SA-00615', 'INTEL-SA-00001'] };
    expect(codes(run(change, rejecting))).toEqual(['failed', 'tcb/tcb-advisory']);
  });
});

describe('a policy at fault', () => {
  test.each<[string, JsonObject]>([
    ['unknown key', { mrtd: MEASURED.td }],
    ['key of SNP', { vmpl: 0 }],
    ['inherited name', { toString: true }],
    ['debug as text', { allowDebug: 'true' }],
    ['debug as null', { allowDebug: null }],
    ['measurement too short', { measurement: MEASURED.td.slice(2) }],
    ['measurement too long', { measurement: `${MEASURED.td}00` }],
    ['measurement no hex', { measurement: 'xx'.repeat(48) }],
    ['measurement empty', { measurement: '' }],
    ['report data of 48 bytes', { reportData: MEASURED.td }],
    ['statuses as text', { acceptedTcbStatus: 'UpToDate' }],
    ['no status', { acceptedTcbStatus: [] }],
    ['unknown status', { acceptedTcbStatus: ['UpToDate', 'Fine'] }],
    ['the revoked accepted', { acceptedTcbStatus: ['Revoked'] }],
    ['status twice', { acceptedTcbStatus: ['UpToDate', 'UpToDate'] }],
    ['status null', { acceptedTcbStatus: [null] }],
    ['advisories empty', { rejectedAdvisories: [] }],
    ['advisory a number', { rejectedAdvisories: [615] }],
    ['advisory markup', { rejectedAdvisories: ['<a>'] }],
    ['registers empty', { rtmrs: {} }],
    ['registers a list', { rtmrs: [ZERO] }],
    ['register 4', { rtmrs: { 4: ZERO } }],
    ['register -1', { rtmrs: { '-1': ZERO } }],
    ['register 00', { rtmrs: { '00': ZERO } }],
    ['register of 32 bytes', { rtmrs: { 0: '00'.repeat(32) } }],
    ['evaluation number negative', { minTcbEvaluationDataNumber: -1 }],
    ['evaluation number a fraction', { minTcbEvaluationDataNumber: 1.5 }],
    ['service TD too short', { mrServiceTd: '00' }],
  ])('%s', (_what, policy) => {
    expect(() => parseTdxPolicy(policy)).toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
    );
    let code: string | undefined;
    try {
      run({}, policy);
    } catch (error) {
      code = isPedigreeError(error) ? error.code : 'a fault of ours';
    }
    expect(code).toBe('ERR_POLICY_INVALID');
  });
});

describe('binding a statement', () => {
  const pae = Buffer.from('DSSEv1 4 test 2 {}');
  const bound = (bytes: Uint8Array): Change => ({
    editBody: (body) => body.set(bytes, 520),
  });

  test('exactly this statement, as this kind', () => {
    const binding = bindStatement('tdx', pae);
    expect(binding).toHaveLength(64);
    expect(run(bound(binding), {}, binding).verdict).toBe('passed');
    const others = [
      bindStatement('tdx', Buffer.from('DSSEv1 4 test 2 []')),
      bindStatement('sgx', pae),
      bindStatement('sev-snp', pae),
      new Uint8Array(64),
      new Uint8Array(0),
      binding.subarray(0, 32),
    ];
    for (const other of others) {
      expect(codes(run(bound(binding), {}, other))).toEqual(['failed', 'policy/binding']);
    }
  });

  test('the kind is registered', () => {
    expect(findScheme('tdx')).toBe(tdxScheme);
    expect(tdxScheme.chosen).toEqual({
      policyKey: 'reportData',
      form: 'hex',
      binding: 'sha512',
    });
  });
});

describeShared('genuine TDs', () => {
  test('a debug TD passes only where debug is allowed', () => {
    const debug = readGenuineCase('tdx-trustee-v4-debug-debug-denied');
    expect(codes(runGenuine(debug))).toEqual(['failed', 'policy/debug-not-allowed']);
    const allowed = runGenuine(debug, { policy: { ...debug.policy, allowDebug: true } });
    expect(allowed.verdict).toBe('passed');
    expect(allowed.claims?.debug).toBe(true);
  });

  test('one register that differs is enough to refuse', () => {
    for (const quote of readGenuine().filter(({ scheme }) => scheme === tdxScheme)) {
      const claims = runGenuine(quote).claims as unknown as { rtmrs: string[] };
      expect(claims.rtmrs).toHaveLength(4);
      const [rtmr0 = '', rtmr1 = '', rtmr2 = '', rtmr3 = ''] = claims.rtmrs;
      const right = { 0: rtmr0, 1: rtmr1, 2: rtmr2, 3: rtmr3 };
      const passing = runGenuine(quote, { policy: { ...quote.policy, rtmrs: right } });
      expect(passing.verdict).toBe('passed');
      const wrong = { ...right, 2: rtmr2.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) };
      const refused = runGenuine(quote, { policy: { ...quote.policy, rtmrs: wrong } });
      expect(codes(refused)).toEqual(['failed', 'policy/rtmr']);
    }
  });
});
