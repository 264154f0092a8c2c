// SPDX-License-Identifier: Apache-2.0
import type { RunInput } from '../../attest/tee/scheme.ts';
import type { Mutant } from './peer.ts';

/** ATTESTATION_REPORT, every field with its offset and size (AMD 56860, table 23). */
const FIELDS: readonly (readonly [name: string, start: number, size: number])[] = [
  ['VERSION', 0x000, 4],
  ['GUEST_SVN', 0x004, 4],
  ['POLICY', 0x008, 8],
  ['FAMILY_ID', 0x010, 16],
  ['IMAGE_ID', 0x020, 16],
  ['VMPL', 0x030, 4],
  ['SIGNATURE_ALGO', 0x034, 4],
  ['CURRENT_TCB', 0x038, 8],
  ['PLATFORM_INFO', 0x040, 8],
  ['KEY_INFO', 0x048, 4],
  ['reserved 0x4c', 0x04c, 4],
  ['REPORT_DATA', 0x050, 64],
  ['MEASUREMENT', 0x090, 48],
  ['HOST_DATA', 0x0c0, 32],
  ['ID_KEY_DIGEST', 0x0e0, 48],
  ['AUTHOR_KEY_DIGEST', 0x110, 48],
  ['REPORT_ID', 0x140, 32],
  ['REPORT_ID_MA', 0x160, 32],
  ['REPORTED_TCB', 0x180, 8],
  ['CPUID', 0x188, 3],
  ['reserved 0x18b', 0x18b, 21],
  ['CHIP_ID', 0x1a0, 64],
  ['COMMITTED_TCB', 0x1e0, 8],
  ['CURRENT firmware', 0x1e8, 4],
  ['COMMITTED firmware', 0x1ec, 4],
  ['LAUNCH_TCB', 0x1f0, 8],
  ['mitigation vectors', 0x1f8, 16],
  ['reserved 0x208', 0x208, 152],
  ['signature R', 0x2a0, 48],
  ['signature R, top', 0x2d0, 24],
  ['signature S', 0x2e8, 48],
  ['signature S, top', 0x318, 24],
  ['unsigned tail', 0x330, 0x170],
];

/** The report with a bit of each field flipped, with each field filled, of another size; its certificates broken or gone. */
export function snpMutants(input: RunInput): readonly Mutant[] {
  const { evidence } = input;
  return [
    ...FIELDS.flatMap(([name, start, size]): Mutant[] => [
      [`${name} bit`, { evidence: flipped(evidence, start) }],
      [`${name} last bit`, { evidence: flipped(evidence, start + size - 1, 7) }],
      [`${name} ff`, { evidence: filled(evidence, start, size) }],
    ]),
    ['empty report', { evidence: new Uint8Array() }],
    ['report short by 1', { evidence: evidence.subarray(0, -1) }],
    ['report longer by 1', { evidence: Buffer.concat([evidence, Buffer.alloc(1)]) }],
    ['report twice', { evidence: Buffer.concat([evidence, evidence]) }],
    ...['ek', 'ask', 'crl'].flatMap((role) => fileMutants(input, role)),
  ];
}

function fileMutants(input: RunInput, role: string): readonly Mutant[] {
  const [bytes] = input.endorsements.get(role) ?? [];
  if (bytes === undefined) return [];
  const replaced = (other: Uint8Array): Partial<RunInput> => ({
    endorsements: new Map([...input.endorsements, [role, [other]]]),
  });
  const places = [0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.999];
  return [
    ...places.map((place): Mutant => {
      const at = Math.floor(place * bytes.length);
      return [`${role} bit at ${place}`, replaced(flipped(bytes, at))];
    }),
    [`${role} short`, replaced(bytes.subarray(0, -1))],
    [`${role} longer`, replaced(Buffer.concat([bytes, Buffer.alloc(1)]))],
  ];
}

/** The bytes with one bit changed. */
export function flipped(bytes: Uint8Array, at: number, bit = 0): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

function filled(bytes: Uint8Array, start: number, size: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  // a field that is filled already would be no change
  const isFull = copy.subarray(start, start + size).every((byte) => byte === 0xff);
  return copy.fill(isFull ? 0 : 0xff, start, start + size);
}
