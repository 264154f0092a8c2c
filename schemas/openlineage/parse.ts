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
  const jobFacets = job.at('facets');
  const engine = facets.at('processing_engine');
  const dataset = event.at('dataset');
  const runId = run.textAt('runId');
  const source = sourceOf(jobFacets.at('sourceCodeLocation'));
  const parent = facets.at('parent');
  return defined({
    kind: kindOf(event),
    pointer: event.pointer,
    eventType: event.textAt('eventType'),
    eventTime: event.textAt('eventTime'),
    producer: event.textAt('producer'),
    schemaUrl: event.textAt('schemaURL'),
    runId,
    job: nameOf(job),
    inputs: event.at('inputs').items.flatMap(datasetOf),
    outputs: event.at('outputs').items.flatMap(datasetOf),
    dataset: datasetOf(dataset)[0],
    ...(parent.isObject && { parent: parentOf(parent) }),
    upstreamRuns: facets.at('jobDependencies', 'upstream').items.map(parentOf),
    ...(engine.isObject && {
      engine: defined({
        name: engine.textAt('name'),
        version: engine.at('version').written,
      }),
    }),
    source,
    lineage: [jobFacets, facets].flatMap((owner) => entriesOf(owner.at('lineage', 'entries'))),
    runFacets: facets.keys.sort(),
    jobFacets: jobFacets.keys.sort(),
  });
}

/** A run event has a run, a dataset event a dataset and no job; what is left describes a job. */
function kindOf(event: Place): OpenLineageKind {
  if (event.at('run').isObject) return 'run';
  return event.at('dataset').isObject && !event.at('job').isObject ? 'dataset' : 'job';
}

function nameOf(place: Place): OpenLineageName | undefined {
  const namespace = place.textAt('namespace');
  const name = place.textAt('name');
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
  const version = facets.at('version');
  return defined({
    version: version.at('datasetVersion').written,
    hasVersionFacet: version.isObject,
    datasetType: facets.at('datasetType').textAt('datasetType'),
    symlinks: facets.at('symlinks', 'identifiers').items.flatMap((one) => nameOf(one) ?? []),
    columns: columnsOf(facets.at('columnLineage')),
    ...(lineage.isObject && !lineage.at('entries').isArray && { lineage: sourcesOf(lineage) }),
    facets: facets.keys.sort(),
  });
}

/** The inputs of a whole and those of its fields. */
function sourcesOf(whole: Place): LineageSource[] {
  const fields = whole.at('fields').entries.flatMap(([, field]) => field.at('inputs').items);
  return [...whole.at('inputs').items, ...fields].flatMap(sourceNameOf);
}

/** `fields` relates single fields; `dataset` (1-2-0) holds inputs that touch all of them, joins and filters. */
function columnsOf(facet: Place): ColumnEdge[] {
  if (!facet.isObject) return [];
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
      : [{ field, from: { ...from, field: one.textAt('field') ?? '*' } }];
  });
}

function sourceNameOf(place: Place): LineageSource[] {
  const name = nameOf(place);
  if (name === undefined) return [];
  const type = place.textAt('type') === 'JOB' ? 'JOB' : 'DATASET';
  return [defined({ ...name, type, runId: place.textAt('runId') })];
}

function entriesOf(entries: Place): LineageEntry[] {
  return entries.items.map((entry) => {
    return defined({
      target: sourceNameOf(entry)[0],
      inputs: sourcesOf(entry),
      pointer: entry.pointer,
    });
  });
}

function parentOf(facet: Place): ParentRun {
  return defined({
    runId: facet.at('run').textAt('runId'),
    job: nameOf(facet.at('job')),
    pointer: facet.pointer,
  });
}

function sourceOf(facet: Place): OpenLineageEvent['source'] {
  const url = facet.textAt('repoUrl') ?? facet.textAt('url');
  if (url === undefined) return undefined;
  return defined({ url, version: facet.textAt('version'), pointer: facet.pointer });
}
