// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { canonicalizeJcs } from '../../core/canonical-json-jcs.ts';
import type { Digest } from '../../core/digest.ts';
import type { Facts } from './facts.ts';
import { kindsOf } from './kinds.ts';
import type { Relation, Strength } from './relations.ts';

/** One live node: kinds are the union over the live documents that state it. */
export function nodeLine(project: string, ref: string, kinds: number): string {
  return canonicalizeJcs({ line: 'node', project, ref, kinds: [...kindsOf(kinds)].sort() });
}

export interface EdgeLineInput {
  readonly project: string;
  readonly from: string;
  readonly relation: Relation;
  readonly to: string;
  readonly strength: Strength;
  readonly qualifiers: Readonly<Record<string, string>>;
  readonly document: string;
  readonly pointers: readonly string[];
}

/** One live edge of one document. */
export function edgeLine(edge: EdgeLineInput): string {
  return canonicalizeJcs({ line: 'edge', ...edge });
}

/** One document's standing. */
export function standingLine(project: string, document: string, standing: string): string {
  return canonicalizeJcs({ line: 'standing', project, document, standing });
}

/** The edge lines of one document's facts. */
export function edgeLinesOf(project: string, document: Digest, facts: Facts): string[] {
  return facts.edges.map((edge) =>
    edgeLine({
      project,
      from: facts.nodes[edge.from]?.ref ?? '',
      relation: edge.relation,
      to: facts.nodes[edge.to]?.ref ?? '',
      strength: edge.strength,
      qualifiers: edge.qualifiers,
      document,
      pointers: edge.pointers,
    }),
  );
}

/** SHA-256 over the sorted lines, each ended by a newline, as lower-case hex. */
export async function digestLines(lines: AsyncIterable<string>): Promise<string> {
  const sorted: string[] = [];
  for await (const line of lines) sorted.push(line);
  sorted.sort();
  const hash = createHash('sha256');
  for (const line of sorted) hash.update(line).update('\n');
  return hash.digest('hex');
}
