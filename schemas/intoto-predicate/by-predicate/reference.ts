// SPDX-License-Identifier: Apache-2.0
import { mentionsOf, requiredList, requiredText, resourcesAt } from '../adapter.ts';
import { optional } from '../../tool-report/optional.ts';
import type { PredicateAdapter } from '../adapter.ts';

/** References: other documents about the subjects, by digest and place. @see https://github.com/in-toto/attestation/blob/main/spec/predicates/reference.md */
export const reference: PredicateAdapter = {
  prefixes: ['https://in-toto.io/attestation/reference/v'],
  statementKind: 'reference',
  read(input) {
    const references = requiredList(input, 'references');
    const places = references.flatMap((one, at): [string, string][] => {
      const location = one.at('downloadLocation').text;
      return location === undefined ? [] : [[`reference.${at}`, location]];
    });
    return {
      ...optional('tool', requiredText(input, 'attester', 'id')),
      results: [],
      mentions: mentionsOf(resourcesAt(input, input.place.at('references')), 'reference'),
      summary: Object.fromEntries(places),
    };
  },
};
