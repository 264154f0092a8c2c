// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { relaunchStatus, TCB_STATUSES } from '../../../../../attest/tee/dcap/tcb-status.ts';
import type { TeeOutcome } from '../../../../../attest/tee/scheme.ts';
import { tdxScheme } from '../../../../../attest/tee/tdx/scheme.ts';
import type { JsonObject } from '../../../../../core/canonical-json-jcs.ts';
import {
  isvLevel,
  makeDcapInput,
  makeDcapKeys,
  moduleIdentity,
  tcbLevel,
  TEE_TCB_SVN,
} from '../dcap/fake-dcap.ts';
import type { FakeDcap } from '../dcap/fake-dcap.ts';

const keys = makeDcapKeys();

function run(change: Omit<FakeDcap, 'keys'>, policy: JsonObject = {}): TeeOutcome {
  return tdxScheme.run({ ...makeDcapInput({ keys, ...change }), policy, binding: 'ignore' });
}

function codes({ verdict, findings }: TeeOutcome): string[] {
  return [verdict, ...findings.map(({ stage, code }) => `${stage}/${code}`)];
}

const FORMS = [
  { version: 5, form: 'td15' },
  { version: 5, form: 'td15ex' },
] as const;

/** The levels of the start and of now; the numbers of now are one higher in the third component. */
function levels(start: string, now: string): Omit<FakeDcap, 'keys'> {
  const zeroes = Array.from({ length: 13 }, () => 0);
  return {
    editBody: (body) => body.set([6, 1, 4], 584),
    tcbInfo: (info) => ({
      ...info,
      tcbLevels: [
        tcbLevel(now, { tdx: [0, 0, 4, ...zeroes], advisories: ['INTEL-SA-00002'] }),
        tcbLevel(start, { tdx: [0, 0, 3, ...zeroes], advisories: ['INTEL-SA-00001'] }),
      ],
    }),
  };
}

describe('a TD that was started on an outdated platform', () => {
  test.each(FORMS)('$form: is advised to start again where the platform is right now', (form) => {
    const change = { ...form, ...levels('OutOfDate', 'UpToDate') };
    expect(codes(run(change))).toEqual(['failed', 'tcb/tcb-status']);
    expect(run(change).findings[0]?.hint).toContain('start the TD again');
    expect(run(change, { acceptedTcbStatus: ['OutOfDate'] }).verdict).toBe('failed');
    const accepted = run(change, { acceptedTcbStatus: ['TDRelaunchAdvised'] });
    expect(codes(accepted)).toEqual(['passed', 'tcb/tcb-status', 'tcb/tcb-advisories']);
    expect(accepted.claims).toMatchObject({
      tcb: {
        status: 'TDRelaunchAdvised',
        platform: { status: 'OutOfDate' },
        current: { platform: { status: 'UpToDate' }, module: { id: 'TDX_01' } },
        advisories: ['INTEL-SA-00001', 'INTEL-SA-00002'],
      },
    });
  });

  test.each(FORMS)('$form: is out of date where the platform still is', (form) => {
    const change = { ...form, ...levels('OutOfDate', 'OutOfDate') };
    const accepted = run(change, { acceptedTcbStatus: ['OutOfDate'] });
    expect(accepted.claims).toMatchObject({ tcb: { status: 'OutOfDate' } });
  });

  test.each(FORMS)('$form: is refused where the platform is revoked now', (form) => {
    const change = { ...form, ...levels('UpToDate', 'Revoked') };
    expect(codes(run(change))).toEqual(['failed', 'tcb/tcb-revoked']);
  });

  test('a configuration that either needs is needed', () => {
    expect(relaunchStatus('OutOfDate', 'ConfigurationNeeded')).toBe(
      'TDRelaunchAdvisedConfigurationNeeded',
    );
    expect(relaunchStatus('OutOfDateConfigurationNeeded', 'UpToDate')).toBe(
      'TDRelaunchAdvisedConfigurationNeeded',
    );
  });

  test('what was not outdated at the start is not made better or worse by now, but by a revocation', () => {
    for (const now of TCB_STATUSES) {
      const expected = now === 'Revoked' ? 'Revoked' : 'SWHardeningNeeded';
      expect(relaunchStatus('SWHardeningNeeded', now)).toBe(expected);
      expect(relaunchStatus('Revoked', now)).toBe('Revoked');
    }
  });
});

describe('the version numbers of now', () => {
  const now =
    (...svn: number[]) =>
    (body: Buffer): void =>
      body.set(svn, 584);

  test.each<[string, number[], string]>([
    ['platform below every level', [6, 1, 2], 'tcb/tcb-no-level'],
    ['module below every level', [1, 1, 3], 'tcb/module-no-level'],
    ['module of a version that Intel does not list', [6, 2, 3], 'tcb/module-unknown'],
  ])('%s', (_what, svn, code) => {
    for (const form of FORMS) {
      expect(codes(run({ ...form, editBody: now(...svn) }))).toEqual(['failed', code]);
    }
    // a report of TDX 1.0 ends before them
    expect(run({ form: 'td10' }).verdict).toBe('passed');
  });

  test('the module of the start must be genuine, the one of now needs no signer in the report', () => {
    const identities = [
      moduleIdentity('TDX_01', isvLevel(6, 'UpToDate')),
      { ...moduleIdentity('TDX_03', isvLevel(0, 'UpToDate')), mrsigner: '11'.repeat(48) },
    ];
    const tcbInfo = (info: Record<string, unknown>): Record<string, unknown> => ({
      ...info,
      tdxModuleIdentities: identities,
    });
    const change = { ...FORMS[0], tcbInfo, editBody: now(0, 3, 3) };
    expect(run(change).claims).toMatchObject({
      tcb: { module: { id: 'TDX_01' }, current: { module: { id: 'TDX_03' } } },
    });
  });
});

