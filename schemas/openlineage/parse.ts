// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { defined } from '../tool-report/optional.ts';
import { placeOf, type Place } from '../tool-report/place.ts';
import type { JsonDocument } from '../../core/json.ts';
import type {
  ColumnEdge,
  LineageEntry,
  LineageSource,
  OpenLineageDataset,
  OpenLineageEvent,
  OpenLineageKind,
  OpenLineageName,
  ParentRun,
} from './model.ts';

/**
 * Parses one event, or an array of events. Tolerant where producers are: times without a zone, missing schemaURL, unknown
 * facets.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where nothing in it is an event
 * @see https://openlineage.io/spec/2-0-2/OpenLineage.json
 */
export function parseOpenLineage(json: JsonDocument): readonly OpenLineageEvent[] {
  const root = placeOf(json);
  const events = (root.isArray ? root.items : [root]).filter(({ isObject }) => isObject);
  if (events.length === 0) throw new PedigreeError('ERR_PARSE_DOCUMENT', 'holds no event');
  return events.map(parseEvent);
}

/** The dataset that a document of facets alone says something of. */
export function parseFacets(json: JsonDocument): OpenLineageDataset & {
  readonly entries: readonly LineageEntry[];
} {
  const root = placeOf(json);
  return {
    ...datasetFacets(root),
    namespace: '',
    name: '',
    pointer: '',
    entries: entriesOf(root.at('lineage', 'entries')),
  };
}

function parseEvent(event: Place): OpenLineageEvent {
  const run = event.at('run');
  const job = event.at('job');
  const facets = run.at('facets');
  const engine = facets.at('processing_engine');
  const dataset = event.at('dataset');
  const runId = run.at('runId').text;
  const source = sourceOf(job.at('facets', 'sourceCodeLocation'));
  const parent = facets.at('parent');
  return defined({
    kind: kindOf(event),
    pointer: event.pointer,
    eventType: event.at('eventType').text,
    eventTime: event.at('eventTime').text,
    producer: event.at('producer').text,
    schemaUrl: event.at('schemaURL').text,
    runId,
    job: nameOf(job),
    inputs: event.at('inputs').items.flatMap(datasetOf),
    outputs: event.at('outputs').items.flatMap(datasetOf),
    dataset: datasetOf(dataset)[0],
    ...(parent.isObject && { parent: parentOf(parent) }),
    upstreamRuns: facets.at('jobDependencies', 'upstream').items.map(parentOf),
    ...(engine.isObject && {
      engine: defined({
        name: engine.at('name').text,
        version: engine.at('version').written,
      }),
    }),
    source,
    lineage: [job.at('facets'), facets].flatMap((owner) =>
      entriesOf(owner.at('lineage', 'entries')),
    ),
    runFacets: facets.keys.sort(),
    jobFacets: job.at('facets').keys.sort(),
  });
}

/** A run event has a run, a dataset event a dataset and no job; what is left describes a job. */
function kindOf(event: Place): OpenLineageKind {
  if (event.at('run').isObject) return 'run';
  return event.at('dataset').isObject && !event.at('job').isObject ? 'dataset' : 'job';
}

function nameOf(place: Place): OpenLineageName | undefined {
  const namespace = place.at('namespace').text;
  const name = place.at('name').text;
  if (namespace === undefined && name === undefined) return undefined;
  return { namespace: namespace ?? '', name: name ?? '', pointer: place.pointer };
}

function datasetOf(place: Place): OpenLineageDataset[] {
  const name = nameOf(place);
  if (name === undefined || name.name === '') return [];
  return [{ ...name, ...datasetFacets(place.at('facets')) }];
}

function datasetFacets(facets: Place): Omit<OpenLineageDataset, 'namespace' | 'name' | 'pointer'> {
  const lineage = facets.at('lineage');
  const fields = lineage.at('fields').entries.flatMap(([, field]) => field.at('inputs').items);
  const inputs = [...lineage.at('inputs').items, ...fields];
  return defined({
    version: facets.at('version', 'datasetVersion').written,
    hasVersionFacet: facets.at('version').isObject,
    datasetType: facets.at('datasetType', 'datasetType').text,
    symlinks: facets.at('symlinks', 'identifiers').items.flatMap((one) => nameOf(one) ?? []),
    columns: columnsOf(facets.at('columnLineage')),
    ...(lineage.isObject &&
      !lineage.at('entries').isArray && { lineage: inputs.flatMap(sourceNameOf) }),
    facets: facets.keys.sort(),
  });
}

/** `fields` relates single fields; `dataset` (1-2-0) holds inputs that touch all of them, joins and filters. */
function columnsOf(facet: Place): ColumnEdge[] {
  const perField = facet
    .at('fields')
    .entries.flatMap(([field, place]) =>
      place.at('inputFields').items.map((one) => [field, one] as const),
    );
  const ofAll = facet.at('dataset').items.map((one) => ['*', one] as const);
  return [...perField, ...ofAll].flatMap(([field, one]) => {
    const from = nameOf(one);
    return from === undefined
      ? []
      : [{ field, from: { ...from, field: one.at('field').text ?? '*' } }];
  });
}

function sourceNameOf(place: Place): LineageSource[] {
  const name = nameOf(place);
  if (name === undefined) return [];
  const type = place.at('type').text === 'JOB' ? 'JOB' : 'DATASET';
  return [defined({ ...name, type, runId: place.at('runId').text })];
}

function entriesOf(entries: Place): LineageEntry[] {
  return entries.items.map((entry) => {
    const inputs = [
      ...entry.at('inputs').items,
      ...entry.at('fields').entries.flatMap(([, field]) => field.at('inputs').items),
    ].flatMap(sourceNameOf);
    return defined({ target: sourceNameOf(entry)[0], inputs, pointer: entry.pointer });
  });
}

function parentOf(facet: Place): ParentRun {
  return defined({
    runId: facet.at('run', 'runId').text,
    job: nameOf(facet.at('job')),
    pointer: facet.pointer,
  });
}

function sourceOf(facet: Place): OpenLineageEvent['source'] {
  const url = facet.at('repoUrl').text ?? facet.at('url').text;
  if (url === undefined) return undefined;
  return defined({ url, version: facet.at('version').text, pointer: facet.pointer });
}
