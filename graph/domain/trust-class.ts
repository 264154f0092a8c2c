// SPDX-License-Identifier: Apache-2.0

/** Trust classes, weakest first (DESIGN.md 3). The position is the number used in the index. */
export const TRUST_CLASSES = ['inferred', 'unsigned', 'signed', 'trusted', 'attested'] as const;
export type TrustClass = (typeof TRUST_CLASSES)[number];

export function trustRank(trust: TrustClass): number {
  return TRUST_CLASSES.indexOf(trust);
}
