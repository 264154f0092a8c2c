// SPDX-License-Identifier: Apache-2.0

export type OsvEventKind = 'introduced' | 'fixed' | 'last_affected' | 'limit';

export interface OsvEvent {
  readonly kind: OsvEventKind;
  /** A version, or a commit in a GIT range, as written. */
  readonly version: string;
}

export interface OsvRange {
  readonly type: string;
  readonly repository: string | undefined;
  readonly events: readonly OsvEvent[];
  /** False where it ends in a version in which it begins, so that it holds nothing. */
  readonly isDistinct: boolean;
  readonly pointer: string;
}

export interface OsvAffected {
  readonly ecosystem: string | undefined;
  readonly name: string | undefined;
  readonly purl: string | undefined;
  readonly ranges: readonly OsvRange[];
  /** Versions that are affected, one by one. */
  readonly versions: readonly string[];
  readonly pointer: string;
}

/** One advisory. */
export interface OsvAdvisory {
  readonly id: string;
  readonly schemaVersion: string | undefined;
  readonly modified: string | undefined;
  readonly published: string | undefined;
  readonly withdrawn: string | undefined;
  readonly summary: string | undefined;
  readonly aliases: readonly string[];
  readonly related: readonly string[];
  readonly affected: readonly OsvAffected[];
}
