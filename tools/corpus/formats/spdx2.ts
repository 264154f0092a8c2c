// SPDX-License-Identifier: Apache-2.0
import { decode } from '../../../schemas/decoded.ts';
import { readSpdx2, SPDX2_FORMATS } from '../../../schemas/spdx2/read.ts';
import { identityChecks } from '../graph-checks.ts';
import { isRecord } from '../values.ts';
import { impliedFacts, writtenFacts } from './spdx2-facts.ts';
import type { FormatComparer } from '../comparer.ts';
import type { CorpusEntry } from '../entry.ts';

const PEER = 'what spdx-tools says of it; compared as the label of strict conformance';

/** SPDX 2 in its five encodings. */
export const spdx2: FormatComparer = {
  formats: SPDX2_FORMATS,
  apart: {
    error_class: 'names the source of the label, not a rule',
    error: PEER,
    messages: PEER,
    facts_by: 'names the tool that counted',
    tool: 'names the tool that counted',
    validation_first: PEER,
    validation_messages: PEER,
    verdict: PEER,
  },
  groups: ['raw', 'peer_spdx_tools'],
  facts({ entry, bytes }) {
    const { document } = readSpdx2(decode(bytes), entry.format);
    const written = writtenFacts(document);
    const implied = impliedFacts(document);
    const own = entry.format === 'spdx2-json' ? written : implied;
    return { ...own, raw: written, peer_spdx_tools: implied };
  },
  adapt: (fact, value) => inOurWords(fact.endsWith('spdx_version') ? String(value) : value),
  graph: identityChecks({ digests: 'checksums', purls: 'purls' }),
  label: labelOf,
};

/**
 * What its source calls bad is; of the others spdx-tools judges, as `valid` there says no more than that nobody complained.
 */
function labelOf({ valid, expect }: CorpusEntry): boolean {
  const peer = isRecord(expect['peer_spdx_tools']) ? expect['peer_spdx_tools'] : expect;
  const messages = peer['validation_messages'];
  const isRejected = peer['verdict'] === 'reject' || (typeof messages === 'number' && messages > 0);
  return valid && !isRejected;
}

/** An empty name is no name to us; raw texts of one UTF-16 document keep the carriage return. */
function inOurWords(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\r$/, '').replace(/^@/, 'None@');
  return Array.isArray(value) ? value.map(inOurWords) : value;
}
