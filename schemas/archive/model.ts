// SPDX-License-Identifier: Apache-2.0
import { LIMITS } from '../../core/limits.ts';
import type { ArchiveKind } from './detect.ts';

/** A file out of an archive. */
export interface ArchiveMember {
  /** Path inside the archive: a label, never a place to write to. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A member that was refused, or a tolerance. The pointer is the member's name as one reference token. */
export interface ArchiveProblem {
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
}

/** An archive opened. */
export interface UnpackedArchive {
  readonly kind: ArchiveKind;
  readonly members: readonly ArchiveMember[];
  readonly problems: readonly ArchiveProblem[];
}

/** What opening an archive may cost. */
export interface ArchiveLimits {
  /** Members of one archive, directories included. */
  readonly members: number;
  /** Bytes of all members together. */
  readonly totalBytes: number;
  /** Unpacked bytes for one packed byte; asked once more than RATIO_FLOOR_BYTES are unpacked. */
  readonly ratio: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  members: LIMITS.archiveMembers,
  totalBytes: LIMITS.archiveBytes,
  ratio: LIMITS.archiveRatio,
};

/** Text of a few kilobytes packs better than any bomb; below this the ratio says nothing. */
export const RATIO_FLOOR_BYTES = 4 * 1024 * 1024;
