// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from 'node:buffer';
import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, readdir, realpath, type FileHandle } from 'node:fs/promises';
import { sep } from 'node:path';
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { closeBytes, type DocumentBytes } from '../../core/stored-bytes.ts';
import { LARGE_BYTES } from '../../schemas/decoded.ts';
import {
  findLayoutFiles,
  isOfDigest,
  LAYOUT_BLOBS,
  LAYOUT_INDEX,
  LAYOUT_MARK,
} from '../unpack/oci-layout.ts';
import type { Spool } from './spool.ts';

/** Something that was handed in: its bytes, for whoever takes them to close, or why they were not read. */
export type Received =
  | { readonly source: string; readonly bytes: DocumentBytes }
  | { readonly source: string; readonly refused: PedigreeError };

/** Closes what nobody will take. */
export function closeReceived(received: Received): void {
  if ('bytes' in received) closeBytes(received.bytes);
}

/** Folders of tools, never evidence. */
const SKIPPED_FOLDERS = new Set(['.git', 'node_modules']);

const SEPARATOR = Buffer.from(sep);

/** Opening a pipe waits for a writer unless told not to. Windows knows neither the flag nor the pipe. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Something in a folder. File names are bytes: one that is not UTF-8 names a file like any other. */
interface Entry {
  readonly path: Buffer;
  readonly type: 'folder' | 'link' | 'file';
  /** A file of an OCI layout: its path there, which holds the digest that it must have. */
  readonly layoutPath?: string;
}

/** What a file system says of a file without reading it. A file that was changed differs in one of them, or was changed just now. */
export interface FileState {
  readonly sizeBytes: number;
  /** Nanoseconds since 1970, as text: they do not fit a number. */
  readonly modified: string;
  readonly changed: string;
}

/** True where nothing was written to a file between the two, as far as a file system tells. */
export function isSameState(a: FileState, b: FileState): boolean {
  return a.sizeBytes === b.sizeBytes && a.modified === b.modified && a.changed === b.changed;
}

/** A file that was come by. */
export interface Visited {
  readonly source: string;
  /** Null where it was passed over unread. */
  readonly received: Received | null;
  /** As it was before it was read; null where it could not even be opened. */
  readonly state: FileState | null;
}

/** Whether a file is read, by its source and state. */
export type ShouldRead = (source: string, state: FileState) => boolean;

export interface ReceiveOptions {
  /** Where documents of LARGE_BYTES and more are set aside. Absent: they are held in memory like others. */
  readonly spool?: Spool | undefined;
  /** Files after which a folder is refused. */
  readonly maxFiles?: number | undefined;
}

/** What reading one file takes. */
interface Reading {
  readonly shouldRead: ShouldRead;
  readonly spool: Spool | undefined;
}

/**
 * The files of a path, in name order. Sizes are looked at before anything is read; a link that leads out of the folder is
 * refused, not followed. Whatever cannot be read is refused by name and the rest goes on.
 */
export async function* receivePath(
  path: string,
  options: ReceiveOptions = {},
): AsyncGenerator<Received> {
  for await (const { received } of visitPath(path, () => true, options)) {
    if (received !== null) yield received;
  }
}

/** The same, where some files need not be read again: they are come by, and that is all. */
export async function* visitPath(
  path: string,
  shouldRead: ShouldRead,
  { spool, maxFiles = LIMITS.folderFiles }: ReceiveOptions = {},
): AsyncGenerator<Visited> {
  const root = await findRoot(path);
  const reading = { shouldRead, spool };
  if (root === undefined) yield refusal(path, missing(path));
  else if (await isFolder(root)) yield* visitFolder(root, path, reading, maxFiles);
  else yield await visitFile(root, path, reading);
}

/** How many files a path holds, for a progress bar. Stops counting at the limit. */
export async function countFiles(path: string): Promise<number> {
  const root = await findRoot(path);
  if (root === undefined || !(await isFolder(root))) return 1;
  let count = 0;
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    // a folder that cannot be read is one thing that will be refused
    const entries = (await findEntries(folder)) ?? [{ path: folder, type: 'file' }];
    for (const { path: inner, type } of await withoutParts(folder, entries)) {
      if (type === 'folder') folders.push(inner);
      else if (++count >= LIMITS.folderFiles) return count;
    }
  }
  return count;
}

/**
 * Everything on a stream, as one document.
 * @param spool where it is set aside once it is large; absent: it is held
 * @returns refused with ERR_LIMIT_SIZE as soon as the stream is longer than a document may be
 */
export async function receiveStream(
  stream: AsyncIterable<Uint8Array>,
  source: string,
  spool?: Spool,
): Promise<Received> {
  try {
    const pieces = withinLimit(stream, source)[Symbol.asyncIterator]();
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
      chunks.push(next.value);
      sizeBytes += next.value.length;
      if (spool !== undefined && sizeBytes >= LARGE_BYTES)
        return { source, bytes: await spool.copy(followedBy(chunks, pieces)) };
    }
    return { source, bytes: new Uint8Array(Buffer.concat(chunks)) };
  } catch (error) {
    return { source, refused: isPedigreeError(error) ? error : unreadable(source, error) };
  }
}