describe('extended reports of TDX 1.5', () => {
  const [, form] = FORMS;
  const bound = (start: number, current: number) => (body: Buffer) => {
    body.fill(start, 600, 648);
    body.fill(current, 829, 877);
  };

  test('say which service TD was bound first, and which is bound now', () => {
    const result = run({ ...form, editBody: bound(0x44, 0x55) });
    expect(codes(result)).toEqual(['passed', 'policy/service-td']);
    expect(result.claims).toMatchObject({
      teeTcbSvn2: Buffer.from(TEE_TCB_SVN).toString('hex'),
      mrServiceTd: '44'.repeat(48),
      currentServiceTd: '55'.repeat(48),
    });
  });

  test('one that was bound later is not passed over', () => {
    expect(codes(run({ ...form, editBody: bound(0, 0x55) }))).toEqual([
      'passed',
      'policy/service-td',
    ]);
    const none = { mrServiceTd: '00'.repeat(48) };
    expect(codes(run({ ...form, editBody: bound(0, 0x55) }, none))).toEqual([
      'failed',
      'policy/register',
    ]);
    expect(run({ ...form, editBody: bound(0, 0) }, none).verdict).toBe('passed');
    const one = { mrServiceTd: '44'.repeat(48) };
    expect(run({ ...form, editBody: bound(0x44, 0) }, one).verdict).toBe('passed');
    expect(run({ ...form, editBody: bound(0x44, 0x44) }, one).verdict).toBe('passed');
    expect(run({ ...form, editBody: bound(0x44, 0x55) }, one).verdict).toBe('failed');
  });

  test('are of exactly their size', () => {
    const cut = (signed: Buffer): void => void signed.writeUInt32LE(648, 50);
    expect(codes(run({ ...form, editSigned: cut }))).toEqual(['failed', 'parse/malformed']);
    const other = (signed: Buffer): void => void signed.writeUInt16LE(3, 48);
    expect(codes(run({ ...form, editSigned: other }))).toEqual(['failed', 'parse/malformed']);
  });
});

describe('attributes of a TD', () => {
  const withBit = (bit: number) => ({
    editBody: (body: Buffer): void => {
      const at = 120 + (bit >> 3);
      body[at] = (body[at] ?? 0) | (1 << (bit & 7));
    },
  });

  test('a bit that means nothing yet is a warning', () => {
    for (const bit of [8, 15, 23, 26, 32, 61]) {
      expect(codes(run(withBit(bit)))).toEqual(['passed', 'policy/reserved-attributes']);
    }
    for (const bit of [16, 17, 22, 27, 30, 31, 62, 63]) {
      expect(codes(run(withBit(bit)))).toEqual(['passed']);
    }
  });

  test('every bit of the lowest byte is debug', () => {
    for (let bit = 0; bit < 8; bit++) {
      expect(codes(run(withBit(bit)))).toEqual(['failed', 'policy/debug-not-allowed']);
    }
  });
});

describe('statuses that a level cannot have', () => {
  test.each(['SWHardeningNeeded', 'ConfigurationNeeded', 'OutOfDateConfigurationNeeded'])(
    'a module that is %s',
    (status) => {
      const tcbInfo = (info: Record<string, unknown>): Record<string, unknown> => ({
        ...info,
        tdxModuleIdentities: [moduleIdentity('TDX_01', isvLevel(0, status))],
      });
      expect(codes(run({ tcbInfo }))).toEqual(['failed', 'collateral/collateral-malformed']);
    },
  );

  test.each(['SWHardeningNeeded', 'ConfigurationAndSWHardeningNeeded', 'TDRelaunchAdvised'])(
    'a quoting enclave that is %s',
    (status) => {
      const qeIdentity = (one: Record<string, unknown>): Record<string, unknown> => ({
        ...one,
        tcbLevels: [isvLevel(0, status)],
      });
      expect(codes(run({ qeIdentity }))).toEqual(['failed', 'collateral/collateral-malformed']);
    },
  );

  test('a platform that is to be started again', () => {
    const tcbInfo = (info: Record<string, unknown>): Record<string, unknown> => ({
      ...info,
      tcbLevels: [tcbLevel('TDRelaunchAdvised')],
    });
    expect(codes(run({ tcbInfo }))).toEqual(['failed', 'collateral/collateral-malformed']);
  });
});

test('a root that its own list revokes', () => {
  expect(codes(run({ rootCrl: { revoked: [[0x11]] } }))).toEqual([
    'failed',
    'collateral/certificate-revoked',
  ]);
});
