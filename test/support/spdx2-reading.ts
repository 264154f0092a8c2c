// SPDX-License-Identifier: Apache-2.0
import { sha256 } from '../../core/digest.ts';
import { spdx2Reader } from '../../ingest/extract/spdx2.ts';
import { decode } from '../../schemas/decoded.ts';
import { detect } from '../../schemas/detect.ts';
import type { Facts } from '../../graph/domain/facts.ts';
import type { Reading } from '../../ingest/extract/extractor.ts';

const DATA = {
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'doc',
  documentNamespace: 'https://example.com/doc',
  creationInfo: { created: '2024-01-01T00:00:00Z', creators: ['Tool: t'] },
};

/** An SPDX 2.3 document with the members that every one has; `members` replace them. */
export function spdxWith(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...DATA, ...members };
}

/** A package `SPDXRef-<name>`. */
export function pkg(name: string, more: object = {}): object {
  return { SPDXID: `SPDXRef-${name}`, name, downloadLocation: 'NOASSERTION', ...more };
}

/** `a TYPE b` of ids without their prefix. */
export function related(text: string): object {
  const [from = '', relationshipType = '', to = ''] = text.split(' ');
  const id = (name: string): string =>
    name.startsWith('DocumentRef') || name.startsWith('NO') ? name : `SPDXRef-${name}`;
  return { spdxElementId: id(from), relationshipType, relatedSpdxElement: id(to) };
}

/** Reads a document through the product's own door. */
export function readSpdxBytes(
  bytes: Uint8Array,
  options: { strict?: boolean; subject?: string } = {},
): Reading {
  const decoded = decode(bytes);
  const detected = detect(decoded);
  if (!spdx2Reader.formats.includes(detected.format)) throw new Error('not detected as SPDX 2');
  return spdx2Reader.read(decoded, detected, { digest: sha256(bytes), ...options });
}

export function spdxFacts(document: unknown, options: { subject?: string } = {}): Facts {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return readSpdxBytes(new TextEncoder().encode(text), options).facts;
}

/** Edges whose ends are called by name, of the given relations. */
export function spdxEdges(facts: Facts, ...relations: string[]): string[] {
  const nameOf = (id: number): string => facts.nodes[id]?.names[0] ?? facts.nodes[id]?.ref ?? '';
  return facts.edges
    .filter(({ relation }) => relations.includes(relation))
    .map(({ from, relation, to }) => `${nameOf(from)} ${relation} ${nameOf(to)}`)
    .sort();
}
