// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot, pathThing, scalarsOf } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ReportThing, ToolReport } from '../model.ts';

/** Great Expectations: what a batch of data has to look like, and whether it does. @see https://greatexpectations.io */
export const greatExpectations: ToolAdapter = {
  format: 'great-expectations',
  detect(decoded) {
    const document = jsonObject(decoded);
    if (document === undefined) return undefined;
    const isAbout =
      isValidation(document) ||
      (arrayMember(document, 'validation_results') ?? []).some(isDescribedValidation) ||
      (arrayMember(document, 'expectations') ?? []).some(isExpectation);
    if (!isAbout) return undefined;
    return stringMember(member(document, 'meta'), 'great_expectations_version') ?? null;
  },
  parse: (decoded) => parseValidation(jsonRoot(decoded)),
};

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
  const validations = [root, ...root.at('validation_results').items];
  const results = validations.flatMap((one) => one.at('results').items.map(resultOf));
  const described = validations.flatMap((one) => one.at('expectations').items.map(resultOf));
  const meta = root.at('meta');
  const fingerprint = meta.at('batch_markers', 'pandas_data_fingerprint').text;
  return {
    tool: 'great-expectations',
    ...optional('toolVersion', meta.at('great_expectations_version').text),
    ...optional('time', meta.at('validation_time').text ?? meta.at('run_id', 'run_time').text),
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

function batchOf(validation: Place): ReportThing[] {
  const spec = validation.at('meta', 'batch_spec');
  const table = spec.at('table_name').exists ? spec.at('table_name') : spec.at('path');
  return pathThing('Dataset', table);
}
