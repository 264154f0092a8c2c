// SPDX-License-Identifier: Apache-2.0
import { EMPTY_SHA256, foldAlgorithm } from '../../../core/digest.ts';
import type { DigestInput, FactsBuilder } from '../facts-builder.ts';

/** Digests of no bytes: content that everybody has. */
const EMPTY = [
  EMPTY_SHA256.slice('sha256:'.length),
  'd41d8cd98f00b204e9800998ecf8427e',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
];

/**
 * Checksums that can tell one content from another. Weak ones become shared names, which has no guard of its own: generators
 * write `0000…` where they know nothing, and the digest of an empty file is everybody's. Those are listed and left out.
 */
export function usableChecksums(
  builder: FactsBuilder,
  checksums: readonly DigestInput[],
  pointer: string,
): readonly DigestInput[] {
  let useless: Set<DigestInput> | undefined;
  for (const checksum of checksums) {
    if (!tellsContent(builder, checksum, pointer)) (useless ??= new Set()).add(checksum);
  }
  return useless === undefined ? checksums : withoutThose(checksums, useless);
}

function withoutThose<T>(items: readonly T[], leftOut: ReadonlySet<T>): readonly T[] {
  return items.filter((item) => !leftOut.has(item));
}

function tellsContent(
  builder: FactsBuilder,
  { algorithm, hex }: DigestInput,
  pointer: string,
): boolean {
  const lower = hex.toLowerCase();
  if (EMPTY.includes(lower)) {
    builder.problem('empty-content', pointer, 'digest of empty content joins nothing');
    return false;
  }
  if (isOneCharacter(lower)) {
    const message = `not a ${foldAlgorithm(algorithm)} digest: "${hex}"`;
    builder.problem('placeholder-digest', pointer, message);
    return false;
  }
  return true;
}

/** True for one character over and over. */
function isOneCharacter(text: string): boolean {
  const isMore = text.length > 1 && text.charCodeAt(0) !== text.charCodeAt(1);
  return !isMore && /^(.)\1*$/.test(text);
}
