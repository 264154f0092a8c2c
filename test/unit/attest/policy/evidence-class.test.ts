// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { EvidenceClass } from '../../../../attest/gate/ports.ts';
import { isAtLeast, strongerClass } from '../../../../attest/policy/evidence-class.ts';
import { CLASSES } from '../gate/support.ts';

describe('evidence classes', () => {
  test('are ordered', () => {
    for (const [at, weaker] of CLASSES.entries()) {
      for (const [other, stronger] of CLASSES.entries()) {
        expect(isAtLeast(stronger, weaker)).toBe(other >= at);
        expect(strongerClass(weaker, stronger)).toBe(other >= at ? stronger : weaker);
      }
    }
  });

  test('one that nobody knows suffices for nothing, and is met by nothing', () => {
    const odd = 'superb' as EvidenceClass;
    for (const known of CLASSES) {
      expect(isAtLeast(odd, known)).toBe(false);
      expect(isAtLeast(known, odd)).toBe(false);
    }
    expect(isAtLeast(odd, odd)).toBe(false);
  });
});
