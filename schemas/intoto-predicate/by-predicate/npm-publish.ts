// SPDX-License-Identifier: Apache-2.0
import { requiredText } from '../adapter.ts';
import { scalarsOf } from '../../tool-report/read.ts';
import type { PredicateAdapter } from '../adapter.ts';

/** npm's word that its registry took a package: the subject's own name is its purl. @see https://github.com/npm/attestation/tree/main/specs/publish/v0.1 */
export const npmPublish: PredicateAdapter = {
  prefixes: ['https://github.com/npm/attestation/tree/main/specs/publish/v'],
  statementKind: 'release',
  read(input) {
    for (const key of ['name', 'version', 'registry']) requiredText(input, key);
    return { stages: [6], results: [], summary: scalarsOf(input.place) };
  },
};
