// SPDX-License-Identifier: Apache-2.0
import { addProblem } from '../../intoto/problem.ts';
import { mentionsOf, requiredText, resourceAt, resourcesAt } from '../adapter.ts';
import { optional } from '../../tool-report/optional.ts';
import type { Outcome, ReportResult } from '../../tool-report/model.ts';
import type { Place } from '../../tool-report/place.ts';
import type { PredicateAdapter, PredicateInput } from '../adapter.ts';

/**
 * SLSA verification summaries: a verifier's verdict on the subjects under a policy. v0.1 writes snake case.
 * @see https://slsa.dev/spec/v1.0/verification_summary
 */
export const verificationSummary: PredicateAdapter = {
  prefixes: ['https://slsa.dev/verification_summary/v'],
  statementKind: 'verification-summary',
  read(input) {
    const { place } = input;
    const isOld = place.at('verification_result').exists;
    const verdict = requiredText(input, isOld ? 'verification_result' : 'verificationResult');
    const levels = place.at(isOld ? 'policy_level' : 'verifiedLevels');
    const key = isOld ? 'input_attestations' : 'inputAttestations';
    return {
      ...optional('tool', requiredText(input, 'verifier', 'id')),
      ...optional('toolVersion', versionOf(place.at('verifier', 'version'))),
      ...optional('time', requiredText(input, isOld ? 'time_verified' : 'timeVerified')),
      ...optional('verdict', verdict),
      results: [{ name: 'verification', outcome: outcomeOf(input, verdict) }, ...levelsOf(levels)],
      mentions: [
        ...mentionsOf([resourceAt(input, place.at('policy'))], 'policy'),
        ...mentionsOf(resourcesAt(input, place.at(key)), 'input'),
      ],
      summary: {
        ...optional('resource', requiredText(input, isOld ? 'resource_uri' : 'resourceUri')),
        ...optional('slsaVersion', place.at('slsaVersion').text),
        ...dependencyLevels(place),
      },
    };
  },
};

/** "verificationResult: string, required": PASSED or FAILED. Anything else is neither. */
function outcomeOf({ problems }: PredicateInput, verdict: string | undefined): Outcome {
  if (verdict === 'PASSED') return 'pass';
  if (verdict === 'FAILED') return 'fail';
  if (verdict !== undefined) {
    addProblem(problems, 'result-unknown', '/predicate', 'the result is not PASSED or FAILED');
  }
  return 'info';
}

/** A level is what the verifier says that the subject meets, no result of a test. */
function levelsOf(levels: Place): ReportResult[] {
  const written = levels.isArray ? levels.items : [levels];
  return written.flatMap(({ text }) =>
    text === undefined ? [] : [{ name: `level ${text}`, outcome: 'info' as const }],
  );
}

/** v1: a map of component name to version. */
function versionOf(version: Place): string | undefined {
  const parts = version.entries.flatMap(([name, { text }]) =>
    text === undefined ? [] : [`${name} ${text}`],
  );
  return parts.length === 0 ? version.text : parts.join(', ');
}

function dependencyLevels(place: Place): Record<string, string> {
  const levels = place.at('dependencyLevels').entries.flatMap(([level, { numeral, text }]) => {
    const count = numeral ?? text;
    return count === undefined ? [] : [[`dependencies.${level}`, count] as const];
  });
  return Object.fromEntries(levels);
}
