// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot, pathThing, scalarsOf } from '../read.ts';
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ReportThing, ToolReport } from '../model.ts';

/** Great Expectations: what a batch of data has to look like, and whether it does. @see https://greatexpectations.io */
export const greatExpectations: ToolAdapter = {
  format: 'great-expectations',
  detect(decoded) {
    const document = jsonObject(decoded);
    if (document === undefined) return undefined;
    const runs = Object.values(objectMember(document, 'run_results')).map(validationOfRun);
    const isAbout =
      isValidation(document) ||
      isEmpty(document) ||
      runs.some(isValidation) ||
      (arrayMember(document, 'validation_results') ?? []).some(isDescribedValidation) ||
      (arrayMember(document, 'expectations') ?? []).some(isExpectation);
    if (!isAbout) return undefined;
    return [document, ...runs].map(findVersion).find((one) => one !== undefined) ?? null;
  },
  parse: (decoded) => parseValidation(jsonRoot(decoded)),
};

/** Of its own version the tool tells in `meta`; until 0.12 under another name. */
const VERSION_KEYS = ['great_expectations_version', 'great_expectations.__version__'];

function findVersion(document: unknown): string | undefined {
  const meta = member(document, 'meta');
  const [version] = VERSION_KEYS.flatMap((key) => stringMember(meta, key) ?? []);
  return version;
}

function objectMember(document: unknown, key: string): JsonObject {
  const value = member(document, key);
  return isJsonObject(value) ? value : {};
}

/** A checkpoint holds the result of each validation under its identifier, beside what was done about it. */
function validationOfRun(run: unknown): unknown {
  return member(run, 'validation_result');
}

/** A suite that asks nothing, or a validation of it: told by the tool's version alone. */
function isEmpty(document: unknown): boolean {
  const lists = ['expectations', 'results'].map((key) => arrayMember(document, key));
  return lists.some((list) => list?.length === 0) && findVersion(document) !== undefined;
}

function isValidation(value: unknown): boolean {
  const [first] = arrayMember(value, 'results') ?? [];
  const config = member(first, 'expectation_config');
  return typeof member(value, 'success') === 'boolean' && isExpectation(config);
}

function isDescribedValidation(value: unknown): boolean {
  const [first] = arrayMember(value, 'expectations') ?? [];
  return isJsonObject(member(value, 'statistics')) && isExpectation(first);
}

function isExpectation(value: unknown): boolean {
  const type = stringMember(value, 'type') ?? stringMember(value, 'expectation_type');
  return type?.startsWith('expect_') === true && isJsonObject(member(value, 'kwargs'));
}

function parseValidation(root: Place): ToolReport {
  const runs = root.at('run_results').entries.map(([, run]) => run.at('validation_result'));
  const validations = [root, ...root.at('validation_results').items, ...runs];
  const results = validations.flatMap((one) => one.at('results').items.map(resultOf));
  const described = validations.flatMap((one) => one.at('expectations').items.map(resultOf));
  const meta = root.at('meta');
  const fingerprint = meta.at('batch_markers', 'pandas_data_fingerprint').text;
  return {
    tool: 'great-expectations',
    ...optional('toolVersion', versionOf(validations)),
    ...optional(
      'time',
      meta.at('validation_time').text ??
        meta.at('run_id', 'run_time').text ??
        root.at('run_id', 'run_time').text,
    ),
    stages: [2],
    about: validations.flatMap(batchOf),
    results: [...results, ...described],
    summary: {
      ...optional('success', root.at('success').written),
      ...scalarsOf(root.at('statistics')),
      ...optional('fingerprint', fingerprint),
      ...optional('suite', root.at('suite_name').text ?? root.at('name').text),
    },
  };
}

/** An expectation without outcome is one of a suite: asked, not yet answered. */
function resultOf(place: Place): ReportResult {
  const config = place.at('expectation_config').exists ? place.at('expectation_config') : place;
  const type = config.at('type').text ?? config.at('expectation_type').text ?? '';
  const column = config.at('kwargs', 'column').text;
  const observed = place.at('result', 'observed_value').numeral;
  const unexpected = place.at('result', 'unexpected_count').numeral;
  const { flag } = place.at('success');
  return {
    name: column === undefined ? type : `${type}(${column})`,
    outcome: flag === undefined ? 'info' : flag ? 'pass' : 'fail',
    ...optional('score', observed),
    ...optional('count', unexpected),
  };
}

function versionOf(validations: readonly Place[]): string | undefined {
  return validations.flatMap((one) =>
    VERSION_KEYS.flatMap((key) => one.at('meta', key).text ?? []),
  )[0];
}

/** The batch by its table or file, until 0.12 in `batch_kwargs`; else by the name that the project gives the data. */
function batchOf(validation: Place): ReportThing[] {
  const meta = validation.at('meta');
  const places = [
    meta.at('batch_spec', 'table_name'),
    meta.at('batch_spec', 'path'),
    meta.at('batch_kwargs', 'table'),
    meta.at('batch_kwargs', 'path'),
    meta.at('active_batch_definition', 'data_asset_name'),
    meta.at('data_asset_name'),
  ];
  const named = places.find(({ text }) => text !== undefined);
  return named === undefined ? [] : pathThing('Dataset', named);
}
