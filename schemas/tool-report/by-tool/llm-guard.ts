// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { findFirstLine, findJson, parseLines } from '../lines.ts';
import { jsonRoot, textOf } from '../read.ts';
import { optional } from '../optional.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ToolReport } from '../model.ts';

/**
 * LLM Guard: the answer of its API for one prompt, or one such answer a line. Neither names a model; a digest of the text of a
 * prompt is the digest of a string and identifies nothing. @see https://github.com/protectai/llm-guard
 */
export const llmGuard: ToolAdapter = {
  format: 'llm-guard',
  detect(decoded) {
    if (decoded.kind === 'text') {
      const line = findFirstLine(decoded.text);
      return line !== undefined && isAnswer(findJson(line)) ? null : undefined;
    }
    return isAnswer(jsonObject(decoded)) ? null : undefined;
  },
  parse: (decoded) =>
    decoded.kind === 'text'
      ? report(parseLines(textOf(decoded), () => true))
      : report([jsonRoot(decoded)]),
};

function isAnswer(value: unknown): boolean {
  const scanners = member(value, 'scanners');
  const hasText = ['sanitized_prompt', 'sanitized_output'].some(
    (key) => member(value, key) !== undefined,
  );
  return typeof member(value, 'is_valid') === 'boolean' && isJsonObject(scanners) && hasText;
}

function report(answers: readonly Place[]): ToolReport {
  const results = answers.map(answerOf);
  const invalid = results.filter(({ outcome }) => outcome === 'fail').length;
  const summary = { prompts: String(answers.length), invalid: String(invalid) };
  return { tool: 'llm-guard', stages: [8], about: [], results, summary };
}

/** Which scanner said no; never the prompt. */
function answerOf(answer: Place, at: number): ReportResult {
  const label = answer.at('id').written ?? String(at + 1);
  const scores = answer.at('scanners').entries.flatMap(([, { numeral }]) => numeral ?? []);
  const refusing = answer
    .at('results_valid')
    .entries.filter(([, { flag }]) => flag === false)
    .map(([name]) => name);
  const worst = scores.reduce<string | undefined>(
    (best, score) => (best === undefined || Number(score) > Number(best) ? score : best),
    undefined,
  );
  return {
    name: [label, ...refusing].join(' '),
    outcome: answer.at('is_valid').flag === true ? 'pass' : 'fail',
    ...optional('score', worst),
  };
}
