// SPDX-License-Identifier: Apache-2.0
import { requiredList, requiredText } from '../adapter.ts';
import { optional } from '../../tool-report/optional.ts';
import type { PredicateAdapter } from '../adapter.ts';

/** Simple verification results: properties that a verifier found the subjects to have. @see https://github.com/in-toto/attestation/blob/main/spec/predicates/svr.md */
export const simpleVerificationResult: PredicateAdapter = {
  prefixes: ['https://in-toto.io/attestation/svr/v'],
  statementKind: 'verification-summary',
  read(input) {
    const properties = requiredList(input, 'properties');
    return {
      ...optional('tool', requiredText(input, 'verifier', 'id')),
      ...optional('time', requiredText(input, 'timeCreated')),
      results: properties.flatMap(({ text }) =>
        text === undefined ? [] : [{ name: text, outcome: 'info' as const }],
      ),
    };
  },
};
