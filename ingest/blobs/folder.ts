// SPDX-License-Identifier: Apache-2.0
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hexOf, sha256, type Digest } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import type { DocumentBytes } from '../../core/stored-bytes.ts';
import { writeSynced } from '../write-synced.ts';
import type { Blob, BlobStore } from './port.ts';

/** Blobs as files: `<folder>/<first two hex digits>/<the rest>`. Written aside, synced, then renamed into place. */
export class FolderBlobStore implements BlobStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(blobs: readonly Blob[]): Promise<void> {
    const folders = new Set<string>();
    await Promise.all(
      blobs.map(async ({ digest, bytes }) => {
        const path = this.#path(digest);
        if (await isKept(path, digest, bytes.length)) return;
        const isNewFolder = await writeWhole(path, bytes);
        if (isNewFolder) folders.add(dirname(dirname(path)));
        folders.add(dirname(path));
      }),
    );
    // a rename is durable once its folder is
    await Promise.all([...folders].map(syncFolder));
  }

  async find(digest: Digest): Promise<Uint8Array | undefined> {
    let bytes: Buffer;
    try {
      bytes = await readFile(this.#path(digest));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw new PedigreeError('ERR_STORE_UNAVAILABLE', `blob ${digest} cannot be read`, {
        cause: error,
      });
    }
    if (sha256(bytes) !== digest) {
      throw new PedigreeError('ERR_STORE_CORRUPT', `blob ${digest} is damaged`, {
        file: this.#path(digest),
        hint: 'restore the file from a backup, or ingest the document again',
      });
    }
    return new Uint8Array(bytes);
  }

  #path(digest: Digest): string {
    const hex = hexOf(digest);
    return join(this.#folder, hex.slice(0, 2), hex.slice(2));
  }
}

/** True where the very bytes are there: what was damaged meanwhile is written again. */
async function isKept(path: string, digest: Digest, sizeBytes: number): Promise<boolean> {
  try {
    const file = await open(path, 'r');
    try {
      if ((await file.stat()).size !== sizeBytes) return false;
      return (await sha256OfFile(file, Math.min(sizeBytes, READ_BYTES))) === digest;
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

const READ_BYTES = 1 << 18;

async function sha256OfFile(file: FileHandle, pieceBytes: number): Promise<string> {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(pieceBytes);
  for (;;) {
    const { bytesRead } = await file.read(buffer);
    if (bytesRead === 0) return `sha256:${hash.digest('hex')}`;
    hash.update(buffer.subarray(0, bytesRead));
  }
}

/** @returns true where the folder was made for it. @throws {PedigreeError} ERR_STORE_UNAVAILABLE */
async function writeWhole(path: string, bytes: DocumentBytes): Promise<boolean> {
  // a name that no process has used: one that was killed may have left its own behind
  const aside = `${path}.${randomUUID()}.part`;
  try {
    const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeSynced(aside, bytes);
    await rename(aside, path);
    return made !== undefined;
  } catch (cause) {
    await rm(aside, { force: true }).catch(() => undefined); // the first error is the one to tell
    throw new PedigreeError('ERR_STORE_UNAVAILABLE', 'the evidence cannot be kept', {
      file: path,
      hint: 'check the disk and the rights on the folder',
      retryable: true,
      cause,
    });
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
