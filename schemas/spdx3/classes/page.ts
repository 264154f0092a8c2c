// SPDX-License-Identifier: Apache-2.0

/** One class of the model, as its page of the specification lists it. Names are those of JSON-LD: `software_File`. */
export interface ClassPage {
  /** The superclass; absent where it derives from none. */
  readonly is?: string;
  /** There are only objects of its subclasses. */
  readonly abstract?: true;
  /**
   * Its own properties, each with its cardinality and its type: `'0..1 string'`, `'1..* Agent'`. The type is a data type, a
   * vocabulary or a class. Without `spdxId`, which every Element has.
   */
  readonly has?: Readonly<Record<string, string>>;
}

export type ClassPages = Readonly<Record<string, ClassPage>>;

/** Entries set apart by white space. */
export type Vocabularies = Readonly<Record<string, string>>;
