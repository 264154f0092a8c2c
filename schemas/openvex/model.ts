// SPDX-License-Identifier: Apache-2.0

/** A product, as far as the document identifies it. */
export interface VexProduct {
  /** `@id`, or the whole of it where 0.0.x writes a string; else what it is identified by. */
  readonly id: string;
  readonly purls: readonly string[];
  readonly cpes: readonly string[];
  readonly digests: readonly { readonly algorithm: string; readonly hex: string }[];
  /** Ids of its subcomponents. */
  readonly subcomponents: readonly string[];
  readonly pointer: string;
}

export interface VexStatement {
  /** Main name of the vulnerability. */
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  readonly products: readonly VexProduct[];
  /** As written. */
  readonly status: string;
  readonly justification: string | undefined;
  readonly impact: string | undefined;
  readonly action: string | undefined;
  /** Own time, else the document's. */
  readonly time: string | undefined;
  readonly pointer: string;
}

export interface OpenVex {
  readonly context: string;
  readonly id: string | undefined;
  readonly author: string | undefined;
  readonly role: string | undefined;
  /** As written, number or string. */
  readonly version: string | undefined;
  readonly time: string | undefined;
  readonly lastUpdated: string | undefined;
  readonly tooling: string | undefined;
  readonly statements: readonly VexStatement[];
}
