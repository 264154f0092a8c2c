// SPDX-License-Identifier: Apache-2.0
import { sha256 } from '../../../../core/digest.ts';
import { RELATIONS } from '../../../../graph/domain/relations.ts';
import { toolReportReader } from '../../../../ingest/extract/tool-report.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport, findLinesReport } from '../../../../schemas/tool-report/detect.ts';
import { assertSound } from '../../../support/ml-documents.ts';
import type { Facts, NodeFact } from '../../../../graph/domain/facts.ts';

/** Facts of a tool's report, read as the product reads it. */
export function reportFacts(
  input: Uint8Array | string | object,
  options: { subject?: string; source?: string } = {},
): Facts {
  const bytes =
    input instanceof Uint8Array
      ? input
      : new TextEncoder().encode(typeof input === 'string' ? input : JSON.stringify(input));
  const lines = findLinesReport(bytes);
  const decoded = lines?.decoded ?? decode(bytes);
  const detected = lines?.detected ?? detectToolReport(decoded);
  if (detected === undefined) throw new Error('not detected');
  const { facts } = toolReportReader.read(decoded, detected, {
    digest: sha256(bytes),
    ...options,
  });
  assertSound(facts);
  assertCarriesNothing(facts);
  return facts;
}

/** The report's own node. */
export function reportNode(facts: Facts): NodeFact {
  const [node] = facts.nodes;
  if (node === undefined) throw new Error('no report');
  return node;
}

/** Attributes of the report under a prefix, the prefix taken off. */
export function attributesUnder(facts: Facts, prefix: string): Readonly<Record<string, string>> {
  const entries = Object.entries(reportNode(facts).attributes ?? {});
  return Object.fromEntries(
    entries.flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : [],
    ),
  );
}

/** How many results of each outcome. */
export function outcomes(facts: Facts): Readonly<Record<string, number>> {
  const counts = attributesUnder(facts, 'count.');
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, Number(count)]));
}

/**
 * A report never passes anything on between things: no edge of it carries content, but for a document's own mention of a
 * shared name, and the names of one vulnerability.
 */
export function assertCarriesNothing(facts: Facts): void {
  for (const { from, to, relation } of facts.edges) {
    if (RELATIONS[relation].influence !== 'content') continue;
    const isMention =
      relation === 'namedAs' && facts.nodes[from]?.ref.startsWith('local:') === true;
    const isVulnerability = [from, to].every(
      (id) => facts.nodes[id]?.ref.startsWith('name:vulnerability/') === true,
    );
    if (!isMention && !isVulnerability) throw new Error(`a report states ${relation}`);
  }
}
