// SPDX-License-Identifier: Apache-2.0
import { optional } from '../../tool-report/optional.ts';
import { scalarsOf } from '../../tool-report/read.ts';
import type { PredicateAdapter } from '../adapter.ts';

/** Releases: the package version that the subjects were published as. @see https://github.com/in-toto/attestation/blob/main/spec/predicates/release.md */
export const release: PredicateAdapter = {
  prefixes: ['https://in-toto.io/attestation/release/v'],
  statementKind: 'release',
  read({ place }) {
    const purl = place.at('purl');
    const written = purl.text;
    return {
      stages: [6],
      results: [],
      ...optional(
        'distributes',
        written === undefined ? undefined : { purl: written, pointer: purl.pointer },
      ),
      summary: scalarsOf(place),
    };
  },
};
