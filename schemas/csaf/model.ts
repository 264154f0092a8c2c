// SPDX-License-Identifier: Apache-2.0
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

export interface CsafHash {
  readonly algorithm: string;
  readonly value: string;
  readonly fileName: string | undefined;
}

/** Something that has a product id, wherever in the tree it is defined. */
export interface CsafProduct {
  readonly id: string;
  readonly name: string;
  readonly purls: readonly string[];
  readonly cpe: string | undefined;
  readonly hashes: readonly CsafHash[];
  readonly pointer: string;
}

/** `product` is `component` in, on or with `whole`. */
export interface CsafRelationship {
  readonly category: string;
  /** Id of the combination. */
  readonly product: string | undefined;
  readonly component: string;
  readonly whole: string;
  readonly pointer: string;
}

export interface CsafGroup {
  readonly id: string;
  readonly products: readonly string[];
}

/** One list of products that are in the same status. */
export interface CsafStatusList {
  /** Name of the list: known_affected, first_fixed, … */
  readonly list: string;
  /** Ids as written: what is no text, or an empty one, names no product. */
  readonly products: readonly JsonValue[];
  readonly pointer: string;
}

/** A reason why products are not affected, or what can be done. */
export interface CsafNote {
  /** Label of a flag, category of a remediation. */
  readonly label: string;
  /** Groups resolved to their products; one may be named twice. */
  readonly products: readonly string[];
}

export interface CsafVulnerability {
  readonly cve: string | undefined;
  /** Ids in other systems. */
  readonly ids: readonly string[];
  readonly statuses: readonly CsafStatusList[];
  readonly flags: readonly CsafNote[];
  readonly remediations: readonly CsafNote[];
  readonly pointer: string;
}

export interface Csaf {
  readonly version: string | undefined;
  readonly category: string | undefined;
  readonly title: string | undefined;
  readonly publisher: string | undefined;
  readonly publisherNamespace: string | undefined;
  readonly trackingId: string | undefined;
  readonly trackingVersion: string | undefined;
  readonly trackingStatus: string | undefined;
  readonly releasedAt: string | undefined;
  readonly products: readonly CsafProduct[];
  readonly relationships: readonly CsafRelationship[];
  readonly vulnerabilities: readonly CsafVulnerability[];
}
