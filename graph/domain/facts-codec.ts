// SPDX-License-Identifier: Apache-2.0
import { sha256, type Digest } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import type { Claim, Facts, Problem } from './facts.ts';
import { kindMask, kindsOf, type Kind } from './kinds.ts';
import { RELATION_NAMES, relationCode, STRENGTHS } from './relations.ts';

type PackedNode = [
  ref: string,
  kinds: number,
  names: readonly string[],
  attributes?: Readonly<Record<string, string>>,
];
type PackedEdge = [
  from: number,
  relation: number,
  to: number,
  strength: number,
  pointers: readonly string[],
  qualifiers?: Readonly<Record<string, string>>,
];

interface PackedFacts {
  readonly packed: 1;
  readonly format: string;
  readonly version: string | null;
  readonly statementKind: string;
  readonly nodes: readonly PackedNode[];
  readonly edges: readonly PackedEdge[];
  readonly subjects: readonly number[];
  readonly claims: readonly Claim[];
  readonly dependsOn: readonly number[];
  readonly problems: readonly Problem[];
}

export interface PackedFactsBlob {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

/** Facts never change once built, and are packed again wherever their digest is checked. */
const packedBlobs = new WeakMap<Facts, PackedFactsBlob>();

/** Facts as kept: JSON by rows with members in one fixed order, so that equal facts have equal bytes. */
export function packFacts(facts: Facts): PackedFactsBlob {
  const known = packedBlobs.get(facts);
  if (known !== undefined) return known;
  const blob = encode(facts);
  packedBlobs.set(facts, blob);
  return blob;
}

function encode(facts: Facts): PackedFactsBlob {
  const packed: PackedFacts = {
    packed: 1,
    format: facts.format,
    version: facts.version,
    statementKind: facts.statementKind,
    nodes: facts.nodes.map((node) => {
      const row: PackedNode = [node.ref, kindMask(node.kinds), node.names];
      if (node.attributes !== undefined) row.push(node.attributes);
      return row;
    }),
    edges: facts.edges.map((edge) => {
      const row: PackedEdge = [
        edge.from,
        relationCode(edge.relation),
        edge.to,
        STRENGTHS.indexOf(edge.strength),
        edge.pointers,
      ];
      if (Object.keys(edge.qualifiers).length > 0) row.push(edge.qualifiers);
      return row;
    }),
    subjects: facts.subjects,
    claims: facts.claims,
    dependsOn: facts.dependsOn.flat(),
    problems: facts.problems,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(packed));
  return { digest: sha256(bytes), bytes };
}

/**
 * Reads what packFacts wrote.
 * @throws {PedigreeError} ERR_STORE_CORRUPT where the bytes are something else
 */
export function unpackFacts(bytes: Uint8Array): Facts {
  let packed: PackedFacts;
  try {
    packed = JSON.parse(new TextDecoder().decode(bytes)) as PackedFacts;
  } catch (cause) {
    throw new PedigreeError('ERR_STORE_CORRUPT', 'packed facts are not readable', { cause });
  }
  if (packed?.packed !== 1)
    throw new PedigreeError('ERR_STORE_CORRUPT', 'packed facts of an unknown version');
  return {
    format: packed.format,
    version: packed.version,
    statementKind: packed.statementKind,
    nodes: packed.nodes.map(([ref, kinds, names, attributes]) =>
      attributes === undefined
        ? { ref, kinds: kindsOfMask(kinds), names }
        : { ref, kinds: kindsOfMask(kinds), names, attributes },
    ),
    edges: packed.edges.map(([from, relation, to, strength, pointers, qualifiers]) => ({
      from,
      relation: known(RELATION_NAMES[relation]),
      to,
      strength: known(STRENGTHS[strength]),
      pointers,
      qualifiers: qualifiers ?? {},
    })),
    subjects: packed.subjects,
    claims: packed.claims,
    dependsOn: pairs(packed.dependsOn),
    problems: packed.problems,
  };
}

/** Few masks occur, in very many nodes. */
const kindLists = new Map<number, readonly Kind[]>();

function kindsOfMask(mask: number): readonly Kind[] {
  const known = kindLists.get(mask);
  if (known !== undefined) return known;
  const kinds = kindsOf(mask);
  kindLists.set(mask, kinds);
  return kinds;
}

function known<T>(value: T | undefined): T {
  if (value === undefined)
    throw new PedigreeError('ERR_STORE_CORRUPT', 'packed facts use an unknown code');
  return value;
}

function pairs(flat: readonly number[]): (readonly [number, number])[] {
  const result: (readonly [number, number])[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    result.push([flat[at] as number, flat[at + 1] as number]);
  }
  return result;
}
