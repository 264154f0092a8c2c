// SPDX-License-Identifier: Apache-2.0
import { colang } from './by-kind/colang.ts';
import { evalHarnessTask } from './by-kind/eval-harness-task.ts';
import { githubPrompt } from './by-kind/github-prompt.ts';
import { guardrailsRail } from './by-kind/guardrails-rail.ts';
import { langchainPrompt } from './by-kind/langchain-prompt.ts';
import { nemoGuardrails } from './by-kind/nemo-guardrails.ts';
import { prompty } from './by-kind/prompty.ts';
import { promptfoo } from './by-kind/promptfoo.ts';
import type { AssetAdapter } from './adapter.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** One line a kind of file. */
export const ASSET_ADAPTERS: readonly AssetAdapter[] = [
  githubPrompt,
  langchainPrompt,
  prompty,
  promptfoo,
  nemoGuardrails,
  colang,
  guardrailsRail,
  evalHarnessTask,
];

/** Recognises prompts, guardrails and evaluation sets by their content. */
export function detectAsset(decoded: Decoded): Detected | undefined {
  for (const adapter of ASSET_ADAPTERS) {
    const version = adapter.detect(decoded);
    if (version !== undefined) return { format: adapter.format, version };
  }
  return undefined;
}
