// SPDX-License-Identifier: Apache-2.0
import { parseGcbProvenance } from '../../schemas/slsa/gcb-provenance.ts';
import type { FormatReader } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { finishReading, innerJson, jsonOf } from './reading.ts';

/**
 * Google Cloud Build's description of an image: a list of envelopes. It states nothing that is signed outside them, so it
 * has no facts of its own.
 */
export const slsaGcbReader: FormatReader = {
  formats: ['slsa-gcb'],
  extractor: 'slsa-gcb/1',
  read(decoded, detected, context) {
    const { provenances, problems } = parseGcbProvenance(jsonOf(decoded));
    const builder = new FactsBuilder(context.digest);
    const about = { detected, statementKind: 'envelope' };
    return {
      ...finishReading(builder, about, context, problems),
      inner: provenances.map(({ name, envelope }) => ({ name, bytes: innerJson(envelope, '') })),
    };
  },
};
