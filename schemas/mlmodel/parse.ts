// SPDX-License-Identifier: Apache-2.0
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { isJsonObject, member, parseJson } from '../../core/json.ts';
import { parseYaml, type YamlDocument } from '../yaml/parse.ts';
import { findText } from '../yaml/texts.ts';

/** What an MLflow MLmodel file says of the model beside it. It names no dataset and no base model. */
export interface Mlmodel {
  readonly artifactPath?: string;
  readonly runId?: string;
  /** From MLflow 1.20 on. */
  readonly modelUuid?: string;
  /** Logged model, from MLflow 3 on. */
  readonly modelId?: string;
  readonly mlflowVersion?: string;
  /** As written: UTC without a zone, `2026-11-21 21:33:51.807515`. */
  readonly createdUtc?: string;
  readonly flavors: readonly string[];
  /** `flavors.python_function.loader_module`. */
  readonly loader?: string;
  /** File that holds the model, relative to the MLmodel. */
  readonly modelPath?: string;
  readonly hasSignature: boolean;
  /** Columns of the signature's inputs; absent where there is no signature or it cannot be read. */
  readonly signatureInputs?: number;
}

/**
 * Parses an MLmodel file.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where it has no flavors, and the codes of parseYaml
 * @see https://mlflow.org/docs/latest/ml/model/#storage-format
 */
export function parseMlmodel(text: string): Mlmodel {
  const document = parseYaml(text);
  const flavors = member(document.value, 'flavors');
  if (!isJsonObject(flavors)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'an MLmodel without flavors', { at: '/flavors' });
  }
  const loaderAt = '/flavors/python_function';
  const signatureInputs = countInputs(document);
  const textOf = (key: string): string | undefined => findText(document, '', key);
  return {
    ...optional('artifactPath', textOf('artifact_path')),
    ...optional('runId', textOf('run_id')),
    ...optional('modelUuid', textOf('model_uuid')),
    ...optional('modelId', textOf('model_id')),
    ...optional('mlflowVersion', textOf('mlflow_version')),
    ...optional('createdUtc', textOf('utc_time_created')),
    flavors: Object.keys(flavors).sort(),
    ...optional('loader', findText(document, loaderAt, 'loader_module')),
    ...optional(
      'modelPath',
      findText(document, loaderAt, 'model_path') ?? findText(document, loaderAt, 'data'),
    ),
    hasSignature: isJsonObject(member(document.value, 'signature')),
    ...(signatureInputs === undefined ? {} : { signatureInputs }),
  };
}

/** The signature is JSON inside YAML text. A broken one is no reason to refuse the file. */
function countInputs(document: YamlDocument): number | undefined {
  const inputs = findText(document, '/signature', 'inputs');
  if (inputs === undefined) return undefined;
  try {
    const { value } = parseJson(inputs);
    return Array.isArray(value) ? value.length : undefined;
  } catch (error) {
    if (isPedigreeError(error)) return undefined;
    throw error;
  }
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: string });
}
