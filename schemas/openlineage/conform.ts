// SPDX-License-Identifier: Apache-2.0
import { placeOf, type Place } from '../tool-report/place.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import type { JsonDocument } from '../../core/json.ts';

const EVENT_TYPES = new Set(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']);

/**
 * What is wrong with a document by OpenLineage.json 2-0-2, all formats (uuid, date-time, uri) taken as notes, as JSON Schema
 * does unless told otherwise. An event is exactly one of RunEvent, JobEvent and DatasetEvent.
 * @see https://openlineage.io/spec/2-0-2/OpenLineage.json
 */
export function findOpenLineageFaults(json: JsonDocument): readonly SchemaProblem[] {
  const root = placeOf(json);
  const faults: SchemaProblem[] = [];
  for (const event of root.isArray ? root.items : [root]) checkEvent(event, faults);
  return faults;
}

/**
 * What is wrong with facets that stand alone: each names its producer and its schema.
 * @see https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/BaseFacet
 */
export function findFacetFaults(json: JsonDocument): readonly SchemaProblem[] {
  const faults: SchemaProblem[] = [];
  checkFacets(placeOf(json), faults);
  return faults;
}

function checkEvent(event: Place, faults: SchemaProblem[]): void {
  for (const key of ['eventTime', 'producer', 'schemaURL']) requireString(event.at(key), faults);
  checkForm(event, faults);
  const type = event.at('eventType');
  if (type.value !== undefined && !EVENT_TYPES.has(type.text ?? '')) {
    addProblem(faults, 'event-type', type.pointer, 'no such transition of a run');
  }
  for (const key of ['inputs', 'outputs']) {
    const list = event.at(key);
    if (list.value !== undefined && !list.isArray) {
      addProblem(faults, 'type', list.pointer, 'not a list of datasets');
    }
    for (const dataset of list.items) checkDataset(dataset, faults);
  }
}

/** The three forms exclude each other: a job event has no run, a dataset event neither job nor run. */
function checkForm(event: Place, faults: SchemaProblem[]): void {
  const has = (key: string): boolean => event.at(key).value !== undefined;
  if (has('run')) {
    requireString(event.at('run', 'runId'), faults);
    checkFacets(event.at('run', 'facets'), faults);
  }
  if (has('run') || has('job') || !has('dataset')) checkNamed(event.at('job'), faults);
  if (has('dataset') && !has('job') && !has('run')) checkDataset(event.at('dataset'), faults);
}

function checkDataset(dataset: Place, faults: SchemaProblem[]): void {
  checkNamed(dataset, faults);
  for (const key of ['inputFacets', 'outputFacets']) checkFacets(dataset.at(key), faults);
}

function checkNamed(thing: Place, faults: SchemaProblem[]): void {
  requireString(thing.at('namespace'), faults);
  requireString(thing.at('name'), faults);
  checkFacets(thing.at('facets'), faults);
}

function checkFacets(facets: Place, faults: SchemaProblem[]): void {
  if (facets.value === undefined) return;
  if (!facets.isObject) addProblem(faults, 'type', facets.pointer, 'facets are an object');
  for (const [, facet] of facets.entries) {
    requireString(facet.at('_producer'), faults);
    requireString(facet.at('_schemaURL'), faults);
    const deleted = facet.at('_deleted');
    if (deleted.value !== undefined && typeof deleted.value !== 'boolean') {
      addProblem(faults, 'type', deleted.pointer, 'true or false');
    }
  }
}

/** Text, which may be empty: what a format asks of it is a note. */
function requireString(place: Place, faults: SchemaProblem[]): void {
  if (typeof place.value !== 'string') {
    addProblem(faults, 'required', place.pointer, 'text is required');
  }
}
