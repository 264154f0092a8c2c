// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { createFolderKind } from './folder/collector.ts';
import { createGitKind } from './git/collector.ts';
import { httpKind } from './http/collector.ts';
import { huggingFaceKind } from './hugging-face/collector.ts';
import { mlflowKind } from './mlflow/collector.ts';
import { ociKind } from './oci/collector.ts';
import type { Machine } from './machine.ts';
import { s3Kind } from './s3/collector.ts';
import type { CollectorKind } from './source-spec.ts';

/** Every kind of source; a new one is one line here. */
const kindsOf = (machine: Machine): readonly CollectorKind[] => [
  createFolderKind(machine),
  httpKind,
  createGitKind(machine),
  ociKind,
  s3Kind,
  mlflowKind,
  huggingFaceKind,
];

/** The kinds of source that this machine can read. */
export class CollectorRegistry {
  readonly #kinds: readonly CollectorKind[];

  constructor(machine: Machine) {
    this.#kinds = kindsOf(machine);
  }

  /** The kind that a URL scheme means (`https:`), or undefined. */
  findByScheme(scheme: string): CollectorKind | undefined {
    return this.#kinds.find(({ schemes }) => schemes.includes(scheme));
  }

  /**
   * The kind of that name.
   * @throws {PedigreeError} ERR_USAGE
   */
  get(name: string): CollectorKind {
    const kind = this.#kinds.find((one) => one.kind === name);
    if (kind !== undefined) return kind;
    throw new PedigreeError('ERR_USAGE', `there is no kind of source "${excerpt(name)}"`, {
      hint: `kinds: ${this.#kinds.map((one) => one.kind).join(', ')}`,
    });
  }

  /** Every URL scheme that names a source, for help and messages. */
  get schemes(): readonly string[] {
    return this.#kinds.flatMap(({ schemes }) => schemes);
  }
}
