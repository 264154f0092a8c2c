// SPDX-License-Identifier: Apache-2.0
import { findDigest } from '../../../core/digest.ts';
import { coordinateRef, nameRef } from '../../../graph/domain/node-ref.ts';
import { kindsOfFileName } from '../../../schemas/file-kind.ts';
import type { Kind } from '../../../graph/domain/kinds.ts';
import type { OpenLineageDataset, OpenLineageName } from '../../../schemas/openlineage/model.ts';
import type { EntityInput } from '../facts-builder.ts';

/** Namespaces that say nothing about where: what is in them is a name and no more. */
const UNREAL_NAMESPACES = /^(?:|default|file(?:$|:.*)|null|none|unknown|[{<].*)$/i;
/** The release inside a producer's address: the same producer after an update. */
const RELEASE = /\/(?:tree|blob)\/[^/]*/;

/** A producer without its release, so that an update does not make it another one. */
export function producerKey(producer: string | undefined): string | undefined {
  if (producer === undefined || producer.startsWith('{')) return undefined;
  const key = producer.replace(RELEASE, '');
  let end = key.length;
  while (end > 0 && key[end - 1] === '/') end--;
  return key.slice(0, end);
}

/**
 * Everything that an event says a dataset is: the digest in its version facet, (namespace, name, version), and its names,
 * those of its symlinks included. Where there is neither digest nor version, events of one producer in one namespace mean
 * the same thing by one name (DESIGN.md 3); in other cases a name is a name.
 */
export function datasetEntity(
  dataset: OpenLineageDataset,
  producer: string | undefined,
): EntityInput {
  const all: readonly OpenLineageName[] = [dataset, ...dataset.symlinks];
  const digest = digestOf(dataset.version);
  const coordinates =
    digest !== undefined ? [] : all.flatMap((one) => coordinateOf(one, dataset.version, producer));
  return {
    kinds: kindsOf(dataset),
    pointer: dataset.pointer,
    names: all.map(({ name }) => name),
    digests: digest === undefined ? [] : [digest],
    coordinates,
    nameRefs: all.map(({ namespace, name }) => nameRef(namespace, name)),
    local: `dataset/${dataset.namespace}/${dataset.name}`,
    attributes: attributesOf(dataset),
  };
}

function attributesOf({ version, datasetType }: OpenLineageDataset): Record<string, string> {
  const attributes: Record<string, string> = {};
  if (version !== undefined) attributes['version'] = version;
  if (datasetType !== undefined) attributes['datasetType'] = datasetType;
  return attributes;
}

/** A thing that is named as a cause and not described. */
export function namedEntity(name: OpenLineageName, producer: string | undefined): EntityInput {
  return datasetEntity(
    { ...name, hasVersionFacet: false, symlinks: [], columns: [], facets: [] },
    producer,
  );
}

function coordinateOf(
  { namespace, name }: OpenLineageName,
  version: string | undefined,
  producer: string | undefined,
): string[] {
  if (UNREAL_NAMESPACES.test(namespace)) return [];
  if (version !== undefined) return [coordinateRef(namespace, name, version)];
  const key = producerKey(producer);
  return key === undefined ? [] : [coordinateRef(`openlineage/${key}/${namespace}`, name, '')];
}

/** A version that is written as a digest, `sha256:<hex>`. A bare number of any length is a version. */
function digestOf(version: string | undefined): { algorithm: string; hex: string } | undefined {
  const colon = version?.indexOf(':') ?? -1;
  if (version === undefined || colon < 0) return undefined;
  const [algorithm, hex] = [version.slice(0, colon), version.slice(colon + 1)];
  return findDigest(algorithm, hex) === undefined ? undefined : { algorithm, hex };
}

/** Events call everything a dataset; what is a model or configuration by its name is shown as that. */
function kindsOf({ name, datasetType }: OpenLineageDataset): readonly Kind[] {
  if (datasetType?.toUpperCase() === 'MODEL') return ['Model'];
  const kinds = kindsOfFileName(name).filter((kind) => kind !== 'File');
  return kinds.length > 0 ? kinds : ['Dataset'];
}
