// SPDX-License-Identifier: Apache-2.0
import { member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot, scalarsOf } from '../read.ts';
import type { Place } from '../place.ts';
import type { ToolReport } from '../model.ts';

/**
 * TF Privacy: what its accountant (dp-accounting) says a training costs in privacy. An epsilon is neither good nor bad by
 * itself; a policy says how much is too much. @see https://github.com/google/differential-privacy/tree/main/python/dp_accounting
 */
export const tfPrivacy: ToolAdapter = {
  format: 'tf-privacy',
  detect(decoded) {
    const document = jsonObject(decoded);
    const isAccount =
      ['epsilon', 'delta', 'noise_multiplier'].every(
        (key) => typeof member(document, key) === 'number',
      ) && ['accountant', 'library'].some((key) => stringMember(document, key) !== undefined);
    return isAccount ? (versionOf(stringMember(document, 'library')) ?? null) : undefined;
  },
  parse: (decoded) => parseAccount(jsonRoot(decoded)),
};

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
