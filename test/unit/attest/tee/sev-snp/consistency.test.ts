// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sevSnpScheme } from '../../../../../attest/tee/sev-snp/scheme.ts';
import type { TeeOutcome } from '../../../../../attest/tee/scheme.ts';
import { makeAmdKeys, makeSnpInput } from '../support/fake-amd.ts';
import type { FakeProduct } from '../support/fake-amd.ts';

const keys = makeAmdKeys();

function run(edit: (report: Buffer) => void, product: FakeProduct = 'Milan'): TeeOutcome {
  return sevSnpScheme.run({
    ...makeSnpInput({ keys, product, edit }),
    policy: {},
    binding: 'ignore',
  });
}

function codeOf({ verdict, findings }: TeeOutcome): string {
  return verdict === 'passed' ? 'passed' : `${verdict} ${findings[0]?.stage}/${findings[0]?.code}`;
}

const COMPONENTS: Readonly<Record<FakeProduct, readonly number[]>> = {
  Milan: [0, 1, 6, 7],
  Genoa: [0, 1, 6, 7],
  Turin: [0, 1, 2, 3, 7],
};

describe.each(['Milan', 'Genoa', 'Turin'] as const)('%s', (product) => {
  const add = (at: number, by: number) => (report: Buffer) => {
    report[at] = (report[at] ?? 0) + by;
  };

  test('what runs is never below what is reported or committed', () => {
    for (const index of COMPONENTS[product]) {
      expect(codeOf(run(add(0x38 + index, -1), product))).toBe('failed tcb/tcb-inconsistent');
      expect(codeOf(run(add(0x38 + index, 1), product))).toBe('passed');
      expect(codeOf(run(add(0x1e0 + index, 1), product))).toBe('failed tcb/tcb-inconsistent');
      expect(codeOf(run(add(0x1e0 + index, -1), product))).toBe('passed');
    }
  });

  test('reserved bytes of what is reported are zero, as in the certificate', () => {
    for (const index of product === 'Turin' ? [4, 5, 6] : [2, 3, 4, 5]) {
      expect(codeOf(run(add(0x180 + index, 1), product))).toBe('failed tcb/tcb-mismatch');
    }
  });

  test('committed firmware is not newer than the one that runs', () => {
    for (const at of [0x1ec, 0x1ed, 0x1ee]) {
      expect(codeOf(run(add(at, 1), product))).toBe('failed tcb/tcb-inconsistent');
    }
    for (const at of [0x1e8, 0x1e9, 0x1ea]) {
      expect(codeOf(run(add(at, 1), product))).toBe('passed');
    }
  });
});

test('a higher major version outweighs a lower build', () => {
  const edit = (report: Buffer): void => {
    report.set([0, 0, 2], 0x1e8);
    report.set([9, 9, 1], 0x1ec);
  };
  expect(codeOf(run(edit))).toBe('passed');
});

test('mitigations are claims from version 5 on', () => {
  const edit = (version: number) => (report: Buffer) => {
    report.writeUInt32LE(version, 0);
    report.writeBigUInt64LE(3n, 0x1f8);
    report.writeBigUInt64LE(1n << 63n, 0x200);
  };
  expect(run(edit(5)).claims).toMatchObject({
    mitigations: { launch: '0x3', current: '0x8000000000000000' },
  });
  expect(run(edit(4)).claims).toMatchObject({ mitigations: null });
});

test('every bit of the guest policy has its own name', () => {
  const names = [
    [21, 'cxlAllowed'],
    [22, 'aes256XtsRequired'],
    [23, 'raplDisabled'],
    [24, 'ciphertextHidingRequired'],
    [25, 'pageSwapDisabled'],
  ] as const;
  for (const [bit, name] of names) {
    const edit = (report: Buffer): void =>
      void report.writeBigUInt64LE(0x20000n | (1n << BigInt(bit)), 0x08);
    const { claims } = run(edit);
    const policy = { cxlAllowed: false, aes256XtsRequired: false, raplDisabled: false };
    expect(claims).toMatchObject({
      guestPolicy: {
        ...{ ...policy, ciphertextHidingRequired: false, pageSwapDisabled: false },
        [name]: true,
      },
    });
  }
});
