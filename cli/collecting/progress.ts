// SPDX-License-Identifier: Apache-2.0
import type { Collector, CollectProgress } from '../../ingest/collectors/collector.ts';
import { Progress, type Terminal } from '../output/terminal.ts';

/** One bar for all sources: files by what has been stored, other sources by what they say of themselves. */
export class IngestProgress {
  readonly #terminal: Terminal;
  readonly #remote = new Map<Collector, CollectProgress>();
  #bar: Progress | undefined;
  #files = 0;
  #filesDone = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** @param files of this machine, as counted beforehand */
  begin(files: number): void {
    this.#files = files;
    this.#bar = new Progress(this.#terminal, 'ingest', files);
  }

  /** A file was stored or refused. */
  advance(): void {
    this.#filesDone++;
    this.#show();
  }

  /** A source says how far it is. Folders and pipes are counted by `advance`. */
  look(source: Collector, progress: CollectProgress): void {
    if (source.kind === 'folder' || source.kind === 'stream') return;
    this.#remote.set(source, progress);
    this.#show();
  }

  /** More than once does nothing. */
  end(): void {
    this.#bar?.end();
    this.#bar = undefined;
  }

  #show(): void {
    let [done, total] = [this.#filesDone, this.#files];
    for (const one of this.#remote.values()) {
      done += one.done;
      // one that does not say how much it has is as far as it has come, never at its end
      total += one.total ?? one.done + 1;
    }
    this.#bar?.show(done, Math.max(total, done));
  }
}