/** @throws {PedigreeError} ERR_LIMIT_SIZE */
async function* withinLimit(
  stream: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let sizeBytes = 0;
  for await (const chunk of stream) {
    sizeBytes += chunk.length;
    if (sizeBytes > LIMITS.documentBytes) throw tooLarge(source);
    yield chunk;
  }
}

/** What was read ahead, then the rest. */
async function* followedBy(
  chunks: Uint8Array[],
  pieces: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const chunk of chunks.splice(0)) yield chunk;
  yield* pieces;
}

async function findRoot(path: string): Promise<Buffer | undefined> {
  try {
    return await realpath(path, { encoding: 'buffer' });
  } catch {
    return undefined;
  }
}

async function isFolder(path: Buffer): Promise<boolean> {
  return lstat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

/** Folders are walked with a list, not by calls into calls: how deep they lie is up to others. */
async function* visitFolder(
  root: Buffer,
  name: string,
  reading: Reading,
  maxFiles: number,
): AsyncGenerator<Visited> {
  const pending: Entry[] = [{ path: root, type: 'folder' }];
  let count = 0;
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    const source = sourceOf(entry.path, root, name);
    if (entry.type === 'folder') {
      const entries = await findEntries(entry.path);
      if (entries === undefined) yield refusal(source, unreadable(source, undefined));
      else pending.push(...(await withoutParts(entry.path, entries)).reverse());
    } else if (++count > maxFiles) {
      yield refusal(name, tooMany(name, maxFiles));
      return;
    } else if (entry.type === 'link') {
      yield compared(entry, await visitLink(entry.path, source, root, reading));
    } else {
      yield await visitFile(entry.path, source, reading);
    }
  }
}

/** Of an OCI layout only what says something; of any other folder everything. */
async function withoutParts(folder: Buffer, entries: readonly Entry[]): Promise<Entry[]> {
  const inside = new Map(
    entries.map((entry) => [entry.path.subarray(asPrefix(folder).length).toString(), entry]),
  );
  const isLayout =
    inside.get(LAYOUT_MARK)?.type === 'file' &&
    inside.get(LAYOUT_INDEX)?.type === 'file' &&
    inside.get(LAYOUT_BLOBS)?.type === 'folder';
  if (!isLayout) return [...entries];
  const pathOf = (path: string): Buffer => joinPath(folder, Buffer.from(path));
  const files = await findLayoutFiles(
    (path, maxBytes) => findSmallFile(pathOf(path), maxBytes),
    (path) => isFile(pathOf(path)),
  );
  const others = [...inside].filter(([name]) => !isOfLayout(name)).map(([, entry]) => entry);
  // what is missing or altered is refused by name when it is come by; a folder on the way may be a link
  return [
    ...files.map(({ path }): Entry => ({ path: pathOf(path), type: 'link', layoutPath: path })),
    ...others,
  ];
}

function isOfLayout(name: string): boolean {
  return name === LAYOUT_MARK || name === LAYOUT_INDEX || name === LAYOUT_BLOBS;
}

/** A blob whose content is not what its name says is no evidence of anything. */
function compared({ layoutPath }: Entry, visited: Visited): Visited {
  const { source, received, state } = visited;
  if (layoutPath === undefined || received === null || 'refused' in received) return visited;
  if (isOfDigest(layoutPath, received.bytes)) return visited;
  closeBytes(received.bytes);
  const why = 'its content does not have the digest that it is named by';
  return refusal(source, new PedigreeError('ERR_PARSE_DOCUMENT', why, { file: source }), state);
}

async function isFile(path: Buffer): Promise<boolean> {
  return lstat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}

