// SPDX-License-Identifier: Apache-2.0
import { sha256 } from '../../core/digest.ts';
import { cyclonedxReader } from '../../ingest/extract/cyclonedx.ts';
import { detectCyclonedxJson } from '../../schemas/cyclonedx/detect.ts';
import { decode } from '../../schemas/decoded.ts';
import type { Facts } from '../../graph/domain/facts.ts';
import type { Reading } from '../../ingest/extract/extractor.ts';

/** Hex of a made-up file: 64 characters that are no placeholder. */
export function hexOf(name: string): string {
  return sha256(name).slice('sha256:'.length);
}

/** A BOM with the members that every BOM has; `members` replace them. */
export function bomWith(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: 'urn:uuid:11111111-2222-4333-8444-555555555555',
    version: 1,
    ...members,
  };
}

/** Reads a document through the product's own door. */
export function readBytes(
  bytes: Uint8Array,
  options: { strict?: boolean; subject?: string } = {},
): Reading {
  const decoded = decode(bytes);
  const detected = detectCyclonedxJson(decoded);
  if (detected === undefined) throw new Error('not detected as CycloneDX');
  return cyclonedxReader.read(decoded, detected, { digest: sha256(bytes), ...options });
}

/** The facts of a BOM given as an object. */
export function factsOf(bom: unknown, options: { subject?: string } = {}): Facts {
  return readBytes(new TextEncoder().encode(JSON.stringify(bom)), options).facts;
}

/** A short name of a node: its label where it has one, else its ref. */
export function label(facts: Facts, id: number): string {
  const node = facts.nodes[id];
  if (node === undefined) throw new Error(`no node ${id}`);
  const named = [...node.names].sort((a, b) => a.length - b.length)[0];
  return named ?? node.ref;
}

/** `from relation to` of every edge of the given relations, sorted; all relations where none is given. */
export function edgesOf(facts: Facts, ...relations: string[]): string[] {
  return facts.edges
    .filter(({ relation }) => relations.length === 0 || relations.includes(relation))
    .map(({ from, relation, to }) => `${label(facts, from)} ${relation} ${label(facts, to)}`)
    .sort();
}

/** Codes of the problems, each once, sorted. */
export function problemCodes(facts: Facts): string[] {
  return [...new Set(facts.problems.map(({ code }) => code))].sort();
}
