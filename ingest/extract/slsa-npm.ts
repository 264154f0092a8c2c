// SPDX-License-Identifier: Apache-2.0
import { parseNpmAttestations } from '../../schemas/slsa/npm-attestations.ts';
import type { FormatReader } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { finishReading, innerJson, jsonOf } from './reading.ts';

/** What the npm registry answers about a package version: a list of sigstore bundles. */
export const slsaNpmReader: FormatReader = {
  formats: ['slsa-npm'],
  extractor: 'slsa-npm/1',
  read(decoded, detected, context) {
    const attestations = parseNpmAttestations(jsonOf(decoded));
    const builder = new FactsBuilder(context.digest);
    const about = { detected, statementKind: 'envelope' };
    return {
      ...finishReading(builder, about, context, []),
      inner: attestations.map(({ name, bundle }) => ({ name, bytes: innerJson(bundle, '') })),
    };
  },
};
