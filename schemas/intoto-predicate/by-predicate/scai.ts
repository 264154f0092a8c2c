// SPDX-License-Identifier: Apache-2.0
import { addProblem } from '../../intoto/problem.ts';
import { requiredList, resourceAt } from '../adapter.ts';
import { optional } from '../../tool-report/optional.ts';
import type { ReportResult } from '../../tool-report/model.ts';
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
    const producer = resourceAt(input, input.place.at('producer'));
    const results: ReportResult[] = [];
    for (const attribute of attributes) {
      const name = nameOf(input, attribute);
      if (name !== undefined) results.push({ name, outcome: 'info' });
    }
    const mentions: PredicateMention[] = [];
    for (const attribute of attributes) addMentions(input, attribute, mentions);
    if (producer !== undefined) mentions.push({ resource: producer, role: 'producer' });
    return {
      ...optional('tool', producer?.uri ?? producer?.name),
      results,
      mentions,
      summary: Object.fromEntries(attributes.flatMap(conditionsOf)),
    };
  },
};

/** "attribute: string, required". Some producers write what it is an attribute of into an object; that says nothing here. */
function nameOf({ problems }: PredicateInput, attribute: Place): string | undefined {
  const name = attribute.textAt('attribute');
  if (name === undefined) {
    const { pointer } = attribute.at('attribute');
    addProblem(problems, 'field-missing', pointer, 'attribute is no text');
  }
  return name;
}

function addMentions(input: PredicateInput, attribute: Place, mentions: PredicateMention[]): void {
  const says = attribute.textAt('attribute');
  for (const role of ['target', 'evidence'] as const) {
    const resource = resourceAt(input, attribute.at(role));
    if (resource !== undefined) mentions.push({ resource, role, ...optional('says', says) });
  }
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
