// SPDX-License-Identifier: Apache-2.0
import { findDigest } from '../../../core/digest.ts';
import { member, stringMember } from '../../../core/json.ts';
import { jsonObjects, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportEvaluation, ReportResult, ReportThing, Stage, ToolReport } from '../model.ts';

/**
 * Results of robustness libraries that write no file of their own: records that name model and data by digest, and hold the
 * library's version, an attack or a metric, and numbers. One adapter for each library, all alike.
 */
function robustnessAdapter(
  tool: string,
  versionKey: string,
  stages: readonly Stage[],
): ToolAdapter {
  return {
    format: tool,
    detect(decoded) {
      const records = jsonObjects(decoded);
      const version = stringMember(records?.[0], versionKey);
      if (records === undefined || version === undefined) return undefined;
      const isRecord = (item: unknown): boolean =>
        ['model', 'dataset', 'model_sha256', 'dataset_sha256'].some(
          (key) => stringMember(item, key) !== undefined,
        ) && ['attack', 'metric', 'defence'].some((key) => member(item, key) !== undefined);
      return records.every(isRecord) ? version : undefined;
    },
    parse: (decoded) => parseRecords(jsonRoot(decoded), tool, versionKey, stages),
  };
}

/** Adversarial Robustness Toolbox. @see https://github.com/Trusted-AI/adversarial-robustness-toolbox */
export const art = robustnessAdapter('art', 'art_version', [3]);
/** Foolbox. @see https://github.com/bethgelab/foolbox */
export const foolbox = robustnessAdapter('foolbox', 'foolbox_version', [8]);

/** Numbers that set up or count and do not measure. */
const SETUP = new Set(['eps', 'epsilons', 'norm', 'samples', 'steps', 'seed', 'truly_poisoned']);

function parseRecords(
  root: Place,
  tool: string,
  versionKey: string,
  stages: readonly Stage[],
): ToolReport {
  const records = root.items;
  const measured = records.map((record) => ({ record, results: resultsOf(record) }));
  const things = records.flatMap((record) => [
    ...thing(record, 'model'),
    ...thing(record, 'dataset'),
  ]);
  return {
    tool,
    ...optional('toolVersion', records[0]?.at(versionKey).text),
    stages,
    about: distinct(things),
    results: measured.flatMap(({ record, results }) => results.map((one) => labelled(record, one))),
    evaluations: measured.flatMap(({ record, results }) => evaluationsOf(record, results)),
    summary: { records: String(records.length) },
  };
}

function resultsOf(record: Place): ReportResult[] {
  const label =
    record.at('attack').text ?? record.at('metric').text ?? record.at('defence').text ?? '';
  const eps = record.at('eps').numeral;
  const epsilons = record.at('epsilons').items;
  const name = (metric: string, at: string | undefined): string =>
    at === undefined ? `${metric} ${label}` : `${metric} ${label} eps=${at}`;
  return record.entries.flatMap(([key, value]): ReportResult[] => {
    if (SETUP.has(key)) return [];
    if (value.isArray) {
      return value.items.flatMap((one, at) => {
        const score = one.numeral;
        const epsilon = epsilons[at]?.numeral;
        return score === undefined ? [] : [{ name: name(key, epsilon), outcome: 'info', score }];
      });
    }
    const score = value.numeral;
    return score === undefined ? [] : [{ name: name(key, eps), outcome: 'info', score }];
  });
}

/** The same attack on another model is another result. */
function labelled(record: Place, result: ReportResult): ReportResult {
  const subject = record.at('model').text ?? record.at('dataset').text;
  return subject === undefined ? result : { ...result, name: `${subject} ${result.name}` };
}

function evaluationsOf(record: Place, results: readonly ReportResult[]): ReportEvaluation[] {
  const [model] = thing(record, 'model').filter(hasDigest);
  const [dataset] = thing(record, 'dataset').filter(hasDigest);
  if (model === undefined || dataset === undefined) return [];
  const sampleSize = record.at('samples').numeral;
  return results.map(({ name, score }) => ({
    model,
    dataset,
    metric: name,
    value: score ?? '',
    ...optional('sampleSize', sampleSize),
    pointer: record.pointer,
  }));
}

function thing(record: Place, key: 'model' | 'dataset'): ReportThing[] {
  const name = record.at(key).text;
  const hex = record.at(`${key}_sha256`).text;
  if (name === undefined && hex === undefined) return [];
  return [
    {
      kind: key === 'model' ? 'Model' : 'Dataset',
      pointer: record.at(key).pointer,
      names: name === undefined ? [] : [name],
      digests: hex === undefined ? [] : [{ algorithm: 'sha256', hex }],
    },
  ];
}

function hasDigest({ digests }: ReportThing): boolean {
  return (digests ?? []).some(({ algorithm, hex }) => findDigest(algorithm, hex) !== undefined);
}

/** Each thing once; a record without the digest means the one of its name that has it. */
function distinct(things: readonly ReportThing[]): ReportThing[] {
  const identified = new Set(things.filter(hasDigest).map(({ names }) => names?.[0]));
  const found = new Map<string, ReportThing>();
  for (const one of things) {
    const name = one.names?.[0];
    if (!hasDigest(one) && identified.has(name)) continue;
    found.set(JSON.stringify([one.kind, name, one.digests?.[0]?.hex]), one);
  }
  return [...found.values()];
}
