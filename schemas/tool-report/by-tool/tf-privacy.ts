// SPDX-License-Identifier: Apache-2.0
import { member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot, scalarsOf, textOf } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ToolReport } from '../model.ts';

/**
 * TF Privacy: what its accountant (dp-accounting) says a training costs in privacy. An epsilon is neither good nor bad by
 * itself; a policy says how much is too much. As JSON, as a sentence, or as the statement of several paragraphs that it prints. @see https://github.com/google/differential-privacy/tree/main/python/dp_accounting
 */
export const tfPrivacy: ToolAdapter = {
  format: 'tf-privacy',
  detect(decoded) {
    if (decoded.kind === 'text') {
      const head = decoded.text.slice(0, 1024);
      return SENTENCE.test(head) || STATEMENT.test(head) ? null : undefined;
    }
    const document = jsonObject(decoded);
    const isAccount =
      ['epsilon', 'delta', 'noise_multiplier'].every(
        (key) => typeof member(document, key) === 'number',
      ) && ['accountant', 'library'].some((key) => stringMember(document, key) !== undefined);
    return isAccount ? (versionOf(stringMember(document, 'library')) ?? null) : undefined;
  },
  parse: (decoded) =>
    decoded.kind === 'text' ? parseText(textOf(decoded)) : parseAccount(jsonRoot(decoded)),
};

const NUMBER = '(\\d{1,12}(?:\\.\\d{1,24})?(?:e-?\\d{1,3})?)';
/** `DP-SGD over 442 examples with …: epsilon = 5.6 at delta = 0.001`, `… satisfies differential privacy with eps = 5.6 and delta = 1e-05`. */
const SENTENCE = new RegExp(
  `^DP-SGD [^\\n]{1,400}? eps(?:ilon)? = ${NUMBER} (?:at|and) delta = ${NUMBER}`,
);

/** Its first line; the paragraphs are filled to a width, so that any space may be the end of a line. */
const STATEMENT =
  /^DP-SGD performed over \d{1,15} examples with \d{1,15} examples per iteration, noise\s/;
/** Three paragraphs that count, and what they are explained with. */
const MAX_STATEMENT = 8192;
const PART = new RegExp(
  `(Example|User)-level DP with [\\w-]{1,40} adjacency at delta = ${NUMBER} |Epsilon (with each example occurring once per epoch|assuming Poisson sampling) ?(?:\\(\\*\\))?: (?:${NUMBER}|(inf))`,
  'g',
);

function parseText(text: string): ToolReport {
  return STATEMENT.test(text) ? parseStatement(text.slice(0, MAX_STATEMENT)) : parseSentence(text);
}

/** Each level has its delta first, then an epsilon for each assumption about how examples were sampled. */
function parseStatement(text: string): ToolReport {
  const words = text.replaceAll(/\s+/g, ' ');
  const results: ReportResult[] = [];
  let level = '';
  for (const [, heading, delta, assumption, epsilon, infinite] of words.matchAll(PART)) {
    if (heading !== undefined) {
      level = `${heading.toLowerCase()}-level`;
      results.push({ name: `delta ${level}`, outcome: 'info', ...optional('score', delta) });
    } else {
      const name = `epsilon ${level} ${assumption ?? ''}`;
      results.push({ name, outcome: 'info', ...optional('score', epsilon ?? infinite) });
    }
  }
  const [sentence = ''] = /^[^:]{1,400}?\. /.exec(words) ?? [];
  return {
    tool: 'tf-privacy',
    stages: [7],
    about: [],
    results,
    summary: { statement: sentence.trim() },
  };
}

function parseSentence(text: string): ToolReport {
  const [sentence = '', epsilon = '', delta = ''] = SENTENCE.exec(text.slice(0, 1024)) ?? [];
  return {
    tool: 'tf-privacy',
    stages: [7],
    about: [],
    results: [
      { name: 'epsilon', outcome: 'info', score: epsilon },
      { name: 'delta', outcome: 'info', score: delta },
    ],
    summary: { statement: sentence },
  };
}

function versionOf(library: string | undefined): string | undefined {
  return / ([0-9][0-9A-Za-z.+-]{0,30})$/.exec(library ?? '')?.[1];
}

function parseAccount(root: Place): ToolReport {
  const library = root.at('library').text;
  return {
    tool: 'tf-privacy',
    ...optional('toolVersion', versionOf(library)),
    stages: [7],
    about: [],
    results: [
      { name: 'epsilon', outcome: 'info', ...optional('score', root.at('epsilon').numeral) },
      { name: 'delta', outcome: 'info', ...optional('score', root.at('delta').numeral) },
    ],
    summary: scalarsOf(root),
  };
}
