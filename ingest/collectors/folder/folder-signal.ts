// SPDX-License-Identifier: Apache-2.0
import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';

/**
 * Says when a folder should be looked at again. The file system's notices are hints: they are lost on network drives, at
 * limits of the system and where the folder itself is replaced, so a look is due after some time whether one came or not.
 */
export class FolderSignal {
  readonly #path: string;
  #watcher: FSWatcher | undefined;
  #watched: string | undefined;
  #noticed = false;
  #wake: (() => void) | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Watches what is at the path now, which may be another folder than before. Call it before each look. */
  async attach(): Promise<void> {
    const now = await identityOf(this.#path);
    if (now !== undefined && now === this.#watched && this.#watcher !== undefined) return;
    this.#detach();
    if (now === undefined) return;
    try {
      this.#watcher = watch(this.#path, { recursive: true, persistent: false }, () => {
        this.#notice();
      });
      this.#watcher.on('error', () => this.#detach());
      this.#watched = now;
    } catch {
      // no more watches to be had, or gone in between: the periodic look finds it
      this.#detach();
    }
  }

  /**
   * Waits for a notice, and then until it has been quiet for a moment.
   * @param atMostMs after which a look is due without a notice
   * @param quietMs without a further notice; asked for at most `atMostMs` in total
   */
  async wait(atMostMs: number, quietMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#noticed) await this.#pause(atMostMs, signal);
    let leftMs = atMostMs;
    while (this.#noticed && leftMs > 0 && !signal.aborted) {
      this.#noticed = false;
      await this.#pause(quietMs, signal);
      leftMs -= quietMs;
    }
    this.#noticed = false;
  }

  close(): void {
    this.#detach();
  }

  #notice(): void {
    this.#noticed = true;
    this.#wake?.();
  }

  #detach(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watched = undefined;
  }

  #pause(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      this.#wake = done;
      if (signal.aborted) done();
      else signal.addEventListener('abort', done, { once: true });
    });
  }
}

async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
