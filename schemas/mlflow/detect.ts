// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';

const DETECTED: Detected = { format: 'mlflow', version: null };
/** Longest file-store record that is looked at: these are a few lines, schemas included. */
const MAX_RECORD_CHARS = 4 * 1024 * 1024;

/** The members that a record of the file store has at its top level, all of them. */
const RECORDS: readonly (readonly string[])[] = [
  ['run_id', 'experiment_id', 'artifact_uri', 'lifecycle_stage'],
  ['model_id', 'experiment_id', 'artifact_location', 'source_run_id'],
  ['name', 'version', 'current_stage', 'run_id', 'source'],
  ['name', 'description', 'creation_timestamp', 'last_updated_timestamp'],
  ['name', 'digest', 'source', 'source_type'],
  ['experiment_id', 'artifact_location', 'lifecycle_stage'],
];

/** Recognises an answer of the MLflow tracking server, a record of its file store or a file of mlflow-export-import. */
export function detectMlflow(decoded: Decoded): Detected | undefined {
  if (decoded.kind === 'text') return isFileStoreRecord(decoded.text) ? DETECTED : undefined;
  return decoded.kind === 'json' && isAnswer(decoded.json.value) ? DETECTED : undefined;
}

function isAnswer(value: JsonValue): boolean {
  if (!isJsonObject(value)) return false;
  const exported = findMlflowExport(value);
  return exported === undefined ? holdsRecord(value) : isRun(exported) || holdsRecord(exported);
}

function holdsRecord(value: JsonObject): boolean {
  return (
    isRun(member(value, 'run')) ||
    someOf(value, 'runs', isRun) ||
    someOf(value, 'model_versions', isVersion) ||
    isVersion(member(value, 'model_version')) ||
    isRegistered(member(value, 'registered_model')) ||
    someOf(value, 'registered_models', isRegistered) ||
    someOf(value, 'models', isLoggedModel) ||
    isLoggedModel(member(value, 'model')) ||
    isExperiment(member(value, 'experiment')) ||
    (stringMember(value, 'root_uri') !== undefined && someOf(value, 'files', isArtifact))
  );
}

/**
 * What a file of mlflow-export-import exports; undefined for anything else.
 * @see https://github.com/mlflow/mlflow-export-import
 */
export function findMlflowExport(value: JsonValue): JsonObject | undefined {
  const exported = member(value, 'mlflow');
  const isExport = stringMember(member(value, 'system'), 'mlflow_version') !== undefined;
  return isExport && isJsonObject(exported) ? exported : undefined;
}

function someOf(value: JsonValue, key: string, is: (one: unknown) => boolean): boolean {
  const [first] = arrayMember(value, key) ?? [];
  return first !== undefined && is(first);
}

function isRun(value: unknown): boolean {
  const info = member(value, 'info');
  return hasTexts(info, ['run_id', 'experiment_id']);
}

function isVersion(value: unknown): boolean {
  return (
    hasTexts(value, ['name', 'version']) &&
    ['run_id', 'current_stage', 'source'].some((key) => stringMember(value, key) !== undefined) &&
    member(value, 'creation_timestamp') !== undefined
  );
}

function isRegistered(value: unknown): boolean {
  return hasTexts(value, ['name']) && member(value, 'creation_timestamp') !== undefined;
}

function isLoggedModel(value: unknown): boolean {
  return hasTexts(member(value, 'info'), ['model_id', 'experiment_id']);
}

function isExperiment(value: unknown): boolean {
  return hasTexts(value, ['experiment_id', 'artifact_location']);
}

function isArtifact(value: unknown): boolean {
  return stringMember(value, 'path') !== undefined && typeof member(value, 'is_dir') === 'boolean';
}

function hasTexts(value: unknown, keys: readonly string[]): boolean {
  return keys.every((key) => stringMember(value, key) !== undefined);
}

/** A flat YAML map with the members of one of the records, written at the margin. */
function isFileStoreRecord(text: string): boolean {
  if (text.length > MAX_RECORD_CHARS) return false;
  const keys = new Set<string>();
  for (const [, key = ''] of text.matchAll(/^([a-z_]{1,40}):/gm)) keys.add(key);
  return RECORDS.some((record) => record.every((key) => keys.has(key)));
}
