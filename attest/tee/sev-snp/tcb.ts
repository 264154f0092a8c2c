// SPDX-License-Identifier: Apache-2.0
import type { SnpProduct } from './roots/load.ts';

/** Security patch levels, 0 to 255 each. */
export interface SnpTcb {
  readonly bootloader: number;
  readonly tee: number;
  readonly snp: number;
  readonly microcode: number;
  /** Firmware of the secure processor's first stage; Turin and later only. */
  readonly fmc?: number;
}

export const TCB_COMPONENTS = ['bootloader', 'tee', 'snp', 'microcode', 'fmc'] as const;

/**
 * Reads a TCB_VERSION structure, whose layout changed with Turin.
 * @param bytes 8 bytes
 * @see AMD publication 56860, "TCB_VERSION"
 */
export function readTcb(product: SnpProduct, bytes: Uint8Array): SnpTcb {
  const at = (index: number): number => bytes[index] ?? 0;
  if (product === 'Turin') {
    return { fmc: at(0), bootloader: at(1), tee: at(2), snp: at(3), microcode: at(7) };
  }
  return { bootloader: at(0), tee: at(1), snp: at(6), microcode: at(7) };
}

/** True where the bytes of the structure that belong to no component are zero. */
export function isTcbReservedZero(product: SnpProduct, bytes: Uint8Array): boolean {
  const reserved = product === 'Turin' ? bytes.subarray(4, 7) : bytes.subarray(2, 6);
  return reserved.every((byte) => byte === 0);
}

/** The components in which `tcb` is below `minimum`. A minimum for a component that the product lacks is not met. */
export function findBelow(tcb: SnpTcb, minimum: Partial<SnpTcb>): string[] {
  return TCB_COMPONENTS.filter((component) => {
    const wanted = minimum[component];
    return wanted !== undefined && (tcb[component] ?? -1) < wanted;
  });
}

/** True where both have the same components at the same levels. */
export function isSameTcb(one: SnpTcb, other: SnpTcb): boolean {
  return TCB_COMPONENTS.every((component) => one[component] === other[component]);
}
