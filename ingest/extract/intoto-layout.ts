// SPDX-License-Identifier: Apache-2.0
import { parseLayout } from '../../schemas/intoto/layout.ts';
import type { FormatReader } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { finishReading, jsonOf } from './reading.ts';

/** in-toto layouts say what should happen, not what did: a document without facts. */
export const intotoLayoutReader: FormatReader = {
  formats: ['in-toto-layout'],
  extractor: 'in-toto-layout/1',
  read(decoded, detected, context) {
    const { problems } = parseLayout(jsonOf(decoded));
    const builder = new FactsBuilder(context.digest);
    return finishReading(builder, { detected, statementKind: 'layout' }, context, problems);
  },
};
