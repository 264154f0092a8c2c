// SPDX-License-Identifier: Apache-2.0
import type { Thing } from './things.ts';

/** A commit on the Hub, as a ref. */
const HUB = /^hf:(datasets\/)?([^@]+)@([0-9a-f]{40})$/;

/** A commit on the Hub as a purl (purl-spec, type huggingface); undefined for any other ref, and for another kind of thing. */
export function hubPurl(ref: string, { kind }: Thing): string | undefined {
  const [, isDataset, id, commit] = HUB.exec(ref) ?? [];
  const fits = isDataset === undefined ? kind === 'Model' : kind === 'Dataset';
  return id === undefined || commit === undefined || !fits
    ? undefined
    : `pkg:huggingface/${id}@${commit}`;
}
