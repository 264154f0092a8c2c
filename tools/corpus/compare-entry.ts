// SPDX-License-Identifier: Apache-2.0
import { createTrustRoots } from '../../attest/trust/roots.ts';
import { isPedigreeError } from '../../core/errors.ts';
import { parseInstant } from '../../core/instant.ts';
import {
  prepareDocument,
  reasonOf,
  type PreparedDocument,
  type TrustContext,
} from '../../ingest/prepare.ts';
import { comparerOf } from './comparers.ts';
import { findDisagreement } from './disagreements.ts';
import { isRecord, isSame } from './values.ts';
import { readShared } from './shared-folder.ts';
import type { Standing } from '../../graph/domain/log-event.ts';
import type { FormatComparer, FoundFacts } from './comparer.ts';
import type { CorpusDocument, CorpusEntry } from './entry.ts';

/**
 * What came of one expected fact. `disagreed`: we read the specification otherwise and say so in
 * docs/corpus-disagreements.md; `apart`: no fact of a document, with the reason; `uncompared`: nobody looks at it.
 */
export type FactOutcome = 'right' | 'wrong' | 'disagreed' | 'apart' | 'uncompared';

export interface ComparedFact {
  readonly path: string;
  readonly format: string;
  /** Dotted name inside `expect`; `@graph.…` is about the facts that the graph is given, `@format`, `@version`, `@conformant` and `@standing` are about the document itself. */
  readonly fact: string;
  readonly outcome: FactOutcome;
  readonly expected: unknown;
  readonly found: unknown;
  /** Why it stands apart, or where the disagreement is argued. */
  readonly reason?: string;
}

/** How the answer of strict mode compares with the label; `unknown`: no schema to ask, `unlabelled`: the label is a verdict. */
export type ConformanceOutcome = 'right' | 'wrong' | 'disagreed' | 'unknown' | 'unlabelled';

export interface EntryResult {
  readonly path: string;
  readonly format: string;
  /** True where the document was parsed to facts. */
  readonly isRead: boolean;
  readonly standing: Standing;
  readonly conformance: ConformanceOutcome;
  readonly facts: readonly ComparedFact[];
}

/** Nobody is trusted, and nothing is judged by the time of day. */
const TRUST: TrustContext = {
  roots: createTrustRoots([]),
  teeAnchors: new Map(),
  at: parseInstant('2026-01-01T00:00:00Z'),
};

/** Reads one corpus document as `inspect` does and compares everything that the manifest says of it. */
export async function compareEntry(entry: CorpusEntry): Promise<EntryResult> {
  const bytes = readShared('corpus', entry.path);
  return compareDocument({ entry, bytes, prepared: await readAsInspect(bytes, entry.path) });
}

/** Reads a document and everything inside it, as `inspect` does. */
export async function readAsInspect(bytes: Uint8Array, path: string): Promise<PreparedDocument[]> {
  return prepareDocument(bytes, path, TRUST, { strict: true });
}

/** Compares only what is expected of a document that was read, and what the graph is given of it. */
export function compareSaid(document: CorpusDocument, comparer: FormatComparer): EntryResult {
  const { entry, prepared } = document;
  const outer = prepared[0];
  const note = noteFor(entry);
  const found = foundFacts(document, comparer);
  return {
    path: entry.path,
    format: entry.format,
    isRead: outer?.facts !== null && outer?.facts !== undefined,
    standing: outer?.standing ?? 'quarantined',
    conformance: 'unlabelled',
    facts: [
      ...expectedFacts(entry, comparer, found, note),
      ...graphFacts(document, comparer, found, note),
    ],
  };
}

/** Compares a document that was read already. */
export function compareDocument(document: CorpusDocument): EntryResult {
  const { entry, prepared } = document;
  const comparer = comparerOf(entry.format);
  const outer = prepared[0];
  const note = noteFor(entry);
  const conformance = conformanceFact(document, comparer, note);
  const about = [
    ...detectionFacts(document, comparer, note),
    ...(conformance.fact === undefined ? [] : [conformance.fact]),
    ...standingFacts(document, comparer, note),
  ];
  const found = foundFacts(document, comparer);
  return {
    path: entry.path,
    format: entry.format,
    isRead: outer?.facts !== null && outer?.facts !== undefined,
    standing: outer?.standing ?? 'quarantined',
    conformance: conformance.outcome,
    facts: [
      ...about,
      ...expectedFacts(entry, comparer, found, note),
      ...graphFacts(document, comparer, found, note),
    ],
  };
}

/** Makes the record of one comparison. */
type Note = (fact: string, expected: unknown, found: unknown, isRight: boolean) => ComparedFact;

function noteFor({ path, format }: CorpusEntry): Note {
  return (fact, expected, found, isRight) => {
    const base = { path, format, fact, expected, found };
    if (isRight) return { ...base, outcome: 'right' };
    const reason = findDisagreement(path, fact);
    return reason === undefined
      ? { ...base, outcome: 'wrong' }
      : { ...base, outcome: 'disagreed', reason };
  };
}

