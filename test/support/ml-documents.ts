// SPDX-License-Identifier: Apache-2.0
import { sha256 } from '../../core/digest.ts';
import { decode, type Detector } from '../../schemas/decoded.ts';
import type { Facts } from '../../graph/domain/facts.ts';
import type { FormatReader, Reading } from '../../ingest/extract/extractor.ts';

export { corpusOf } from '../../tools/corpus/entry.ts';

/** Counts facts that are compared, and keeps the ones that differ. */
export class Comparison {
  compared = 0;
  readonly wrong: string[] = [];

  check(label: string, found: unknown, expected: unknown): void {
    this.compared++;
    const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
    if (a !== b) this.wrong.push(`${label}: ${a} instead of ${b}`);
  }

  report(format: string): void {
    process.stderr.write(
      `${format}: ${this.compared} facts compared, ${this.wrong.length} wrong\n`,
    );
  }
}

/** Runs a document through detector and reader, as the product does. */
export function readWith(
  detector: Detector,
  reader: FormatReader,
  input: Uint8Array | string,
  options: { strict?: boolean; subject?: string; source?: string } = {},
): Reading {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const decoded = decode(bytes);
  const detected = detector(decoded);
  if (detected === undefined) throw new Error('not detected');
  return reader.read(decoded, detected, { digest: sha256(bytes), ...options });
}

/** `from relation to` of every edge of a relation, by refs; local refs are shortened to what follows the digest. */
export function refEdges(facts: Facts, relation?: string): string[] {
  const ref = (id: number): string => shortRef(facts, id);
  return facts.edges
    .filter((edge) => relation === undefined || edge.relation === relation)
    .map((edge) => `${ref(edge.from)} ${edge.relation} ${ref(edge.to)}`)
    .sort();
}

/** A node's ref; for a local one `#<id>`. */
export function shortRef(facts: Facts, id: number): string {
  const ref = facts.nodes[id]?.ref ?? `missing ${id}`;
  return ref.startsWith('local:') ? ref.slice(ref.indexOf('#')) : ref;
}

/** Codes of all problems, sorted, each once. */
export function codesOf(facts: Facts): string[] {
  return [...new Set(facts.problems.map(({ code }) => code))].sort();
}

/** Every pointer, node id and claim target of the facts stays inside them. */
export function assertSound(facts: Facts): void {
  const isNode = (id: number): boolean => facts.nodes[id] !== undefined;
  const refs = new Set(facts.nodes.map(({ ref }) => ref));
  if (refs.size !== facts.nodes.length) throw new Error('two nodes of one ref');
  for (const { from, to, pointers } of facts.edges) {
    if (!isNode(from) || !isNode(to) || from === to) throw new Error('an edge to nothing');
    if (pointers.length === 0) throw new Error('an edge without a place');
  }
  for (const claim of facts.claims) {
    if ('about' in claim && !isNode(claim.about)) throw new Error('a claim about nothing');
  }
  for (const { ref } of facts.nodes)
    if (ref.length > 2048) throw new Error('a ref without a bound');
}
