// SPDX-License-Identifier: Apache-2.0
import { kindsOfFileName } from '../../../schemas/file-kind.ts';
import { parseCompleteness } from '../../../schemas/statements/completeness.ts';
import { COMPLETENESS_PREDICATE } from '../../../schemas/statements/predicate-types.ts';
import type { FormatReader } from '../extractor.ts';
import { FactsBuilder } from '../facts-builder.ts';
import { finishReading, jsonOf } from '../reading.ts';
import { addAttests } from '../statement-facts.ts';
import { addArtefact } from './artefact-entity.ts';

/** "What is known of these things is all there is": one claim a subject. */
export const completenessReader: FormatReader = {
  formats: ['pedigree-completeness'],
  extractor: 'pedigree-completeness/1',
  read(decoded, detected, context) {
    const { subjects, covers } = parseCompleteness(jsonOf(decoded));
    const builder = new FactsBuilder(context.digest);
    for (const [index, subject] of subjects.entries()) {
      const pointer = `/subject/${index}`;
      const about = addArtefact(builder, subject, kindsOfFileName(subject.name ?? ''), pointer);
      builder.subject(about);
      addAttests(builder, context, about, { predicateType: COMPLETENESS_PREDICATE, pointer });
      builder.claim({ type: 'completeness', about, covers, pointer });
    }
    return finishReading(builder, { detected, statementKind: 'completeness' }, context, []);
  },
};
