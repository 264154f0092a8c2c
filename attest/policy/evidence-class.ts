// SPDX-License-Identifier: Apache-2.0
import type { EvidenceClass } from '../gate/ports.ts';

/** Weakest first. */
const CLASSES: readonly EvidenceClass[] = ['inferred', 'unsigned', 'signed', 'trusted', 'attested'];

/** True where evidence of this class is at least what is asked. A class that is not known suffices for nothing. */
export function isAtLeast(has: EvidenceClass, asked: EvidenceClass): boolean {
  const rank = CLASSES.indexOf(asked);
  return rank >= 0 && CLASSES.indexOf(has) >= rank;
}

/** The stronger of the two. */
export function strongerClass(a: EvidenceClass, b: EvidenceClass): EvidenceClass {
  return isAtLeast(a, b) ? a : b;
}
