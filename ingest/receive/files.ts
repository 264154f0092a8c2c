// SPDX-License-Identifier: Apache-2.0
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';

/** Something that was handed in: its bytes, or why they were not read. */
export type Received =
  | { readonly source: string; readonly bytes: Uint8Array }
  | { readonly source: string; readonly refused: PedigreeError };

/** Folders of tools, never evidence. */
const SKIPPED_FOLDERS = new Set(['.git', 'node_modules']);

/**
 * The files of a path, in name order. Sizes are looked at before anything is read; a link that leads out of the folder is
 * refused, not followed.
 * @throws {PedigreeError} ERR_NOT_FOUND where the path itself does not exist
 */
export async function* receivePath(path: string): AsyncGenerator<Received> {
  const root = await resolveRoot(path);
  const info = await lstat(root);
  if (info.isDirectory()) yield* receiveFolder(root, root);
  else yield await receiveFile(root, path);
}

/** How many files a path holds, for a progress bar. Stops counting at the limit. */
export async function countFiles(path: string): Promise<number> {
  let count = 0;
  const root = await resolveRoot(path);
  if (!(await lstat(root)).isDirectory()) return 1;
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name))
        folders.push(join(folder, entry.name));
      else if (!entry.isDirectory() && ++count >= LIMITS.folderFiles) return count;
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
  for await (const chunk of stream) {
    sizeBytes += chunk.length;
    if (sizeBytes > LIMITS.documentBytes) return { source, refused: tooLarge(source) };
    chunks.push(chunk);
  }
  return { source, bytes: new Uint8Array(Buffer.concat(chunks)) };
}

async function resolveRoot(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    throw new PedigreeError('ERR_NOT_FOUND', `there is no ${path}`, { cause, file: path });
  }
}

async function* receiveFolder(folder: string, root: string): AsyncGenerator<Received> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const source = relative(root, path);
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name)) yield* receiveFolder(path, root);
    } else if (entry.isSymbolicLink()) {
      yield await receiveLink(path, source, root);
    } else {
      yield await receiveFile(path, source);
    }
  }
}

async function receiveLink(path: string, source: string, root: string): Promise<Received> {
  let target: string;
  try {
    target = await realpath(path);
  } catch (cause) {
    const refused = new PedigreeError('ERR_NOT_FOUND', 'a link to nothing', {
      cause,
      file: source,
    });
    return { source, refused };
  }
  if (!target.startsWith(root + sep)) {
    return {
      source,
      refused: new PedigreeError(
        'ERR_PATH_OUTSIDE',
        'a link that leads out of the folder is not followed',
        {
          file: source,
          hint: 'name the file it points to on the command line',
        },
      ),
    };
  }
  if ((await lstat(target)).isDirectory()) {
    // its files are reached by their own path
    return {
      source,
      refused: new PedigreeError('ERR_PATH_OUTSIDE', 'a link to a folder is not followed', {
        file: source,
      }),
    };
  }
  return receiveFile(target, source);
}

async function receiveFile(path: string, source: string): Promise<Received> {
  try {
    const file = await open(path, 'r');
    try {
      const info = await file.stat();
      if (!info.isFile()) {
        return {
          source,
          refused: new PedigreeError('ERR_USAGE', 'not a regular file', { file: source }),
        };
      }
      if (info.size > LIMITS.documentBytes) return { source, refused: tooLarge(source) };
      return { source, bytes: new Uint8Array(await file.readFile()) };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isPedigreeError(error)) return { source, refused: error };
    const refused = new PedigreeError('ERR_NOT_FOUND', 'cannot be read', {
      cause: error,
      file: source,
    });
    return { source, refused };
  }
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
