// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { parseJsonNumbers } from '../../core/exact-json.ts';
import { isJsonObject, pointerJoin, stringMember, type JsonDocument } from '../../core/json.ts';

/** One measurement of a report. */
export interface ReportMetric {
  readonly name: string;
  /** The number exactly as the report writes it. */
  readonly value: string;
  readonly pointer: string;
}

/** A score report that names model and dataset by digest. */
export interface EvaluationReport {
  readonly model: { readonly label: string; readonly sha256: string };
  readonly dataset: { readonly label: string; readonly sha256: string };
  readonly metrics: readonly ReportMetric[];
  /** Number of examples, as written. */
  readonly sampleSize?: string;
  /** Program that measured, where the report names one. */
  readonly harness?: string;
  readonly nonce?: string;
}

/** Numeric members that count or set up and do not measure. */
const SAMPLE_SIZE_KEYS = ['sample_size', 'n_samples', 'num_samples', 'samples', 'n', 'support'];
const SETUP_KEYS = new Set([...SAMPLE_SIZE_KEYS, 'seed', 'threshold', 'timestamp', 'version']);
/** Measurements that one report may hold. */
const MAX_METRICS = 1000;

/** A number that still knows how it was written. */
class WrittenNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/**
 * Parses a report: `model_sha256`, `dataset_sha256`, and numbers at the top level or under `metrics`.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where one of the digests or every number is missing, ERR_LIMIT_ITEMS
 */
export function parseEvaluationReport(json: JsonDocument): EvaluationReport {
  const { value } = json;
  const model = stringMember(value, 'model_sha256');
  const dataset = stringMember(value, 'dataset_sha256');
  if (model === undefined || dataset === undefined) {
    throw new PedigreeError(
      'ERR_PARSE_DOCUMENT',
      'a report without model_sha256 and dataset_sha256',
    );
  }
  const root = parseJsonNumbers(json.text, (written) => new WrittenNumber(written));
  const metrics = [...metricsOf(root, ''), ...metricsOf(ownValue(root, 'metrics'), '/metrics')];
  if (metrics.length === 0)
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a report without a number');
  if (metrics.length > MAX_METRICS) {
    throw new PedigreeError(
      'ERR_LIMIT_ITEMS',
      `more than ${MAX_METRICS} measurements in one report`,
    );
  }
  const size = SAMPLE_SIZE_KEYS.map((key) => ownValue(root, key)).find(
    (found) => found instanceof WrittenNumber,
  );
  const harness = stringMember(value, 'harness');
  const nonce = stringMember(value, 'nonce');
  return {
    model: { label: stringMember(value, 'model') ?? '', sha256: model },
    dataset: { label: stringMember(value, 'dataset') ?? '', sha256: dataset },
    metrics,
    ...(size === undefined ? {} : { sampleSize: size.source }),
    ...(harness === undefined ? {} : { harness }),
    ...(nonce === undefined ? {} : { nonce }),
  };
}

function metricsOf(value: unknown, base: string): ReportMetric[] {
  if (!isJsonObject(value)) return [];
  return Object.keys(value).flatMap((name) => {
    const written: unknown = value[name];
    if (!(written instanceof WrittenNumber) || SETUP_KEYS.has(name)) return [];
    return [{ name, value: written.source, pointer: pointerJoin(base, name) }];
  });
}

function ownValue(value: unknown, key: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
