// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { readSync } from 'node:fs';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { PedigreeError } from '../../core/errors.ts';
import type { StoredBytes } from '../../core/stored-bytes.ts';

/** The calls of the file system that reading and writing a spool file takes. A test makes them fail. */
export interface SpoolFiles {
  /** Opens a file that must not be there yet, for writing and reading. */
  readonly open: (path: string) => Promise<FileHandle>;
  readonly read: typeof readSync;
}

const FILES: SpoolFiles = {
  open: (path) => open(path, 'wx+', 0o600),
  read: readSync,
};

/**
 * Where large documents are set aside while they are read: copies that nobody else can reach, so that what is hashed, read and
 * kept is one and the same. Each has lost its name before the first byte is in it: whatever ends this process, nothing stays
 * behind.
 */
export class Spool {
  readonly #folder: string;
  readonly #files: SpoolFiles;

  /** @param folder is made where it is missing; needs room for the documents that are read at one time */
  constructor(folder: string, files: SpoolFiles = FILES) {
    this.#folder = folder;
    this.#files = files;
  }

  /**
   * Copies pieces as they come.
   * @returns to be closed
   * @throws {PedigreeError} ERR_STORE_UNAVAILABLE (retryable), e.g. for a full disk; and whatever the pieces throw
   */
  async copy(pieces: AsyncIterable<Uint8Array>): Promise<StoredBytes> {
    const file = await this.#create();
    let sizeBytes = 0;
    try {
      for await (const piece of pieces) {
        await this.#append(file, piece, sizeBytes);
        sizeBytes += piece.length;
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    return new SpooledBytes(file, sizeBytes, this.#files.read);
  }

  async #create(): Promise<FileHandle> {
    const path = join(this.#folder, `${randomUUID()}.spool`);
    let file: FileHandle | undefined;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      file = await this.#files.open(path);
      await rm(path);
      return file;
    } catch (cause) {
      await file?.close();
      throw this.#fault(cause);
    }
  }

  /** A write may take less than it was given. */
  async #append(file: FileHandle, piece: Uint8Array, at: number): Promise<void> {
    try {
      for (let done = 0; done < piece.length;) {
        const { bytesWritten } = await file.write(piece, done, piece.length - done, at + done);
        if (bytesWritten === 0) throw new Error('nothing was written');
        done += bytesWritten;
      }
    } catch (cause) {
      throw this.#fault(cause);
    }
  }

  #fault(cause: unknown): PedigreeError {
    return new PedigreeError('ERR_STORE_UNAVAILABLE', 'a large document cannot be set aside', {
      file: this.#folder,
      hint: 'check the disk and the rights on the folder',
      retryable: true,
      cause,
    });
  }
}

/** Bytes in a file without a name. */
class SpooledBytes implements StoredBytes {
  readonly length: number;
  readonly #read: typeof readSync;
  /** Undefined once it is closed. */
  #file: FileHandle | undefined;

  constructor(file: FileHandle, length: number, read: typeof readSync) {
    this.#file = file;
    this.length = length;
    this.#read = read;
  }

  readInto(target: Uint8Array, from: number): void {
    for (let done = 0; done < target.length;) {
      const count = this.#readSome(target, done, from + done);
      if (count === 0) throw unreadable(undefined);
      done += count;
    }
  }

  #readSome(target: Uint8Array, at: number, position: number): number {
    try {
      if (this.#file === undefined) throw new Error('closed');
      return this.#read(this.#file.fd, target, at, target.length - at, position);
    } catch (cause) {
      throw unreadable(cause);
    }
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    void file?.close().catch(() => undefined); // nothing in it is needed any more
  }
}

function unreadable(cause: unknown): PedigreeError {
  return new PedigreeError(
    'ERR_STORE_UNAVAILABLE',
    'a document that was set aside cannot be read back',
    { hint: 'check the disk', retryable: true, cause },
  );
}
