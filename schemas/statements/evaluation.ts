// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import { member, pointerJoin } from '../../core/json.ts';
import { artefactJson, isSameContent, parseArtefact, type Artefact } from './artefact.ts';
import { EVALUATION_PREDICATE } from './predicate-types.ts';
import { onlySubject, openStatement, toStatement, type StatementJson } from './statement.ts';
import {
  optionalInstant,
  optionalText,
  refuse,
  strictArray,
  strictObject,
  strictText,
} from './strict.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';

/** One score. */
export interface Metric {
  readonly metric: string;
  /** Finite. The text as written stands in the document; facts quote that, not this. */
  readonly value: number;
}

/** A score on a model and a dataset, measured by one harness in one run. */
export interface EvaluationStatement {
  readonly model: Artefact;
  readonly dataset: Artefact;
  /** At least one; a metric is named once. */
  readonly metrics: readonly Metric[];
  /** Number of samples that the metrics are over. */
  readonly sampleSize?: number;
  /** What measured. */
  readonly harness?: Artefact;
  /** A challenge that this evaluation answers. */
  readonly nonce?: string;
  /** RFC 3339, as written. Proves nothing by itself. */
  readonly evaluatedAt?: string;
}

const AT = '/predicate';
/** Bounds the search for each value's source text in the document. */
const MAX_METRICS = 100;
const MEMBERS = ['model', 'dataset', 'metrics', 'sampleSize', 'harness', 'nonce', 'evaluatedAt'];

/**
 * Parses an evaluation statement. Its subject is the model: the digests of both must agree.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 * @see docs/statements.md
 */
export function parseEvaluation(value: JsonValue): EvaluationStatement {
  const statement = openStatement(value, EVALUATION_PREDICATE);
  const predicate = strictObject(statement.predicate, MEMBERS, AT);
  const model = parseArtefact(member(predicate, 'model'), `${AT}/model`);
  if (!isSameContent(onlySubject(statement), model)) {
    throw refuse('/subject/0', 'the subject is not the model that was evaluated');
  }
  const nonce = optionalText(predicate, 'nonce', AT, 256);
  const evaluatedAt = optionalInstant(predicate, 'evaluatedAt', AT);
  const harness = member(predicate, 'harness');
  return {
    model,
    dataset: parseArtefact(member(predicate, 'dataset'), `${AT}/dataset`),
    metrics: parseMetrics(predicate),
    ...parseSampleSize(predicate),
    ...(harness !== undefined && { harness: parseArtefact(harness, `${AT}/harness`) }),
    ...(nonce !== undefined && { nonce }),
    ...(evaluatedAt !== undefined && { evaluatedAt }),
  };
}

/**
 * Puts an evaluation statement together and reads it back, so that what is made is what is accepted.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 */
export function createEvaluationStatement(evaluation: EvaluationStatement): StatementJson {
  const { model, dataset, metrics, sampleSize, harness, nonce, evaluatedAt } = evaluation;
  const statement = toStatement(EVALUATION_PREDICATE, [artefactJson(model)], {
    model: artefactJson(model),
    dataset: artefactJson(dataset),
    metrics: metrics.map(({ metric, value }) => ({ metric, value })),
    ...(sampleSize !== undefined && { sampleSize }),
    ...(harness !== undefined && { harness: artefactJson(harness) }),
    ...(nonce !== undefined && { nonce }),
    ...(evaluatedAt !== undefined && { evaluatedAt }),
  });
  parseEvaluation(statement);
  return statement;
}

function parseMetrics(predicate: JsonObject): readonly Metric[] {
  const metrics = strictArray(predicate, 'metrics', AT, MAX_METRICS).map((item, index) =>
    parseMetric(item, pointerJoin(AT, 'metrics', index)),
  );
  const names = new Set<string>();
  for (const [index, { metric }] of metrics.entries()) {
    if (names.has(metric)) {
      const at = pointerJoin(AT, 'metrics', index);
      throw refuse(at, `the metric "${excerpt(metric, 40)}" has two values`);
    }
    names.add(metric);
  }
  return metrics;
}

function parseMetric(item: JsonValue, at: string): Metric {
  const object = strictObject(item, ['metric', 'value'], at);
  const value = member(object, 'value');
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw refuse(pointerJoin(at, 'value'), 'a metric has a finite number');
  }
  return { metric: strictText(object, 'metric', at, 256), value };
}

function parseSampleSize(predicate: JsonObject): { readonly sampleSize?: number } {
  const value = member(predicate, 'sampleSize');
  if (value === undefined) return {};
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw refuse(`${AT}/sampleSize`, 'sampleSize is a whole number of samples');
  }
  return { sampleSize: value };
}
