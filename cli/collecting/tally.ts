// SPDX-License-Identifier: Apache-2.0
import type { SourceSummary } from '../../ingest/collectors/run.ts';
import type { IngestOutcome } from '../../ingest/pipeline.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';

/** Counts of what became of documents, however many there are. */
export class Tally {
  readonly #counts = new Map<IngestOutcome['standing'], number>();

  add({ standing }: IngestOutcome): void {
    this.#counts.set(standing, this.#of(standing) + 1);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  get stored(): number {
    return this.total - this.#of('refused');
  }

  /** True where nothing needs a look. */
  get isGood(): boolean {
    return this.total === this.#of('accepted') + this.#of('opaque');
  }

  toJson(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #of(standing: IngestOutcome['standing']): number {
    return this.#counts.get(standing) ?? 0;
  }
}

/**
 * 0 all accepted or opaque, or nothing new in a source that goes on where it was; 2 some not, or some source not read to its
 * end; 65 nothing could be stored; 69 nothing, because no source answered.
 * @param isEndless true where being stopped is the way to end
 */
export function ingestExitCode(
  tally: Tally,
  summaries: readonly SourceSummary[],
  isEndless: boolean,
): number {
  const failures = summaries.flatMap(({ error }) => (error === null ? [] : [error]));
  const [first] = failures;
  if (first !== undefined && tally.stored === 0) {
    return first.code === 'ERR_LIMIT_TIME' ? EXIT.unavailable : inputCode(first);
  }
  const isStopped = summaries.some(({ status }) => status === 'stopped') && !isEndless;
  if (first !== undefined || isStopped) return EXIT.unsure;
  if (tally.total === 0) {
    const wentOn = isEndless || summaries.some(({ resumed }) => resumed);
    return wentOn ? EXIT.yes : EXIT.input;
  }
  if (tally.stored === 0) return EXIT.input;
  return tally.isGood ? EXIT.yes : EXIT.unsure;
}

/** A source that is not there, or does not let us in, is input that cannot be read. */
function inputCode(error: Parameters<typeof exitCodeOf>[0]): number {
  const code = exitCodeOf(error);
  return code === EXIT.no || code === EXIT.unsure ? EXIT.input : code;
}
