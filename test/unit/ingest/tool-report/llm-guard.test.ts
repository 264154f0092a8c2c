// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { attributesUnder, reportFacts } from './read.ts';

const results = (value: object | string): unknown => attributesUnder(reportFacts(value), 'result.');
const scanners = { Toxicity: 0.75, TokenLimit: 0 };
const text = 'call me at home';

test('an answer of the API: the verdict, and what each scanner scored', () => {
  const answer = { is_valid: false, scanners };
  const expected = { '1': 'fail 0.75', Toxicity: 'info 0.75', TokenLimit: 'info 0' };
  for (const more of [{}, { sanitized_prompt: text }, { sanitized_output: text }]) {
    expect(results({ ...answer, ...more })).toEqual(expected);
  }
  expect(results({ is_valid: true, scanners: {}, sanitized_prompt: text })).toEqual({
    '1': 'pass',
  });
  expect(JSON.stringify(reportFacts({ ...answer, sanitized_prompt: text }))).not.toContain(text);
});

test('several answers as a list or as lines count, and say which scanners refused', () => {
  const answers = [
    { id: 'a', is_valid: true, scanners },
    { id: 'b', is_valid: false, scanners, results_valid: { Toxicity: false, TokenLimit: true } },
  ];
  const lines = answers.map((one) => `${JSON.stringify(one)}\n`).join('');
  for (const form of [answers, lines]) {
    expect(results(form)).toEqual({ a: 'pass 0.75', 'b Toxicity': 'fail 0.75' });
    expect(attributesUnder(reportFacts(form), 'summary.')).toEqual({ prompts: '2', invalid: '1' });
  }
});

test('what the library returns, as the list that a tuple becomes', () => {
  const verdicts = { Toxicity: false, TokenLimit: true };
  const facts = reportFacts([text, verdicts, scanners]);
  expect(attributesUnder(facts, 'result.')).toEqual({
    Toxicity: 'fail 0.75',
    TokenLimit: 'pass 0',
  });
  expect(JSON.stringify(facts)).not.toContain(text);
});

test.each([
  ['no scores and no text', { is_valid: true, scanners: {} }],
  ['a score that is text', { is_valid: true, scanners: { Toxicity: '1' } }],
  ['a verdict that is text', { is_valid: 'yes', scanners }],
  ['a list with something else', [{ is_valid: true, scanners }, {}]],
  ['a tuple without scores', [text, { Toxicity: true }, {}]],
  ['a tuple of other names', [text, { toxicity: true }, { toxicity: 1 }]],
  ['a pair', [text, { Toxicity: true }]],
])('%s: not LLM Guard', (_, value) => {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  expect(detectToolReport(decode(bytes))).toBeUndefined();
});
