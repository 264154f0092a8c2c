// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member } from '../../../core/json.ts';
import { jsonObject, jsonObjects, type ToolAdapter } from '../adapter.ts';
import { findFirstLine, findJson, parseLines } from '../lines.ts';
import { jsonRoot, textOf } from '../read.ts';
import { optional } from '../optional.ts';
import type { Decoded } from '../../decoded.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ToolReport } from '../model.ts';

/**
 * LLM Guard: the answer of its API for one prompt or output, several of them as a list or one a line, or what its library
 * returns: text, verdicts, scores. None names a model; a digest of the text of a prompt is the digest of a string and
 * identifies nothing. @see https://github.com/protectai/llm-guard
 */
export const llmGuard: ToolAdapter = {
  format: 'llm-guard',
  detect(decoded) {
    if (decoded.kind === 'text') {
      const line = findFirstLine(decoded.text);
      return line !== undefined && isAnswer(findJson(line)) ? null : undefined;
    }
    const answers = jsonObjects(decoded) ?? [jsonObject(decoded)];
    return answers.every(isAnswer) || isReturned(decoded) ? null : undefined;
  },
  parse(decoded) {
    if (decoded.kind === 'text') return report(parseLines(textOf(decoded), () => true));
    const root = jsonRoot(decoded);
    if (isReturned(decoded)) return parseReturned(root);
    return root.isArray ? report(root.items) : report([root]);
  },
};

/** An answer about text may leave the text out: what is only scanned comes back as a verdict and scores. */
function isAnswer(value: unknown): boolean {
  const scanners = member(value, 'scanners');
  const scores = isJsonObject(scanners) ? Object.values(scanners) : undefined;
  const hasText = ['sanitized_prompt', 'sanitized_output'].some(
    (key) => member(value, key) !== undefined,
  );
  return (
    typeof member(value, 'is_valid') === 'boolean' &&
    scores?.every((score) => typeof score === 'number') === true &&
    (hasText || scores.length > 0)
  );
}

/** `scan_prompt` and `scan_output` return a tuple: the text, a verdict and a score for each scanner. */
function isReturned(decoded: Decoded): boolean {
  const value = decoded.kind === 'json' ? decoded.json.value : undefined;
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [text, verdicts, scores] = value as readonly unknown[];
  if (typeof text !== 'string' || !isJsonObject(verdicts) || !isJsonObject(scores)) return false;
  const names = Object.keys(verdicts);
  return (
    names.length > 0 &&
    names.every((name) => typeof verdicts[name] === 'boolean' && /^[A-Z]\w*$/.test(name)) &&
    names.every((name) => typeof member(scores, name) === 'number')
  );
}

function report(answers: readonly Place[]): ToolReport {
  const results = answers.map(answerOf);
  const invalid = results.filter(({ outcome }) => outcome === 'fail').length;
  const summary = { prompts: String(answers.length), invalid: String(invalid) };
  const [first] = answers;
  const scanned =
    answers.length === 1 && first !== undefined
      ? scannedBy(first.at('scanners'), first.at('results_valid'))
      : [];
  return { tool: 'llm-guard', stages: [8], about: [], results: [...results, ...scanned], summary };
}

function parseReturned(root: Place): ToolReport {
  const results = scannedBy(root.at(2), root.at(1));
  const isInvalid = results.some(({ outcome }) => outcome === 'fail');
  const summary = { prompts: '1', invalid: isInvalid ? '1' : '0' };
  return { tool: 'llm-guard', stages: [8], about: [], results, summary };
}

/** What each scanner said; a score without a verdict judges nothing: every scanner has a threshold of its own. */
function scannedBy(scores: Place, verdicts: Place): ReportResult[] {
  return scores.entries.map(([name, { numeral }]) => {
    const verdict = verdicts.at(name).flag;
    const judged = verdict === true ? 'pass' : 'fail';
    return {
      name,
      outcome: verdict === undefined ? 'info' : judged,
      ...optional('score', numeral),
    };
  });
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
