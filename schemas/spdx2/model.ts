// SPDX-License-Identifier: Apache-2.0
import type { ElementIds } from './element-ids.ts';
import type { Elements } from './elements.ts';
import type { References } from './references.ts';
import type { RootList } from './root-list.ts';

/**
 * What an SPDX 2 document says, whatever it was written in (JSON, tag-value, RDF/XML, XML, YAML). Texts are as written;
 * `undefined` means that the document does not say. Pointers are those of the JSON form; each encoding says where that
 * stands (encoding.ts).
 * @see https://spdx.github.io/spdx-spec/v2.3/
 */
export interface SpdxDocument {
  /** `SPDX-2.3`; null: missing or no text. */
  readonly spdxVersion: string | null;
  readonly spdxId: string | undefined;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly dataLicense: string | undefined;
  readonly created: string | undefined;
  /** `Tool: …`, `Organization: …`, `Person: …`. */
  readonly creators: readonly string[];
  readonly externalDocuments: readonly ExternalDocument[];
  readonly packages: Elements<SpdxPackage>;
  readonly files: Elements<SpdxFile>;
  readonly snippets: Elements<SpdxSnippet>;
  /** `documentDescribes`, repetitions included. */
  readonly describes: References;
  readonly relationships: RootList<Relationship>;
  readonly counts: { readonly extractedLicenses: number; readonly annotations: number };
  /** The ids of the document and of the elements that have been walked over. */
  readonly ids: ElementIds;
  /** `hasFiles` of the package at a position that a walk has given, once more. */
  filesOf(position: number): References;
  /** What was found so far: complete once all elements and relationships have been walked over. */
  readonly problems: readonly SpdxProblem[];
}

/** A fault or a tolerance and its place. */
export interface SpdxProblem {
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
}

/** Another document that `DocumentRef-…:SPDXRef-…` points into. */
export interface ExternalDocument {
  readonly pointer: string;
  /** `DocumentRef-…`. */
  readonly id: string | undefined;
  /** Namespace of the other document. */
  readonly namespace: string | undefined;
  readonly checksum: Checksum | undefined;
}

interface Element {
  readonly pointer: string;
  readonly spdxId: string | undefined;
  readonly name: string | undefined;
  readonly licenseConcluded: string | undefined;
}

export interface SpdxPackage extends Element {
  readonly version: string | undefined;
  readonly supplier: string | undefined;
  readonly originator: string | undefined;
  readonly downloadLocation: string | undefined;
  readonly licenseDeclared: string | undefined;
  readonly checksums: readonly Checksum[];
  /** Over the names and SHA-1 digests of the files: no digest of anything that exists. */
  readonly verificationCode: string | undefined;
  readonly externalRefs: readonly ExternalRef[];
  /** `primaryPackagePurpose`, as written (2.3). */
  readonly purpose: string | undefined;
  /** `hasFiles`, or the files that follow the package in tag-value; repetitions included. */
  readonly hasFiles: References;
}

export interface SpdxFile extends Element {
  readonly checksums: readonly Checksum[];
  readonly types: readonly string[];
}

export interface SpdxSnippet extends Element {
  readonly fromFile: string | undefined;
}

export interface Checksum {
  /** As written: `SHA256`, `SHA1`, `BLAKE2b-384`. */
  readonly algorithm: string;
  readonly hex: string;
}

export interface ExternalRef {
  readonly pointer: string;
  readonly category: string | undefined;
  /** `purl`, `cpe23Type`…; the IRI of a listed type is cut to its name. */
  readonly type: string | undefined;
  readonly locator: string;
}

/** As written: neither direction nor spelling is changed. */
export interface Relationship {
  readonly pointer: string;
  readonly from: string;
  readonly type: string;
  readonly to: string;
}
