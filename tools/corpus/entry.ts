// SPDX-License-Identifier: Apache-2.0
import type { PreparedDocument } from '../../ingest/prepare.ts';
import { readShared } from './shared-folder.ts';

/** Members of `expect`, by name. */
export type Expected = Readonly<Record<string, unknown>>;

/** One entry of the corpus manifest: a document, and what others found in it. */
export interface CorpusEntry {
  readonly path: string;
  readonly format: string;
  /** The version that the document names; a number where it writes one. */
  readonly version: string | number | null;
  /** Conformance, or the verdict on a signature: the README of the corpus says which for each format. */
  readonly valid: boolean;
  readonly expect: Expected;
}

/** A corpus document as the product reads it. */
export interface CorpusDocument {
  readonly entry: CorpusEntry;
  readonly bytes: Uint8Array;
  /** The document and everything inside it, outermost first. */
  readonly prepared: readonly PreparedDocument[];
}

/** Every entry of the corpus, in the order of its manifest. */
export function allEntries(): readonly CorpusEntry[] {
  const text = new TextDecoder().decode(readShared('corpus', 'manifest.json'));
  return JSON.parse(text) as readonly CorpusEntry[];
}

/**
 * Every corpus entry of one format.
 * @throws {Error} where there is none
 */
export function corpusOf(format: string): readonly CorpusEntry[] {
  const entries = allEntries().filter((entry) => entry.format === format);
  if (entries.length === 0) throw new Error(`no corpus entries of ${format}`);
  return entries;
}
