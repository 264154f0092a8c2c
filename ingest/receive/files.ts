// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';

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
}

/**
 * The files of a path, in name order. Sizes are looked at before anything is read; a link that leads out of the folder is
 * refused, not followed. Whatever cannot be read is refused by name and the rest goes on.
 * @param maxFiles files after which a folder is refused
 */
export async function* receivePath(
  path: string,
  maxFiles: number = LIMITS.folderFiles,
): AsyncGenerator<Received> {
  const root = await findRoot(path);
  if (root === undefined) yield { source: path, refused: missing(path) };
  else if (await isFolder(root)) yield* receiveFolder(root, path, maxFiles);
  else yield await receiveFile(root, path);
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
    for (const { path: inner, type } of entries) {
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
async function* receiveFolder(
  root: Buffer,
  name: string,
  maxFiles: number,
): AsyncGenerator<Received> {
  const pending: Entry[] = [{ path: root, type: 'folder' }];
  let count = 0;
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    const source = sourceOf(entry.path, root, name);
    if (entry.type === 'folder') {
      const entries = await findEntries(entry.path);
      if (entries === undefined) yield { source, refused: unreadable(source, undefined) };
      else for (const inner of entries.reverse()) pending.push(inner);
    } else if (++count > maxFiles) {
      yield { source: name, refused: tooMany(name, maxFiles) };
      return;
    } else if (entry.type === 'link') {
      yield await receiveLink(entry.path, source, root);
    } else {
      yield await receiveFile(entry.path, source);
    }
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

async function receiveLink(path: Buffer, source: string, root: Buffer): Promise<Received> {
  let target: Buffer;
  try {
    target = await realpath(path, { encoding: 'buffer' });
  } catch (cause) {
    const refused = new PedigreeError('ERR_NOT_FOUND', 'a link to nothing', {
      cause,
      file: source,
    });
    return { source, refused };
  }
  if (!isBelow(target, root)) {
    return {
      source,
      refused: new PedigreeError(
        'ERR_PATH_OUTSIDE',
        'a link that leads out of the folder is not followed',
        { file: source, hint: 'name the file it points to on the command line' },
      ),
    };
  }
  if (await isFolder(target)) {
    // its files are reached by their own path
    const refused = new PedigreeError('ERR_PATH_OUTSIDE', 'a link to a folder is not followed', {
      file: source,
    });
    return { source, refused };
  }
  return receiveFile(target, source);
}

async function receiveFile(path: Buffer, source: string): Promise<Received> {
  try {
    const file = await open(path, OPEN_FLAGS);
    try {
      const info = await file.stat();
      if (!info.isFile()) return { source, refused: notAFile(source) };
      if (info.size > LIMITS.documentBytes) return { source, refused: tooLarge(source) };
      // some file systems do not say how long a file is
      if (info.size === 0) {
        const stream = file.createReadStream({ autoClose: false, end: LIMITS.documentBytes });
        return await receiveStream(stream, source);
      }
      return { source, bytes: new Uint8Array(await file.readFile()) };
    } finally {
      await file.close();
    }
  } catch (cause) {
    return { source, refused: unreadable(source, cause) };
  }
}

function missing(path: string): PedigreeError {
  const hint = /^https?:\/\//.test(path)
    ? 'nothing is fetched from the network: download the file, or pipe it to -'
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

function tooLarge(source: string): PedigreeError {
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
