// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { flattenGraph } from '../../../schemas/spdx3/flatten.ts';
import { parseSpdx3 } from '../../../schemas/spdx3/parse.ts';
import { identityChecks } from '../graph-checks.ts';
import { countBy } from '../values.ts';
import { jsonOf } from './reading.ts';
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';
import type { Hash, Spdx3Document } from '../../../schemas/spdx3/model.ts';
import type { FormatComparer } from '../comparer.ts';

/** Relationship types that the manifest counts as lineage. */
const LINEAGE = new Set([
  'ancestorOf',
  'descendantOf',
  'generates',
  'hasDataFile',
  'hasInput',
  'hasOutput',
  'hasVariant',
  'testedOn',
  'trainedOn',
  'usesTool',
]);
const LICENSES = new Set(['hasDeclaredLicense', 'hasConcludedLicense']);

/** SPDX 3 in JSON-LD. */
export const spdx3: FormatComparer = {
  formats: ['spdx3-jsonld'],
  apart: { note: 'a word to the reader of the manifest' },
  facts(document) {
    const value = jsonOf(document);
    return spdx3Facts(parseSpdx3(value), value);
  },
  graph: identityChecks({ digests: 'hashes' }),
};

function spdx3Facts(document: Spdx3Document, raw: JsonValue): Readonly<Record<string, unknown>> {
  const edges = document.relationships.flatMap(({ from, relationshipType, to }) =>
    to.map((target) => ({ from, type: relationshipType, to: target })),
  );
  const named = namesById(document);
  const nameOf = (id: string): string => named.get(id) ?? id;
  const spdx = document.documents[0];
  const types = typesOf(raw);
  return {
    context: document.context,
    spec_versions: document.specVersions,
    elements: types.length,
    types: countBy(types),
    relationships: document.relationships.length,
    relationship_edges: edges.length,
    edge_types: countBy(edges.map(({ type }) => type)),
    ai_packages: ofType(document, 'ai_AIPackage'),
    dataset_packages: ofType(document, 'dataset_DatasetPackage'),
    builds: document.builds.map(({ id }) => id),
    root_elements: spdx?.rootElements,
    profiles: [...(spdx?.profiles ?? [])].sort(),
    hashes: new Set(hashes(document).map(({ algorithm, hex }) => `${algorithm}:${hex}`)),
    lineage_edges: edges
      .filter(({ type }) => LINEAGE.has(type))
      .map(({ from, type, to }) => `${nameOf(from)}|${type}|${nameOf(to)}`)
      .sort(),
    license_edges: edges.filter(({ type }) => LICENSES.has(type)).length,
    refs_outside_document: [...new Set(edges.flatMap(({ from, to }) => [from, to]))]
      .filter((id) => !idsOf(raw).has(id))
      .sort(),
  };
}

/** Of every object of the graph, inline ones included; CreationInfo too. */
function typesOf(raw: JsonValue): string[] {
  return flattenGraph(raw).flatMap(
    ({ value }) => stringMember(value, 'type') ?? stringMember(value, '@type') ?? [],
  );
}

function ofType({ artifacts }: Spdx3Document, wanted: string): (string | undefined)[] {
  return artifacts.filter(({ type }) => type === wanted).map(({ name }) => name);
}

/** Of elements; those of the documents that elements are imported from are not counted. */
function hashes({ artifacts }: Spdx3Document): readonly Hash[] {
  return artifacts.flatMap((artifact) => [...artifact.hashes, ...artifact.verificationCodes]);
}

function namesById(document: Spdx3Document): ReadonlyMap<string, string> {
  const { artifacts, agents, builds } = document;
  return new Map(
    [...artifacts, ...agents, ...builds].flatMap(({ id, name }) =>
      id === undefined || name === undefined ? [] : [[id, name] as const],
    ),
  );
}

function idsOf(raw: JsonValue): ReadonlySet<string> {
  const graph = member(raw, '@graph');
  const items: readonly JsonValue[] = Array.isArray(graph) ? graph : [];
  return new Set(
    items.flatMap((item) => (isJsonObject(item) ? (stringMember(item, 'spdxId') ?? []) : [])),
  );
}
