// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { sharedPath } from './shared.ts';

/** One entry of the samples' manifest. */
export interface SampleEntry {
  readonly path: string;
  readonly tool: string;
  readonly version: string;
  readonly stage: readonly number[];
  readonly digests: Readonly<Record<string, string>>;
  readonly expected: Readonly<Record<string, unknown>>;
}

/** Every entry of the samples' manifest. */
export function allSamples(): readonly SampleEntry[] {
  const text = readFileSync(sharedPath('samples', 'manifest.json'), 'utf8');
  return JSON.parse(text) as readonly SampleEntry[];
}

/** What is known of one sample. */
export function sampleOf(path: string): SampleEntry {
  const entry = allSamples().find((one) => one.path === path);
  if (entry === undefined) throw new Error(`no sample ${path}`);
  return entry;
}
