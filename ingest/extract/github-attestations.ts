// SPDX-License-Identifier: Apache-2.0
import { parseGithubAttestations } from '../../schemas/slsa/github-attestations.ts';
import type { FormatReader } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { finishReading, innerJson, jsonOf } from './reading.ts';

/** What GitHub answers about an artefact: a list of sigstore bundles. */
export const githubAttestationsReader: FormatReader = {
  formats: ['github-attestations'],
  extractor: 'github-attestations/1',
  read(decoded, detected, context) {
    const { bundles, problems } = parseGithubAttestations(jsonOf(decoded));
    const builder = new FactsBuilder(context.digest);
    const about = { detected, statementKind: 'envelope' };
    return {
      ...finishReading(builder, about, context, problems),
      inner: bundles.map(({ name, bundle }) => ({ name, bytes: innerJson(bundle, '') })),
    };
  },
};
