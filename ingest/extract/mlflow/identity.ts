// SPDX-License-Identifier: Apache-2.0
import { boundRef, coordinateRef, nameRef } from '../../../graph/domain/node-ref.ts';
import { kindsOfFileName } from '../../../schemas/file-kind.ts';
import type { MlflowDataset, MlflowEntry } from '../../../schemas/mlflow/model.ts';
import type { EntityInput, FactsBuilder } from '../facts-builder.ts';

/** `artifact.sha256.<file>`: the digest of a file, put into a tag by the project. MLflow has no member for it. */
const ARTIFACT_TAG = /^artifact\.(sha256|sha384|sha512)\.(.+)$/;
const DIGEST_TAG = /^(?:sha256|sha384|sha512)$/;

/** Coordinate of a run. Ids are random 128-bit numbers. */
export function runRef(runId: string): string {
  return boundRef(`run:mlflow#${runId}`);
}

/** Coordinate of a logged model, the one that an MLmodel file names too. */
export function modelRef(modelId: string): string {
  return coordinateRef('mlflow', 'model', modelId);
}

/** A version in the registry of models and prompts: a registry has no name of its own, so this is a shared name. */
export function versionRef(name: string, version: string): string {
  return nameRef('mlflow/registered-model', `${name}@${version}`);
}

/**
 * A dataset. Its bytes are known only where a tag holds their digest; MLflow's own eight digits are a hash of a data frame
 * and stay a shared name.
 */
export function datasetEntity(builder: FactsBuilder, dataset: MlflowDataset): EntityInput {
  const { name, mlflowDigest, tags, pointer } = dataset;
  const path = tags.find(({ key }) => key === 'path')?.value;
  const digests = tags
    .filter(({ key }) => DIGEST_TAG.test(key))
    .map(({ key, value }) => ({ algorithm: key, hex: bareHex(key, value) }));
  if (digests.length === 0) {
    builder.problem('no-digest', pointer, `"${name}" carries no digest of its bytes`);
  }
  return {
    kinds: ['Dataset'],
    pointer,
    names: [name, path ?? ''],
    digests,
    nameRefs:
      mlflowDigest === undefined ? [] : [nameRef('mlflow/dataset', `${name}@${mlflowDigest}`)],
    local: `dataset/${name}/${mlflowDigest ?? ''}`,
    attributes: mlflowDigest === undefined ? {} : { mlflowDigest },
  };
}

/** The files whose digests are in tags. */
export function artifactEntities(tags: readonly MlflowEntry[]): EntityInput[] {
  return tags.flatMap(({ key, value, pointer }) => {
    const [, algorithm = '', file = ''] = ARTIFACT_TAG.exec(key) ?? [];
    if (file === '') return [];
    const digests = [{ algorithm, hex: bareHex(algorithm, value) }];
    const local = `artifact/${pointer}/${file}`;
    return [{ kinds: kindsOfFileName(file), pointer, names: [file], digests, local }];
  });
}

function bareHex(algorithm: string, value: string): string {
  return value.startsWith(`${algorithm}:`) ? value.slice(algorithm.length + 1) : value;
}

/** Values of a list as attributes `<prefix>.<key>`. */
export function attributesOf(
  prefix: string,
  entries: readonly MlflowEntry[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.map(({ key, value }) => [`${prefix}.${key}`, value]));
}
