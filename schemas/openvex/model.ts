// SPDX-License-Identifier: Apache-2.0

/** A product or subcomponent, as far as the document identifies it. */
export interface VexComponent {
  /** `@id`, or the whole of it where 0.0.x writes a string. */
  readonly id: string;
  readonly purls: readonly string[];
  readonly cpes: readonly string[];
  readonly digests: readonly { readonly algorithm: string; readonly hex: string }[];
  readonly pointer: string;
}

export interface VexProduct extends VexComponent {
  readonly subcomponents: readonly VexComponent[];
}

export interface VexStatement {
  /** Main name of the vulnerability. */
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  readonly products: readonly VexProduct[];
  /** As written. */
  readonly status: string;
  readonly justification?: string;
  readonly impact?: string;
  readonly action?: string;
  /** Own time, else the document's. */
  readonly time?: string;
  readonly pointer: string;
}

export interface OpenVex {
  readonly context: string;
  readonly id?: string;
  readonly author?: string;
  readonly role?: string;
  /** As written, number or string. */
  readonly version?: string;
  readonly time?: string;
  readonly lastUpdated?: string;
  readonly tooling?: string;
  readonly statements: readonly VexStatement[];
}
