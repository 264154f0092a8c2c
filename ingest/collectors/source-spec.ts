// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../core/canonical-json-jcs.ts';
import type { Collector } from './collector.ts';

/** A source as the operator named it: on the command line (no options then), or as an entry of a sources file. */
export interface SourceSpec {
  /** Never with user or password in it. */
  readonly url: URL;
  /** What the entry says beside the members that all sources share. The kind parses it, and refuses members it does not know. */
  readonly options: JsonObject;
}

/** A kind of source: how it is named, what it may ask, and how its collector is made. */
export interface CollectorKind {
  /** As `sources.yaml` writes it, and as Collector.kind gives it back. */
  readonly kind: string;
  /** URL schemes that mean this kind, with the colon. No two kinds share one. */
  readonly schemes: readonly string[];
  /**
   * Hosts (`host` or `host:port`, as URL.host) that the operator names by naming this source; the client of the source asks
   * these and those of `allowHosts`, and no other.
   * @throws {PedigreeError} ERR_USAGE
   */
  readonly hostsOf: (spec: SourceSpec) => readonly string[];
  /** @throws {PedigreeError} ERR_USAGE for an address or option that cannot be meant */
  readonly create: (spec: SourceSpec) => Collector;
}
