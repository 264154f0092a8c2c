// SPDX-License-Identifier: Apache-2.0
import type { Instant } from '../../core/instant.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { BoundedFetch } from '../collectors/bounded-fetch.ts';

/** Something that a vendor publishes, as one file of a folder of endorsements. */
export interface PublishedFile {
  /** Its name in the folder. */
  readonly name: string;
  /** What it is, for people. */
  readonly title: string;
  /** True where the vendor gives it once and for all: a genuine one that is there is not asked for again. */
  readonly isFinal?: boolean;
  /**
   * The file as it will be kept. Nothing about it is verified.
   * @throws {PedigreeError} as BoundedFetch; ERR_PARSE_EVIDENCE for an answer that cannot become the file
   */
  fetch(fetch: BoundedFetch): Promise<Uint8Array>;
  /** Is it the vendor's, for what was asked, and in force at this time? Throws ERR_PARSE_EVIDENCE. */
  verify(bytes: Uint8Array, context: FolderContext): Verdict<PublishedFacts>;
  /** When the parts of a file were made, before anything about it is verified. Throws ERR_PARSE_EVIDENCE. */
  readDates(bytes: Uint8Array): readonly PartDate[];
}

/** What the rest of the folder says, and the time. */
export interface FolderContext {
  readonly at: Instant;
  /** Files of the same refresh that are in the folder now and genuine, by name. */
  readonly genuine: ReadonlyMap<string, Uint8Array>;
}

/** What is known of a genuine file. */
export interface PublishedFacts {
  /** When the vendor will have replaced it; undefined for what is not replaced. */
  readonly nextUpdate: Instant | undefined;
}

/** When a part of a file was made. The same part of a later file is never older. */
export interface PartDate {
  /** For messages: `TCB info`. */
  readonly part: string;
  readonly date: Instant;
}

/** Something that belongs to the evidence and that nobody may ask for, or need not. */
export interface NotPublished {
  readonly title: string;
  readonly why: string;
}

/** What a vendor publishes for some evidence. */
export interface Publication {
  /** In the order in which they depend on each other. */
  readonly files: readonly PublishedFile[];
  readonly notPublished: readonly NotPublished[];
  /** The hosts that are asked, as URL.host. */
  readonly hosts: readonly string[];
}
