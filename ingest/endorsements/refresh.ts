// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSameBytes } from '../../attest/x509/certificate.ts';
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import { failed } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { BoundedFetch } from '../collectors/bounded-fetch.ts';
import { writeSynced } from '../write-synced.ts';
import type {
  FolderContext,
  Publication,
  PublishedFacts,
  PublishedFile,
} from './published-file.ts';

/** What became of one file. */
export interface RefreshRow {
  /** Null for something that has no file. */
  readonly file: string | null;
  readonly title: string;
  /**
   * `refused`: it was fetched and is not genuine, not in force, or older than the one that is there, which stays.
   * `unavailable`: it was not fetched. `not-published`: nobody was asked for it.
   */
  readonly state: 'new' | 'replaced' | 'unchanged' | 'refused' | 'unavailable' | 'not-published';
  /** Null where it is in the folder now. */
  readonly why: string | null;
  /** Of the file that is in the folder now. Null: not known, or never. */
  readonly nextUpdate: Instant | null;
}

export interface RefreshOptions {
  /** Made where it is not there. */
  readonly folder: string;
  readonly fetch: BoundedFetch;
  readonly at: Instant;
}

/** Faults that say nothing about what was fetched. */
const OURS: ReadonlySet<string> = new Set(['ERR_TRUST_INVALID', 'ERR_INTERNAL']);

/** No file of ours comes near. */
const MAX_OLD_BYTES = 4 * 1024 * 1024;

/**
 * Fetches what a vendor publishes and puts into the folder what is genuine, in force and no older than what is there. Each
 * file is replaced as a whole or not at all.
 * @throws {PedigreeError} ERR_TRUST_INVALID for a malformed anchor, ERR_STORE_UNAVAILABLE for a folder that cannot be written
 */
export async function refreshEndorsements(
  { files, notPublished }: Publication,
  { folder, fetch, at }: RefreshOptions,
): Promise<RefreshRow[]> {
  const rows: RefreshRow[] = [];
  const genuine = new Map<string, Uint8Array>();
  for (const file of files) {
    const { row, bytes } = await refreshFile(file, folder, fetch, { at, genuine });
    rows.push(row);
    if (bytes !== undefined) genuine.set(file.name, bytes);
  }
  const others = notPublished.map(({ title, why }): RefreshRow => ({
    file: null,
    title,
    state: 'not-published',
    why,
    nextUpdate: null,
  }));
  return [...rows, ...others];
}

interface Refreshed {
  readonly row: RefreshRow;
  /** Of the genuine file that is in the folder now; undefined where there is none. */
  readonly bytes: Uint8Array | undefined;
}

async function refreshFile(
  file: PublishedFile,
  folder: string,
  fetch: BoundedFetch,
  context: FolderContext,
): Promise<Refreshed> {
  const path = join(folder, file.name);
  const there = await findOld(path);
  const old = there === undefined ? undefined : { bytes: there, ...judge(file, there, context) };
  const kept = old?.status === 'passed' ? old : undefined;
  const stays = (state: RefreshRow['state'], why: string | null): Refreshed => ({
    row: rowOf(file, state, why, kept?.value),
    bytes: kept?.bytes,
  });
  if (file.isFinal === true && kept !== undefined) return stays('unchanged', null);
  const fetched = await tryFetch(file, fetch);
  if (!('bytes' in fetched)) return stays(fetched.state, fetched.why);
  const { bytes } = fetched;
  const verdict = judge(file, bytes, context);
  if (verdict.status !== 'passed') return stays('refused', verdict.findings[0].message);
  const older = there === undefined ? undefined : findOlderPart(file, bytes, there, context);
  if (older !== undefined) return stays('refused', older);
  if (there !== undefined && isSameBytes(there, bytes)) return stays('unchanged', null);
  await writeWhole(folder, path, bytes);
  const state = there === undefined ? 'new' : 'replaced';
  return { row: rowOf(file, state, null, verdict.value), bytes };
}

function rowOf(
  { name, title }: PublishedFile,
  state: RefreshRow['state'],
  why: string | null,
  facts: PublishedFacts | undefined,
): RefreshRow {
  return { file: name, title, state, why, nextUpdate: facts?.nextUpdate ?? null };
}

async function tryFetch(
  file: PublishedFile,
  fetch: BoundedFetch,
): Promise<
  | { readonly bytes: Uint8Array }
  | { readonly state: 'refused' | 'unavailable'; readonly why: string }
> {
  try {
    return { bytes: await file.fetch(fetch) };
  } catch (error) {
    if (!isPedigreeError(error) || error.code === 'ERR_INTERNAL') throw error;
    // an answer came, and it is not what was asked for
    const isAnswer = error.code.startsWith('ERR_PARSE_');
    const place = error.file === undefined ? '' : ` (${error.file})`;
    return { state: isAnswer ? 'refused' : 'unavailable', why: `${error.message}${place}` };
  }
}

/** What cannot be read is not genuine. An anchor that cannot be read is the operator's to mend. */
function judge(
  file: PublishedFile,
  bytes: Uint8Array,
  context: FolderContext,
): Verdict<PublishedFacts> {
  try {
    return file.verify(bytes, context);
  } catch (error) {
    if (!isPedigreeError(error) || OURS.has(error.code)) throw error;
    return failed({ code: 'malformed', message: error.message });
  }
}

/**
 * The first part that is older than the one in the folder. The old file counts only where it was genuine when its newest
 * part was made: a damaged one stands in nobody's way.
 */
function findOlderPart(
  file: PublishedFile,
  bytes: Uint8Array,
  there: Uint8Array,
  { genuine }: FolderContext,
): string | undefined {
  const old = readOldDates(file, there);
  const newest = old
    .map(({ date }) => date)
    .toSorted()
    .at(-1);
  if (newest === undefined) return undefined;
  if (judge(file, there, { at: newest, genuine }).status !== 'passed') return undefined;
  const dates = new Map(file.readDates(bytes).map(({ part, date }) => [part, date]));
  const older = old.find(({ part, date }) => (dates.get(part) ?? '') < date);
  if (older === undefined) return undefined;
  const { part, date } = older;
  return `the ${part} is of ${dates.get(part) ?? 'no date'}, older than the one that is there, of ${date}`;
}

function readOldDates(
  file: PublishedFile,
  there: Uint8Array,
): ReturnType<PublishedFile['readDates']> {
  try {
    return file.readDates(there);
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return [];
  }
}

/** @returns undefined where nothing readable of a sensible size is there: it is replaced */
async function findOld(path: string): Promise<Uint8Array | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_OLD_BYTES) return undefined;
    return new Uint8Array(await readFile(path));
  } catch {
    return undefined;
  }
}

/** @throws {PedigreeError} ERR_STORE_UNAVAILABLE */
async function writeWhole(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  // in a folder of its own: readers take files only, and so none that a killed process left behind
  const aside = join(folder, `.${randomUUID()}`);
  try {
    await mkdir(aside, { recursive: true });
    await writeSynced(join(aside, 'part'), bytes, 0o644);
    await rename(join(aside, 'part'), path);
  } catch (cause) {
    throw new PedigreeError('ERR_STORE_UNAVAILABLE', 'the file cannot be written', {
      file: path,
      hint: 'check the disk and the rights on the folder',
      retryable: true,
      cause,
    });
  } finally {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined); // it does no harm
  }
}
