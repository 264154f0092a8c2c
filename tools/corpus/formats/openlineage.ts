// SPDX-License-Identifier: Apache-2.0
import { parseOpenLineage } from '../../../schemas/openlineage/parse.ts';
import { jsonDocumentOf, jsonOf } from './reading.ts';
import { isJsonObject } from '../../../core/json.ts';
import type { OpenLineageDataset, OpenLineageEvent } from '../../../schemas/openlineage/model.ts';
import type { FormatComparer } from '../comparer.ts';

const label = (one: { namespace: string; name: string }): string => `${one.namespace}|${one.name}`;

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
    inputs: new Set(event.inputs.map(label)),
    outputs: new Set(event.outputs.map(label)),
    run_facets: event.runFacets,
    job_facets: event.jobFacets,
    dataset_facets: new Set(datasets.flatMap(({ facets }) => facets)),
    schema_url: event.schemaUrl,
    parent_run_id: parent?.runId,
    parent_job: parent?.job && label(parent.job),
    column_lineage_edges: new Set(
      datasets.flatMap(({ name, columns }) =>
        columns.map(({ field, from }) => `${name}.${field}<-${label(from)}.${from.field}`),
      ),
    ),
    symlinks: new Set(
      datasets.flatMap((one) => one.symlinks.map((other) => `${label(one)}~${label(other)}`)),
    ),
    dataset_versions: new Set(
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
    jobs: new Set(events.flatMap(({ job }) => (job === undefined ? [] : [label(job)]))),
    datasets: new Set(events.flatMap((event) => datasetsOf(event).map(label))),
    job_dataset_edges: new Set(edges).size,
  };
}

const SCHEMA_WORDS =
  'how one JSON Schema library words the fault; @conformant compares the verdict';

/** OpenLineage run, dataset and job events. */
export const openlineage: FormatComparer = {
  formats: ['openlineage'],
  apart: {
    error_class: SCHEMA_WORDS,
    has_template_placeholders: 'about how the text was made, not what it says',
    schema_error: SCHEMA_WORDS,
    schema_error_at: SCHEMA_WORDS,
  },
  facts(document) {
    const events = parseOpenLineage(jsonDocumentOf(document));
    const [first] = events;
    const single = first !== undefined && events.length === 1 ? factsOf(first) : {};
    const schemaValid = document.prepared[0]?.conformant;
    return { ...single, ...factsOfMany(events), schema_valid: schemaValid };
  },
};

/** Facets on their own, as the specification shows them. */
export const openlineageFacet: FormatComparer = {
  formats: ['openlineage-facet'],
  apart: { facet: 'the name of the folder that it was taken from' },
  facts(document) {
    const value = jsonOf(document);
    return {
      facet_keys: isJsonObject(value) ? Object.keys(value).sort() : undefined,
      schema_valid: document.prepared[0]?.conformant,
    };
  },
};
