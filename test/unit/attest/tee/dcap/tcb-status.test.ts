// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ACCEPTABLE_STATUSES,
  findTcbStatus,
  mergeTcbStatus,
  MODULE_STATUSES,
  QE_STATUSES,
  RELAUNCH_STATUSES,
  TCB_STATUSES,
} from '../../../../../attest/tee/dcap/tcb-status.ts';
import type { TcbStatus } from '../../../../../attest/tee/dcap/tcb-status.ts';

const statuses = fc.constantFrom(...TCB_STATUSES);

describe('statuses of one part (PCS API version 4)', () => {
  test('a quoting enclave is never in need of hardening alone, a module never of configuration', () => {
    const enclave = TCB_STATUSES.filter((status) => !status.includes('SWHardening'));
    expect(new Set(QE_STATUSES)).toEqual(new Set(enclave));
    const module = TCB_STATUSES.filter((status) => !status.endsWith('Needed'));
    expect(new Set(MODULE_STATUSES)).toEqual(new Set(module));
  });
});

describe('statuses taken together', () => {
  // Intel's own table for an outdated quoting enclave or module below each platform status
  test.each<[TcbStatus, TcbStatus]>([
    ['UpToDate', 'OutOfDate'],
    ['SWHardeningNeeded', 'OutOfDate'],
    ['ConfigurationNeeded', 'OutOfDateConfigurationNeeded'],
    ['ConfigurationAndSWHardeningNeeded', 'OutOfDateConfigurationNeeded'],
    ['OutOfDate', 'OutOfDate'],
    ['OutOfDateConfigurationNeeded', 'OutOfDateConfigurationNeeded'],
    ['Revoked', 'Revoked'],
  ])('%s with something outdated is %s', (platform, whole) => {
    expect(mergeTcbStatus(platform, 'OutOfDate')).toBe(whole);
    expect(mergeTcbStatus('OutOfDate', platform)).toBe(whole);
  });

  test('two needs are both needed', () => {
    const both = mergeTcbStatus('ConfigurationNeeded', 'SWHardeningNeeded');
    expect(both).toBe('ConfigurationAndSWHardeningNeeded');
  });

  test('one alone is itself, none is fine', () => {
    for (const status of TCB_STATUSES) expect(mergeTcbStatus(status)).toBe(status);
    expect(mergeTcbStatus()).toBe('UpToDate');
  });

  test('neither order nor grouping nor repetition matters', () => {
    fc.assert(
      fc.property(statuses, statuses, statuses, (a, b, c) => {
        expect(mergeTcbStatus(a, b)).toBe(mergeTcbStatus(b, a));
        expect(mergeTcbStatus(mergeTcbStatus(a, b), c)).toBe(mergeTcbStatus(a, b, c));
        expect(mergeTcbStatus(a, a)).toBe(a);
        expect(mergeTcbStatus(a, 'UpToDate')).toBe(a);
        expect(mergeTcbStatus(a, 'Revoked')).toBe('Revoked');
      }),
    );
  });

  test('the whole is up to date only where every part is', () => {
    fc.assert(
      fc.property(fc.array(statuses), (list) => {
        const isFine = list.every((status) => status === 'UpToDate');
        expect(mergeTcbStatus(...list) === 'UpToDate').toBe(isFine);
      }),
    );
  });
});

describe('names of statuses', () => {
  test('are known exactly', () => {
    for (const status of TCB_STATUSES) expect(findTcbStatus(status)).toBe(status);
    for (const name of [
      '',
      'uptodate',
      'UpToDate ',
      'toString',
      '__proto__',
      'TDRelaunchAdvised',
    ]) {
      expect(findTcbStatus(name)).toBeUndefined();
    }
  });

  test('a policy can accept all but the revoked', () => {
    const whole = [...TCB_STATUSES, ...RELAUNCH_STATUSES];
    expect([...ACCEPTABLE_STATUSES, 'Revoked'].toSorted()).toEqual(whole.toSorted());
  });
});
