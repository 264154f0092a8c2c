// SPDX-License-Identifier: Apache-2.0
import { addProblem } from '../../intoto/problem.ts';
import { mentionsOf, requiredList, resourceAt } from '../adapter.ts';
import { optional } from '../../tool-report/optional.ts';
import type { Place } from '../../tool-report/place.ts';
import type { PredicateAdapter, PredicateInput, PredicateMention } from '../adapter.ts';

/**
 * SCAI attribute reports: what a producer asserts of the subject or of a target, with its evidence. An assertion is no test:
 * nothing passes by it. @see https://github.com/in-toto/attestation/blob/main/spec/predicates/scai.md
 */
export const scai: PredicateAdapter = {
  prefixes: [
    'https://in-toto.io/attestation/scai/v',
    'https://in-toto.io/attestation/scai/attribute-report/v',
  ],
  statementKind: 'attributes',
  read(input) {
    const attributes = requiredList(input, 'attributes');
    const producer = resourceAt(input, 'producer');
    return {
      ...optional('tool', producer[0]?.uri ?? producer[0]?.name),
      results: attributes.flatMap((one) => {
        const name = nameOf(input, one);
        return name === undefined ? [] : [{ name, outcome: 'info' as const }];
      }),
      mentions: [
        ...attributes.flatMap((one, at) => mentionsOfAttribute(input, one, at)),
        ...mentionsOf(producer, 'producer'),
      ],
      summary: Object.fromEntries(attributes.flatMap(conditionsOf)),
    };
  },
};

/** "attribute: string, required". Some producers write what it is an attribute of into an object; that says nothing here. */
function nameOf({ problems }: PredicateInput, attribute: Place): string | undefined {
  const { text, pointer } = attribute.at('attribute');
  if (text === undefined) addProblem(problems, 'field-missing', pointer, 'attribute is no text');
  return text;
}

function mentionsOfAttribute(
  input: PredicateInput,
  attribute: Place,
  at: number,
): readonly PredicateMention[] {
  const name = attribute.at('attribute').text;
  const says = optional('says', name);
  return [
    ...mentionsOf(resourceAt(input, 'attributes', at, 'target'), 'target'),
    ...mentionsOf(resourceAt(input, 'attributes', at, 'evidence'), 'evidence'),
  ].map((mention) => ({ ...mention, ...says }));
}

/** "conditions: object": under which the attribute holds. Scalars are shown. */
function conditionsOf(attribute: Place): [string, string][] {
  const name = attribute.at('attribute').text ?? '';
  return attribute
    .at('conditions')
    .entries.flatMap(([key, { written }]): [string, string][] =>
      written === undefined ? [] : [[`condition.${name}.${key}`, written]],
    );
}
