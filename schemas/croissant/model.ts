// SPDX-License-Identifier: Apache-2.0

/** A file of a dataset's distribution, or a set of files inside others. */
export interface CroissantFile {
  /** `other`: the distribution holds it under a wrong or missing type. */
  readonly type: 'FileObject' | 'FileSet' | 'other';
  /** `@id` (1.0 on), else the name (0.8); what `containedIn` refers to. Empty where neither is written. */
  readonly id: string;
  readonly name: string;
  readonly contentUrl: string | undefined;
  readonly encodingFormats: readonly string[];
  /** As written: may be a placeholder. */
  readonly sha256: string | undefined;
  readonly md5: string | undefined;
  readonly contentSize: string | undefined;
  /** Glob patterns of a FileSet. */
  readonly includes: readonly string[];
  readonly containedIn: readonly string[];
  readonly pointer: string;
}

/** An entity that a provenance statement of a document names. */
export interface CroissantEntity {
  /** `@id`, label, name or the text itself; for people. */
  readonly label: string;
  /** Where it can be found, or its own IRI. */
  readonly url: string | undefined;
  readonly pointer: string;
}

/** An activity that a document says made the dataset (Croissant 1.1). */
export interface CroissantActivity {
  readonly label: string;
  readonly description: string | undefined;
  readonly startedAt: string | undefined;
  readonly used: readonly CroissantEntity[];
  readonly agents: readonly CroissantEntity[];
  readonly pointer: string;
}

/** One record set: how records are read out of the files. */
export interface CroissantRecordSet {
  readonly id: string;
  readonly name: string;
  readonly fields: number;
}

/** One dataset of a Croissant document. */
export interface CroissantDataset {
  /** Every `conformsTo`, as written. */
  readonly conformsTo: readonly string[];
  readonly types: readonly string[];
  readonly name: string;
  readonly url: string | undefined;
  readonly sameAs: readonly string[];
  readonly datasetVersion: string | undefined;
  readonly sdVersion: string | undefined;
  readonly datePublished: string | undefined;
  readonly citeAs: string | undefined;
  /** Texts of the responsible-AI vocabulary (`rai:dataCollection`, `rai:dataBiases`…), by their local names. */
  readonly responsible: ReadonlyMap<string, string>;
  readonly licenses: readonly CroissantEntity[];
  readonly creators: readonly string[];
  readonly files: readonly CroissantFile[];
  /** Read when they are asked for: no lineage is read from them. */
  recordSets(): readonly CroissantRecordSet[];
  readonly derivedFrom: readonly CroissantEntity[];
  readonly generatedBy: readonly CroissantActivity[];
  readonly pointer: string;
}

/** A fault or tolerance with its place. */
export interface CroissantProblem {
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
}