/** Undefined where there is no file of that size or less. A link is none. */
async function findSmallFile(path: Buffer, maxBytes: number): Promise<Uint8Array | undefined> {
  if (!(await isFile(path))) return undefined;
  try {
    const file = await open(path, OPEN_FLAGS);
    try {
      const { size } = await file.stat();
      return size > maxBytes ? undefined : new Uint8Array(await file.readFile());
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

/** What a folder holds, in name order; undefined where it cannot be read. */
async function findEntries(folder: Buffer): Promise<Entry[] | undefined> {
  try {
    const found = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
    return found
      .sort((a, b) => Buffer.compare(a.name, b.name))
      .filter((entry) => !(entry.isDirectory() && SKIPPED_FOLDERS.has(entry.name.toString())))
      .map((entry) => ({ path: joinPath(folder, entry.name), type: typeOf(entry) }));
  } catch {
    return undefined;
  }
}

function typeOf(entry: { isDirectory(): boolean; isSymbolicLink(): boolean }): Entry['type'] {
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'file';
}

function joinPath(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([asPrefix(folder), name]);
}

function asPrefix(folder: Buffer): Buffer {
  const isComplete = folder.subarray(-SEPARATOR.length).equals(SEPARATOR);
  return isComplete ? folder : Buffer.concat([folder, SEPARATOR]);
}

function isBelow(path: Buffer, folder: Buffer): boolean {
  const prefix = asPrefix(folder);
  return path.subarray(0, prefix.length).equals(prefix);
}

/** The path below the root, for people; bytes that are not UTF-8 as \xNN. The root is what the caller called it. */
function sourceOf(path: Buffer, root: Buffer, name: string): string {
  if (path.equals(root)) return name;
  const below = path.subarray(asPrefix(root).length);
  if (isUtf8(below)) return below.toString('utf8');
  return below
    .toString('latin1')
    .replace(/[^ -~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function refusal(source: string, refused: PedigreeError, state: FileState | null = null): Visited {
  return { source, received: { source, refused }, state };
}

async function visitLink(
  path: Buffer,
  source: string,
  root: Buffer,
  reading: Reading,
): Promise<Visited> {
  let target: Buffer;
  try {
    target = await realpath(path, { encoding: 'buffer' });
  } catch (cause) {
    return refusal(
      source,
      new PedigreeError('ERR_NOT_FOUND', 'not there, or a link to nothing', {
        cause,
        file: source,
      }),
    );
  }
  if (!isBelow(target, root)) {
    return refusal(
      source,
      new PedigreeError('ERR_PATH_OUTSIDE', 'a link that leads out of the folder is not followed', {
        file: source,
        hint: 'name the file it points to on the command line',
      }),
    );
  }
  if (await isFolder(target)) {
    // its files are reached by their own path
    return refusal(
      source,
      new PedigreeError('ERR_PATH_OUTSIDE', 'a link to a folder is not followed', { file: source }),
    );
  }
  return visitFile(target, source, reading);
}

async function visitFile(
  path: Buffer,
  source: string,
  { shouldRead, spool }: Reading,
): Promise<Visited> {
  try {
    const file = await open(path, OPEN_FLAGS);
    try {
      const info = await file.stat({ bigint: true });
      const state = stateOf(info);
      if (!info.isFile()) return refusal(source, notAFile(source), state);
      if (!shouldRead(source, state)) return { source, received: null, state };
      if (state.sizeBytes > LIMITS.documentBytes) return refusal(source, tooLarge(source), state);
      return { source, received: await readFile(file, source, state, spool), state };
    } finally {
      await file.close();
    }
  } catch (error) {
    return refusal(source, isPedigreeError(error) ? error : unreadable(source, error));
  }
}

function stateOf(info: BigIntStats): FileState {
  return {
    sizeBytes: Number(info.size),
    modified: String(info.mtimeNs),
    changed: String(info.ctimeNs),
  };
}

async function readFile(
  file: FileHandle,
  source: string,
  state: FileState,
  spool: Spool | undefined,
): Promise<Received> {
  const { sizeBytes } = state;
  // some file systems do not say how long a file is
  if (sizeBytes === 0) {
    const stream = file.createReadStream({ autoClose: false, end: LIMITS.documentBytes });
    return receiveStream(stream, source, spool);
  }
  if (sizeBytes < LARGE_BYTES || spool === undefined)
    return { source, bytes: new Uint8Array(await file.readFile()) };
  const bytes = await spool.copy(withinLimit(piecesOf(file), source));
  const now = stateOf(await file.stat({ bigint: true }));
  if (bytes.length === sizeBytes && isSameState(now, state)) return { source, bytes };
  bytes.close();
  return { source, refused: changedMeanwhile(source) };
}

const PIECE_BYTES = 1 << 18;

/** The bytes of a file in order; a piece is overwritten by the next one. */
async function* piecesOf(file: FileHandle): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = new Uint8Array(PIECE_BYTES);
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function missing(path: string): PedigreeError {
  const hint = /^[a-z][a-z0-9+.-]{1,20}:\/\//i.test(path)
    ? 'no source of this scheme is known here: download the file, or pipe it to -'
    : 'check the path';
  return new PedigreeError('ERR_NOT_FOUND', 'there is no such file or folder', {
    file: path,
    hint,
  });
}

function notAFile(source: string): PedigreeError {
  return new PedigreeError('ERR_USAGE', 'not a regular file', {
    file: source,
    hint: 'to read from a pipe, name it - and redirect standard input',
  });
}

function unreadable(source: string, cause: unknown): PedigreeError {
  return new PedigreeError('ERR_NOT_FOUND', 'cannot be read', { cause, file: source });
}

/** What was copied may be half of the old and half of the new. */
function changedMeanwhile(source: string): PedigreeError {
  return new PedigreeError('ERR_SOURCE_UNAVAILABLE', 'it was changed while it was being read', {
    file: source,
    hint: 'read it again once nobody writes to it',
    retryable: true,
  });
}

function tooMany(source: string, most: number): PedigreeError {
  return new PedigreeError('ERR_LIMIT_ITEMS', `more than ${most} files; the rest was not read`, {
    file: source,
    hint: 'ingest its folders one by one',
  });
}

/** The refusal of something longer than a document may be. */
export function tooLarge(source: string): PedigreeError {
  const most = `${LIMITS.documentBytes / (1024 * 1024)} MB`;
  return new PedigreeError(
    'ERR_LIMIT_SIZE',
    `larger than ${most}, the most one document may have`,
    {
      file: source,
      hint: 'split the document, or record its digest in a statement instead',
    },
  );
}
