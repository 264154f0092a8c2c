// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from 'node:buffer';
import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, readdir, realpath, type FileHandle } from 'node:fs/promises';
import { sep } from 'node:path';
import { PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import {
  findLayoutFiles,
  isOfDigest,
  LAYOUT_BLOBS,
  LAYOUT_INDEX,
  LAYOUT_MARK,
} from '../unpack/oci-layout.ts';

/** Something that was handed in: its bytes, or why they were not read. */
export type Received =
  | { readonly source: string; readonly bytes: Uint8Array }
  | { readonly source: string; readonly refused: PedigreeError };

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

/**
 * The files of a path, in name order. Sizes are looked at before anything is read; a link that leads out of the folder is
 * refused, not followed. Whatever cannot be read is refused by name and the rest goes on.
 * @param maxFiles files after which a folder is refused
 */
export async function* receivePath(
  path: string,
  maxFiles: number = LIMITS.folderFiles,
): AsyncGenerator<Received> {
  for await (const { received } of visitPath(path, () => true, maxFiles)) {
    if (received !== null) yield received;
  }
}

/** The same, where some files need not be read again: they are come by, and that is all. */
export async function* visitPath(
  path: string,
  shouldRead: ShouldRead,
  maxFiles: number = LIMITS.folderFiles,
): AsyncGenerator<Visited> {
  const root = await findRoot(path);
  if (root === undefined) yield refusal(path, missing(path));
  else if (await isFolder(root)) yield* visitFolder(root, path, shouldRead, maxFiles);
  else yield await visitFile(root, path, shouldRead);
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
 * @returns refused with ERR_LIMIT_SIZE as soon as the stream is longer than a document may be
 */
export async function receiveStream(
  stream: AsyncIterable<Uint8Array>,
  source: string,
): Promise<Received> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of stream) {
      sizeBytes += chunk.length;
      if (sizeBytes > LIMITS.documentBytes) return { source, refused: tooLarge(source) };
      chunks.push(chunk);
    }
  } catch (cause) {
    return { source, refused: unreadable(source, cause) };
  }
  return { source, bytes: new Uint8Array(Buffer.concat(chunks)) };
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
  shouldRead: ShouldRead,
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
      yield compared(entry, await visitLink(entry.path, source, root, shouldRead));
    } else {
      yield await visitFile(entry.path, source, shouldRead);
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
  shouldRead: ShouldRead,
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
  return visitFile(target, source, shouldRead);
}

async function visitFile(path: Buffer, source: string, shouldRead: ShouldRead): Promise<Visited> {
  try {
    const file = await open(path, OPEN_FLAGS);
    try {
      const info = await file.stat({ bigint: true });
      const state = stateOf(info);
      if (!info.isFile()) return refusal(source, notAFile(source), state);
      if (!shouldRead(source, state)) return { source, received: null, state };
      if (state.sizeBytes > LIMITS.documentBytes) return refusal(source, tooLarge(source), state);
      return { source, received: await readWhole(file, source, state), state };
    } finally {
      await file.close();
    }
  } catch (cause) {
    return refusal(source, unreadable(source, cause));
  }
}

function stateOf(info: BigIntStats): FileState {
  return {
    sizeBytes: Number(info.size),
    modified: String(info.mtimeNs),
    changed: String(info.ctimeNs),
  };
}

async function readWhole(
  file: FileHandle,
  source: string,
  { sizeBytes }: FileState,
): Promise<Received> {
  // some file systems do not say how long a file is
  if (sizeBytes === 0) {
    const stream = file.createReadStream({ autoClose: false, end: LIMITS.documentBytes });
    return receiveStream(stream, source);
  }
  return { source, bytes: new Uint8Array(await file.readFile()) };
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
