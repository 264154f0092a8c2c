// SPDX-License-Identifier: Apache-2.0
import type { Detected } from '../../schemas/decoded.ts';
import type { CorpusDocument, CorpusEntry } from './entry.ts';

/** Facts under the names of the manifest. A `Set` is a list whose order means nothing. */
export type FoundFacts = Readonly<Record<string, unknown>>;

/** Something that must hold of the facts that the graph is given. */
export interface GraphCheck {
  /** `@graph.` and what it is about. */
  readonly fact: string;
  readonly expected: unknown;
  readonly found: unknown;
}

/** How the documents of some formats are compared: adding a format is one file and one line in comparers.ts. */
export interface FormatComparer {
  /** Formats of the manifest that it takes. */
  readonly formats: readonly string[];
  /**
   * What the document says, under the names of `expect` and by the counting rules of the corpus. A fact that it cannot have is
   * left out, one that the document does not state is undefined.
   * @throws {PedigreeError} where the document cannot be read
   */
  facts(document: CorpusDocument): FoundFacts;
  /** What the graph is given of all that: checked for every document that was read. */
  graph?(document: CorpusDocument, found: FoundFacts): readonly GraphCheck[];
  /** Members of `expect`, at any depth, that are no facts of the document: each with the reason. `^name`: only at the top. */
  readonly apart?: Readonly<Record<string, string>>;
  /** Members of `expect` that hold facts of their own, each compared by itself. */
  readonly groups?: readonly string[];
  /** The expected value in our words, where the two say one thing differently. */
  adapt?(fact: string, value: unknown, entry: CorpusEntry): unknown;
  /** What the document should be recognised as; absent: format and version of the entry. */
  detected?(entry: CorpusEntry): Detected | undefined;
  /** The label that strict conformance is compared with; absent: `valid`. Undefined where `valid` is a verdict on a signature. */
  label?(entry: CorpusEntry): boolean | undefined;
}
