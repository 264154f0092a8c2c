// SPDX-License-Identifier: Apache-2.0
import { addProblem } from '../../intoto/problem.ts';
import { mentionsOf, requiredList, requiredText, resourcesAt } from '../adapter.ts';
import { optional } from '../../tool-report/optional.ts';
import type { Outcome, ReportResult } from '../../tool-report/model.ts';
import type { PredicateAdapter, PredicateInput } from '../adapter.ts';

/** Test results: an overall result, the configuration of the run, and tests by name. @see https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md */
export const testResult: PredicateAdapter = {
  prefixes: ['https://in-toto.io/attestation/test-result/v'],
  statementKind: 'report',
  read(input) {
    const { place } = input;
    const verdict = requiredText(input, 'result');
    const overall = overallOf(input, verdict);
    requiredList(input, 'configuration');
    return {
      ...optional('verdict', verdict),
      stages: [4],
      results: [
        { name: 'result', outcome: overall },
        ...testsOf(input, 'passedTests', 'pass'),
        ...testsOf(input, 'warnedTests', 'warn'),
        ...testsOf(input, 'failedTests', 'fail'),
      ],
      mentions: mentionsOf(resourcesAt(input, place.at('configuration')), 'configuration'),
      summary: { ...optional('url', place.at('url').text) },
    };
  },
};

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['PASSED', 'pass'],
  ['WARNED', 'warn'],
  ['FAILED', 'fail'],
]);

/** A word that the specification does not know says nothing, least of all that the tests passed. */
function overallOf({ problems }: PredicateInput, verdict: string | undefined): Outcome {
  const outcome = OUTCOMES.get(verdict ?? '');
  if (outcome === undefined && verdict !== undefined) {
    addProblem(problems, 'result-unknown', '/predicate/result', 'not PASSED, WARNED or FAILED');
  }
  return outcome ?? 'info';
}

function testsOf({ place }: PredicateInput, key: string, outcome: Outcome): ReportResult[] {
  return place
    .at(key)
    .items.flatMap(({ text }) => (text === undefined ? [] : { name: text, outcome }));
}
