// SPDX-License-Identifier: Apache-2.0
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { PedigreeError } from '../../../core/errors.ts';
import { LIMITS } from '../../../core/limits.ts';
import {
  gitFault,
  lastWords,
  runGit,
  startGit,
  stopGit,
  stopped,
  type GitSetting,
} from './run-git.ts';

/** A file of a commit. */
export interface TreeEntry {
  readonly path: string;
  /** `100644`, `100755` a file; `120000` a link; `160000` a submodule. */
  readonly mode: string;
  /** Object id. */
  readonly id: string;
}

const LIST_BYTES = 256 * 1024 * 1024;
const LOCAL_MS = 5 * 60_000;
const TIP = 'refs/pedigree/tip';

/** A bare repository of ours that holds what was fetched. Nothing is ever checked out of it. */
export class Repository {
  readonly #setting: GitSetting;

  constructor(setting: GitSetting) {
    this.#setting = setting;
  }

  /** Makes the repository where there is none; one that is damaged is made anew. */
  async prepare(): Promise<void> {
    const { folder } = this.#setting;
    await this.#makeFolder();
    // what was fetched earlier is never needed twice; half of the room stays for the next commit
    const isRoomy = (await folderBytes(folder)) < LIMITS.repositoryBytes / 2;
    if (isRoomy && (await this.#isUsable())) return;
    await rm(folder, { recursive: true, force: true });
    await this.#makeFolder();
    await this.#run(['init', '--quiet', '--bare', '--template=', folder]);
  }

  async #makeFolder(): Promise<void> {
    const { folder } = this.#setting;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw new PedigreeError('ERR_STORE_UNAVAILABLE', 'the cache folder cannot be used', {
        cause,
        file: folder,
      });
    }
  }

  /**
   * Fetches one commit, without its history.
   * @param options of git for this transport
   * @returns the commit's id
   */
  async fetch(url: string, revision: string, options: readonly string[]): Promise<string> {
    const { folder } = this.#setting;
    const arguments_ = [
      ...options.flatMap((one) => ['-c', one]),
      ...['fetch', '--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules'],
      ...['--no-write-fetch-head', '--no-auto-maintenance', '--force', '--', url],
      `+${revision}:${TIP}`,
    ];
    await runGit(arguments_, this.#setting, {
      timeoutMs: LIMITS.fetchStreamMs,
      maxBytes: LIST_BYTES,
      isTooMuch: async () => (await folderBytes(folder)) > LIMITS.repositoryBytes,
    });
    return (await this.#run(['rev-parse', '--verify', '--quiet', `${TIP}^{commit}`]))
      .toString('utf8')
      .trim();
  }

  /** Every file of a commit, in the order of their paths' bytes; undefined where the commit is not here. */
  async findEntries(commit: string): Promise<TreeEntry[] | undefined> {
    if (!(await this.#has(commit))) return undefined;
    const list = await this.#run(['ls-tree', '-r', '-z', '--full-tree', commit]);
    return list
      .toString('utf8')
      .split('\0')
      .flatMap((row) => {
        const match = /^(\d{6}) \w+ ([0-9a-f]{40,64})\t([\s\S]+)$/.exec(row);
        const [, mode, id, path] = match ?? [];
        return mode === undefined || id === undefined || path === undefined
          ? []
          : [{ mode, id, path }];
      });
  }

  /** The commit that is checked out. @throws {PedigreeError} where there is none */
  async headCommit(): Promise<string> {
    const id = await this.#run(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
    return id.toString('utf8').trim();
  }

  /** Where the repository was cloned from. @throws {PedigreeError} where it says nothing of it */
  async remoteUrl(): Promise<string> {
    return (await this.#run(['config', '--get', 'remote.origin.url'])).toString('utf8').trim();
  }

  openObjects(): Objects {
    return new Objects(this.#setting);
  }

  async #isUsable(): Promise<boolean> {
    try {
      await this.#run(['rev-parse', '--is-bare-repository']);
      return true;
    } catch (error) {
      if (this.#setting.signal.aborted) throw error;
      return false;
    }
  }

  async #has(commit: string): Promise<boolean> {
    try {
      await this.#run(['cat-file', '-e', `${commit}^{tree}`]);
      return true;
    } catch (error) {
      if (this.#setting.signal.aborted) throw error;
      return false;
    }
  }

  #run(arguments_: readonly string[]): Promise<Buffer> {
    return runGit(arguments_, this.#setting, { timeoutMs: LOCAL_MS, maxBytes: LIST_BYTES });
  }
}

/** Reads objects through one git that stays open. One question at a time. */
export class Objects {
  readonly #setting: GitSetting;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #words: () => string;
  readonly #onAbort: () => void;
  #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(setting: GitSetting) {
    this.#setting = setting;
    this.#child = startGit(['cat-file', '--batch-command=%(objecttype) %(objectsize)'], setting);
    this.#words = lastWords(this.#child);
    this.#chunks = this.#child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    // one that has gone is noticed at the next answer
    this.#child.on('error', () => {});
    this.#child.stdin.on('error', () => {});
    this.#onAbort = () => stopGit(this.#child);
    setting.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Bytes of a blob without reading it; undefined where it is none. */
  async findSize(id: string): Promise<number | undefined> {
    this.#child.stdin.write(`info ${id}\n`);
    return blobSize(await this.#line());
  }

  /** @throws {PedigreeError} ERR_NOT_FOUND where there is no such blob */
  async read(id: string): Promise<Uint8Array> {
    this.#child.stdin.write(`contents ${id}\n`);
    const size = blobSize(await this.#line());
    if (size === undefined) {
      throw new PedigreeError('ERR_NOT_FOUND', 'a file whose content is not in the repository', {
        file: this.#setting.label,
      });
    }
    const bytes = await this.#take(size + 1);
    return new Uint8Array(bytes.subarray(0, size));
  }

  close(): void {
    this.#setting.signal.removeEventListener('abort', this.#onAbort);
    stopGit(this.#child);
  }

  async #line(): Promise<string> {
    let end = this.#rest.indexOf('\n');
    while (end < 0) {
      await this.#more();
      end = this.#rest.indexOf('\n');
    }
    const line = this.#rest.subarray(0, end).toString('utf8');
    this.#rest = this.#rest.subarray(end + 1);
    return line;
  }

  async #take(size: number): Promise<Buffer> {
    const parts = [this.#rest];
    let have = this.#rest.length;
    while (have < size) {
      const chunk = await this.#next();
      parts.push(chunk);
      have += chunk.length;
    }
    const all = Buffer.concat(parts);
    this.#rest = all.subarray(size);
    return all.subarray(0, size);
  }

  async #more(): Promise<void> {
    this.#rest = Buffer.concat([this.#rest, await this.#next()]);
  }

  async #next(): Promise<Buffer> {
    const found = await this.#chunks.next();
    if (found.done !== true) return found.value;
    if (this.#setting.signal.aborted) throw stopped(this.#setting);
    throw gitFault(this.#words(), this.#setting);
  }
}

function blobSize(answer: string): number | undefined {
  const match = /^blob (\d{1,15})$/.exec(answer);
  return match === null ? undefined : Number(match[1]);
}

async function folderBytes(folder: string): Promise<number> {
  let total = 0;
  try {
    for (const name of await readdir(folder, { recursive: true })) {
      total += await stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      );
    }
  } catch {
    // it changes while it is looked at: the next look counts again
  }
  return total;
}
