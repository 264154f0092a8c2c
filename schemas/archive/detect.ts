// SPDX-License-Identifier: Apache-2.0

/** Containers that are opened. gzip and zstd hold one file, the others many. */
export type ArchiveKind = 'zip' | 'tar' | 'gzip' | 'zstd';

const TAR_BLOCK = 512;
const TAR_MAGIC_AT = 257;
const LOWER_U = 0x75;
const TAR_CHECKSUM_AT = 148;
const TAR_CHECKSUM_LENGTH = 8;

/**
 * Recognises a container by its first bytes. A tar must carry the `ustar` magic and a right header checksum, because data
 * may hold the five letters at that place; tars older than POSIX.1-1988 have no magic and are not recognised.
 * @see PKWARE APPNOTE 4.3.7 (zip), RFC 1952 2.3.1 (gzip), RFC 8878 3.1.1 (zstd), POSIX pax "ustar Interchange Format"
 */
export function detectArchive(bytes: Uint8Array): ArchiveKind | undefined {
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04])) return 'zip';
  if (startsWith(bytes, [0x50, 0x4b, 0x05, 0x06])) return 'zip'; // no members
  if (startsWith(bytes, [0x1f, 0x8b, 0x08])) return 'gzip';
  if (startsWith(bytes, [0x28, 0xb5, 0x2f, 0xfd])) return 'zstd';
  return isTar(bytes) ? 'tar' : undefined;
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}

function isTar(bytes: Uint8Array): boolean {
  // most documents are told apart by one byte
  if (bytes.length < TAR_BLOCK || bytes[TAR_MAGIC_AT] !== LOWER_U) return false;
  const magic = String.fromCharCode(...bytes.subarray(TAR_MAGIC_AT, TAR_MAGIC_AT + 5));
  return magic === 'ustar' && headerSum(bytes) === writtenSum(bytes);
}

/** Sum of the header's bytes with the checksum field read as spaces. */
function headerSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < TAR_BLOCK; at++) {
    const isChecksum = at >= TAR_CHECKSUM_AT && at < TAR_CHECKSUM_AT + TAR_CHECKSUM_LENGTH;
    sum += isChecksum ? 0x20 : (bytes[at] ?? 0);
  }
  return sum;
}

function writtenSum(bytes: Uint8Array): number {
  const field = bytes.subarray(TAR_CHECKSUM_AT, TAR_CHECKSUM_AT + TAR_CHECKSUM_LENGTH);
  return Number.parseInt(String.fromCharCode(...field).replace(/[\0 ].*$/s, ''), 8);
}
