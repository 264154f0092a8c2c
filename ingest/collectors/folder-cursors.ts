// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalizeJcs } from '../../core/canonical-json-jcs.ts';
import { hexOf, sha256 } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import { member, parseJson } from '../../core/json.ts';
import { writeSynced } from '../write-synced.ts';
import type { Cursor } from './collector.ts';
import type { CursorKey, CursorStore } from './cursors.ts';

/** Cursors as one small JSON file each, named by what they belong to, which the file repeats for people. */
export class FolderCursorStore implements CursorStore {
  readonly #folder: string;

  /** @param folder made on the first save */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async find(key: CursorKey): Promise<Cursor | null> {
    try {
      const { value } = parseJson(await readFile(this.#pathOf(key)));
      const isOwn =
        member(value, 'kind') === key.kind &&
        member(value, 'source') === key.source &&
        member(value, 'scope') === key.scope;
      return isOwn ? (member(value, 'cursor') ?? null) : null;
    } catch {
      // none yet, or damaged: the source is read from the beginning
      return null;
    }
  }

  async save(key: CursorKey, cursor: Cursor): Promise<void> {
    const { kind, source, scope } = key;
    const path = this.#pathOf(key);
    const aside = `${path}.${randomUUID()}`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeSynced(aside, `${JSON.stringify({ kind, source, scope, cursor })}\n`);
      await rename(aside, path);
    } catch (cause) {
      await rm(aside, { force: true }).catch(() => {});
      throw new PedigreeError('ERR_STORE_UNAVAILABLE', 'the place in a source cannot be kept', {
        cause,
        file: this.#folder,
      });
    }
  }

  #pathOf({ kind, source, scope }: CursorKey): string {
    const name = hexOf(sha256(canonicalizeJcs([kind, source, scope]))).slice(0, 32);
    return join(this.#folder, `${name}.json`);
  }
}
