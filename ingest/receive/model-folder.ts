// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseDigest, type Digest } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { comparePaths, modelDigest, UNSIGNED_ENTRIES } from '../../schemas/oms/model-digest.ts';
import type { ModelFile } from '../../schemas/oms/model-digest.ts';

/** A folder as one model. */
export interface ModelFolder {
  /** Name of the folder. */
  readonly name: string;
  /** What OMS v1.0 signs: `oms:<hex>` is its ref. */
  readonly root: Digest;
  /** In the order that OMS lists them. */
  readonly files: readonly ModelFile[];
}

/** A link must not be followed, and opening a pipe must not wait for a writer. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a folder as one model, files in streams. Links are refused: OMS signs `allow_symlinks: false`, and what a link
 * points to may lie anywhere.
 * @param maxFiles files after which the folder is refused
 * @throws {PedigreeError} ERR_PATH_OUTSIDE for a link · ERR_USAGE for what is neither file nor folder, a name that is no
 * UTF-8, and a folder without a file · ERR_LIMIT_ITEMS · ERR_NOT_FOUND for what cannot be read
 */
export async function readModelFolder(
  path: string,
  maxFiles: number = LIMITS.folderFiles,
): Promise<ModelFolder> {
  const files: ModelFile[] = [];
  // a list, not calls into calls: how deep folders lie is up to others
  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const { name, isFolder } of await entriesOf(path, folder)) {
      if (folder === '' && UNSIGNED_ENTRIES.has(name)) continue;
      const inner = folder === '' ? name : `${folder}/${name}`;
      if (isFolder) {
        pending.push(inner);
        continue;
      }
      if (files.length >= maxFiles) {
        throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${maxFiles} files`, { file: path });
      }
      files.push({ path: inner, digest: await digestOfFile(join(path, inner)) });
    }
  }
  if (files.length === 0) {
    throw new PedigreeError('ERR_USAGE', 'the folder holds no file, so it is no model', {
      file: path,
    });
  }
  files.sort((a, b) => comparePaths(a.path, b.path));
  return { name: basename(resolve(path)), root: modelDigest(files), files };
}

async function entriesOf(
  root: string,
  folder: string,
): Promise<{ readonly name: string; readonly isFolder: boolean }[]> {
  const path = join(root, folder);
  const found = await readdir(path, { withFileTypes: true, encoding: 'buffer' }).catch(
    (cause: unknown) => {
      throw new PedigreeError('ERR_NOT_FOUND', 'the folder cannot be read', { cause, file: path });
    },
  );
  return found.map((entry) => {
    if (!isUtf8(entry.name)) {
      throw new PedigreeError('ERR_USAGE', 'a file name that is no UTF-8', { file: path });
    }
    const name = entry.name.toString('utf8');
    if (entry.isSymbolicLink()) {
      throw new PedigreeError('ERR_PATH_OUTSIDE', 'a model folder holds no links', {
        file: join(path, name),
        hint: 'put the file itself there, or name the folder that the link points to',
      });
    }
    return { name, isFolder: entry.isDirectory() };
  });
}

async function digestOfFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  try {
    const file = await open(path, OPEN_FLAGS);
    try {
      if (!(await file.stat()).isFile()) {
        throw new PedigreeError('ERR_USAGE', 'neither a file nor a folder', { file: path });
      }
      for await (const chunk of file.createReadStream({ autoClose: false })) {
        hash.update(chunk as Uint8Array);
      }
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof PedigreeError) throw cause;
    throw new PedigreeError('ERR_NOT_FOUND', 'the file cannot be read', { cause, file: path });
  }
  return parseDigest(`sha256:${hash.digest('hex')}`);
}
