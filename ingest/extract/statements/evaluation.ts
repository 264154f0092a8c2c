// SPDX-License-Identifier: Apache-2.0
import { hexOf } from '../../../core/digest.ts';
import { PedigreeError } from '../../../core/errors.ts';
import { findSpan, type JsonDocument } from '../../../core/json.ts';
import { LIMITS } from '../../../core/limits.ts';
import type { Decoded } from '../../../schemas/decoded.ts';
import {
  parseEvaluation,
  type EvaluationStatement,
} from '../../../schemas/statements/evaluation.ts';
import type { FormatReader } from '../extractor.ts';
import { FactsBuilder } from '../facts-builder.ts';
import { finishReading, jsonOf } from '../reading.ts';
import { scoreLabel } from '../score-label.ts';
import { addArtefact } from './artefact-entity.ts';

/** A score: an Evaluation of a model on a dataset, one claim a metric. */
export const evaluationReader: FormatReader = {
  formats: ['pedigree-evaluation'],
  extractor: 'pedigree-evaluation/1',
  read(decoded, detected, context) {
    const statement = parseEvaluation(jsonOf(decoded));
    const builder = new FactsBuilder(context.digest);
    const node = builder.entity({
      kinds: ['Evaluation'],
      pointer: '/predicate',
      names: labelOf(decoded, statement),
      coordinates: [`evaluation:${hexOf(context.digest)}`],
      ...(statement.evaluatedAt !== undefined && {
        attributes: { evaluatedAt: statement.evaluatedAt },
      }),
    });
    const model = addArtefact(builder, statement.model, ['Model'], '/predicate/model');
    const dataset = addArtefact(builder, statement.dataset, ['Dataset'], '/predicate/dataset');
    builder.subject(model);
    builder.edge(node, 'testedOn', dataset, '/predicate/dataset');
    addMetrics(builder, decoded, statement, { node, model, dataset });
    return finishReading(builder, { detected, statementKind: 'evaluation' }, context, []);
  },
};

/** Called by its first score. */
function labelOf(decoded: Decoded, { metrics, model }: EvaluationStatement): readonly string[] {
  const [first] = metrics;
  if (first === undefined || decoded.kind !== 'json') return [];
  const value = findSpan(decoded.json, '/predicate/metrics/0/value')?.source;
  return [scoreLabel(first.metric, value, model.name)];
}

function addMetrics(
  builder: FactsBuilder,
  decoded: Decoded,
  statement: EvaluationStatement,
  ids: { readonly node: number; readonly model: number; readonly dataset: number },
): void {
  const { node, model, dataset } = ids;
  const { harness, sampleSize, nonce } = statement;
  const tool =
    harness === undefined
      ? undefined
      : addArtefact(builder, harness, ['Code'], '/predicate/harness');
  const metricsText = metricsDocument(decoded, statement);
  for (const [index, { metric }] of statement.metrics.entries()) {
    const pointer = `/predicate/metrics/${index}`;
    const value = sourceText(metricsText, `/${index}/value`);
    builder.edge(node, 'evaluates', model, pointer, { qualifiers: { metric, value } });
    builder.claim({
      type: 'evaluation',
      about: node,
      model,
      dataset,
      metric,
      value,
      ...(sampleSize !== undefined && { sampleSize: String(sampleSize) }),
      ...(tool !== undefined && { harness: tool }),
      ...(nonce !== undefined && { nonce }),
      pointer,
    });
  }
}

/** The metrics array alone, so that each value is looked for in a short text. */
function metricsDocument(decoded: Decoded, statement: EvaluationStatement): JsonDocument {
  if (decoded.bytes.length > LIMITS.jsonBodyBytes) {
    throw new PedigreeError('ERR_LIMIT_SIZE', 'an evaluation statement of more than 1 MiB');
  }
  const span = decoded.kind === 'json' ? findSpan(decoded.json, '/predicate/metrics') : undefined;
  if (span === undefined) {
    throw new PedigreeError('ERR_EXTRACT_FACTS', 'the metrics are not in the text', {
      at: '/predicate/metrics',
    });
  }
  return {
    text: span.source,
    value: statement.metrics.map(({ metric, value }) => ({ metric, value })),
  };
}

/** A score is quoted as written: 0.990741, not what a double makes of it. */
function sourceText(document: JsonDocument, pointer: string): string {
  const span = findSpan(document, pointer);
  if (span === undefined) {
    throw new PedigreeError('ERR_EXTRACT_FACTS', 'the value is not in the text', { at: pointer });
  }
  return span.source;
}