function detectionFacts(
  { entry, prepared }: CorpusDocument,
  comparer: FormatComparer,
  note: Note,
): readonly ComparedFact[] {
  // what is faulty and cannot be read is of no format: @conformant says so
  if (!entry.valid && prepared[0]?.facts === null) return [];
  const version = entry.version === null ? null : String(entry.version);
  const wanted = comparer.detected?.(entry) ?? { format: entry.format, version };
  const outer = prepared[0];
  return [
    note('@format', wanted.format, outer?.format, wanted.format === outer?.format),
    note('@version', wanted.version, outer?.version, isSame(outer?.version, wanted.version)),
  ];
}

function labelOf(entry: CorpusEntry, comparer: FormatComparer): boolean | undefined {
  return comparer.label === undefined ? entry.valid : comparer.label(entry);
}

function conformanceFact(
  { entry, prepared }: CorpusDocument,
  comparer: FormatComparer,
  note: Note,
): { readonly outcome: ConformanceOutcome; readonly fact?: ComparedFact } {
  const label = labelOf(entry, comparer);
  if (label === undefined) return { outcome: 'unlabelled' };
  const found = prepared[0]?.conformant ?? null;
  if (found === null && label) return { outcome: 'unknown' };
  const fact = note('@conformant', label, found, found === label);
  const outcome = fact.outcome === 'right' || fact.outcome === 'disagreed' ? fact.outcome : 'wrong';
  return { outcome, fact };
}

/** A document that nobody calls faulty is read: it is neither quarantined nor opaque. */
function standingFacts(
  { entry, prepared }: CorpusDocument,
  _comparer: FormatComparer,
  note: Note,
): readonly ComparedFact[] {
  if (!entry.valid) return [];
  const standing = prepared[0]?.standing;
  const isRead = standing === 'accepted' || standing === 'pending';
  return [note('@standing', 'accepted or pending', standing, isRead)];
}

/** The facts found, or the text of the reason why the document could not be read. */
function foundFacts(document: CorpusDocument, comparer: FormatComparer): FoundFacts | string {
  try {
    return comparer.facts(document);
  } catch (error) {
    if (isPedigreeError(error)) return reasonOf(error);
    throw error;
  }
}

function expectedFacts(
  entry: CorpusEntry,
  comparer: FormatComparer,
  found: FoundFacts | string,
  note: Note,
): readonly ComparedFact[] {
  const facts: ComparedFact[] = [];
  for (const [fact, raw] of flatten(entry.expect, comparer.groups ?? [])) {
    const name = fact.slice(fact.lastIndexOf('.') + 1);
    const { apart = {} } = comparer;
    const reason = apart[`^${fact}`] ?? apart[fact] ?? apart[name];
    const base = { path: entry.path, format: entry.format, fact, expected: raw };
    if (reason !== undefined) {
      facts.push({ ...base, outcome: 'apart', found: undefined, reason });
      continue;
    }
    const expected = comparer.adapt === undefined ? raw : comparer.adapt(fact, raw, entry);
    if (typeof found === 'string') {
      facts.push(note(fact, expected, found, false));
      continue;
    }
    const value = valueOf(found, fact);
    if (value === NOBODY) facts.push({ ...base, outcome: 'uncompared', found: undefined });
    else facts.push(note(fact, expected, value, isSame(value, expected)));
  }
  return facts;
}

/** What the graph is given of a document that was read. */
function graphFacts(
  document: CorpusDocument,
  comparer: FormatComparer,
  found: FoundFacts | string,
  note: Note,
): readonly ComparedFact[] {
  if (typeof found === 'string' || (document.prepared[0]?.facts ?? null) === null) return [];
  const checks = comparer.graph?.(document, found) ?? [];
  return checks.map((one) =>
    note(one.fact, one.expected, one.found, isSame(one.found, one.expected)),
  );
}

/** Names and values of the single facts: groups are taken apart, lists of groups by their index. */
function flatten(
  expected: Readonly<Record<string, unknown>>,
  groups: readonly string[],
  prefix = '',
): [string, unknown][] {
  return Object.entries(expected).flatMap(([name, value]): [string, unknown][] => {
    const fact = `${prefix}${name}`;
    if (!groups.includes(name)) return [[fact, value]];
    if (isRecord(value)) return flatten(value, groups, `${fact}.`);
    if (!Array.isArray(value)) return [[fact, value]];
    const items: readonly unknown[] = value;
    return items.flatMap((item, at) =>
      flatten(isRecord(item) ? item : {}, groups, `${fact}.${at}.`),
    );
  });
}

const NOBODY = Symbol('nobody compares it');

function valueOf(found: FoundFacts, fact: string): unknown {
  if (Object.hasOwn(found, fact)) return found[fact];
  let value: unknown = found;
  for (const part of fact.split('.')) {
    if (Array.isArray(value)) value = (value as readonly unknown[])[Number(part)];
    else if (isRecord(value) && Object.hasOwn(value, part)) value = value[part];
    else return NOBODY;
  }
  return value;
}
