// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { parseJson } from '../../../../core/json.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { findOpenLineageFaults } from '../../../../schemas/openlineage/conform.ts';
import {
  detectOpenLineage,
  detectOpenLineageFacet,
} from '../../../../schemas/openlineage/detect.ts';
import { parseOpenLineage } from '../../../../schemas/openlineage/parse.ts';
import { Comparison, corpusOf, type CorpusEntry } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type {
  OpenLineageDataset,
  OpenLineageEvent,
} from '../../../../schemas/openlineage/model.ts';

const label = (one: { namespace: string; name: string }): string => `${one.namespace}|${one.name}`;
const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();

function datasetsOf(event: OpenLineageEvent): readonly OpenLineageDataset[] {
  return [...event.inputs, ...event.outputs];
}

/** Facts in the words of the corpus, which writes `None` for what is missing inside a pair. */
function factsOf(event: OpenLineageEvent): Readonly<Record<string, unknown>> {
  const datasets = datasetsOf(event);
  const { job, parent } = event;
  return {
    kind: event.kind,
    event_type: event.eventType,
    event_time: event.eventTime,
    run_id: event.runId,
    job: job && `${job.namespace}|${job.name === '' ? 'None' : job.name}`,
    dataset: event.dataset && label(event.dataset),
    inputs: sorted(event.inputs.map(label)),
    outputs: sorted(event.outputs.map(label)),
    run_facets: event.runFacets,
    job_facets: event.jobFacets,
    dataset_facets: sorted(datasets.flatMap(({ facets }) => facets)),
    schema_url: event.schemaUrl,
    parent_run_id: parent?.runId,
    parent_job: parent?.job && label(parent.job),
    column_lineage_edges: sorted(
      datasets.flatMap(({ name, columns }) =>
        columns.map(({ field, from }) => `${name}.${field}<-${label(from)}.${from.field}`),
      ),
    ),
    symlinks: sorted(
      datasets.flatMap((one) => one.symlinks.map((other) => `${label(one)}~${label(other)}`)),
    ),
    dataset_versions: sorted(
      datasets
        .filter(({ hasVersionFacet }) => hasVersionFacet)
        .map((one) => `${label(one)}|${one.version ?? 'None'}`),
    ),
  };
}

/** What the whole document says, where it holds many events. */
function factsOfMany(events: readonly OpenLineageEvent[]): Readonly<Record<string, unknown>> {
  const edges = events.flatMap((event) => {
    const job = event.job === undefined ? '' : label(event.job);
    return [
      ...event.inputs.map((one) => `${label(one)}>${job}`),
      ...event.outputs.map((one) => `${job}>${label(one)}`),
    ];
  });
  const types: Record<string, number> = {};
  for (const { eventType = '' } of events) types[eventType] = (types[eventType] ?? 0) + 1;
  return {
    events: events.length,
    event_types: types,
    runs: new Set(events.map(({ runId }) => runId)).size,
    jobs: sorted(events.flatMap(({ job }) => (job === undefined ? [] : [label(job)]))),
    datasets: sorted(events.flatMap((event) => datasetsOf(event).map(label))),
    job_dataset_edges: new Set(edges).size,
  };
}

/** Compared apart, or about the text and not about what it says. */
const APART = new Set([
  'schema_error',
  'schema_error_at',
  'error_class',
  'has_template_placeholders',
]);
const LISTS = new Set(['column_lineage_edges', 'inputs', 'outputs', 'symlinks']);

function check(comparison: Comparison, entry: CorpusEntry): void {
  const json = parseJson(readShared('corpus', entry.path));
  const events = parseOpenLineage(json);
  const [first] = events;
  if (first === undefined) throw new Error(`no event in ${entry.path}`);
  const single = events.length === 1 ? factsOf(first) : {};
  const facts: Readonly<Record<string, unknown>> = {
    ...single,
    ...factsOfMany(events),
    schema_valid: findOpenLineageFaults(json).length === 0,
  };
  for (const [name, expected] of Object.entries(entry.expect)) {
    const at = `${entry.path} ${name}`;
    if (APART.has(name)) continue;
    if (LISTS.has(name)) comparison.checkList(at, facts[name] as string[], expected);
    else comparison.check(at, facts[name], expected);
  }
}

describeShared('OpenLineage events of the corpus', () => {
  const entries = corpusOf('openlineage');

  test('every fact', () => {
    const comparison = new Comparison();
    for (const entry of entries) check(comparison, entry);
    comparison.report('openlineage');
    expect(comparison.wrong).toEqual([]);
    expect(comparison.compared).toBeGreaterThan(1000);
  });

  test('each is detected, with the version it names, and conforms or not', () => {
    const comparison = new Comparison();
    for (const { path, version, valid, expect: expected } of entries) {
      const bytes = readShared('corpus', path);
      comparison.check(path, detectOpenLineage(decode(bytes)), { format: 'openlineage', version });
      if (expected['events'] !== 1) continue;
      const faults = findOpenLineageFaults(parseJson(bytes));
      comparison.check(`${path} ${JSON.stringify(faults[0])}`, faults.length === 0, valid);
    }
    expect(comparison.wrong).toEqual([]);
  });

  test('facets alone are no event, and are what they are', () => {
    const comparison = new Comparison();
    for (const { path, expect: expected } of corpusOf('openlineage-facet')) {
      const decoded = decode(readShared('corpus', path));
      const isEvent = (expected['facet_keys'] as string[]).includes('eventTime');
      comparison.check(
        path,
        detectOpenLineageFacet(decoded)?.format,
        isEvent ? undefined : 'openlineage-facet',
      );
      comparison.check(
        path,
        detectOpenLineage(decoded)?.format,
        isEvent ? 'openlineage' : undefined,
      );
      if (decoded.kind !== 'json') throw new Error(path);
      const keys = Object.keys(decoded.json.value as object).sort();
      comparison.check(path, keys, expected['facet_keys']);
    }
    comparison.report('openlineage-facet');
    expect([comparison.compared, comparison.wrong]).toEqual([87, []]);
  });
});
