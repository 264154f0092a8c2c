// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import { parseYaml, type YamlDocument } from '../yaml/parse.ts';
import { findText } from '../yaml/texts.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type {
  DvcArtifact,
  DvcDocument,
  DvcListed,
  DvcPath,
  DvcProblem,
  DvcRepository,
  DvcStage,
} from './model.ts';

/** Members of a stage that list what it wrote. */
const OUT_KEYS = ['outs', 'metrics', 'plots'] as const;
const PARAM_DEPTH = 8;

/**
 * Parses a dvc.lock of schema 1.0 or 2.0.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT, and the codes of parseYaml
 * @see https://dvc.org/doc/user-guide/project-structure/dvcyaml-files#dvclock-file
 */
export function parseDvcLock(text: string): DvcDocument & { kind: 'lock' } {
  const document = parseYaml(text);
  const schema = findText(document, '', 'schema');
  const isFirst = schema === undefined;
  if (!isFirst && schema !== '1.0' && schema !== '2.0') {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', `dvc.lock of an unknown schema`, {
      at: '/schema',
    });
  }
  const root = isFirst ? '' : '/stages';
  const stages = isFirst ? document.value : member(document.value, 'stages');
  if (!isJsonObject(stages)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'dvc.lock without stages', { at: root });
  }
  const problems: DvcProblem[] = [];
  return {
    kind: 'lock',
    schema: schema === '2.0' ? '2.0' : '1.0',
    stages: Object.entries(stages).map(([name, stage]) =>
      readStage(document, name, stage, pointerJoin(root, name), problems),
    ),
    problems,
  };
}

/**
 * Parses a dvc.yaml. Stages that are templates (`foreach`, `matrix`) are listed as problems: what they expand to is known
 * only to DVC.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT, and the codes of parseYaml
 * @see https://dvc.org/doc/user-guide/project-structure/dvcyaml-files
 */
export function parseDvcPipeline(text: string): DvcDocument & { kind: 'pipeline' } {
  const document = parseYaml(text);
  const stages = member(document.value, 'stages') ?? {};
  if (!isJsonObject(stages)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'dvc.yaml without stages', { at: '/stages' });
  }
  const problems: DvcProblem[] = [];
  const read: DvcStage[] = [];
  for (const [name, stage] of Object.entries(stages)) {
    const pointer = pointerJoin('/stages', name);
    if (member(stage, 'foreach') !== undefined || member(stage, 'matrix') !== undefined) {
      problems.push({ code: 'template', pointer, message: 'a stage template, not expanded' });
    } else read.push(readStage(document, name, stage, pointer, problems));
  }
  return { kind: 'pipeline', stages: read, artifacts: readArtifacts(document), problems };
}

/**
 * Parses a `.dvc` pointer file.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT, and the codes of parseYaml
 * @see https://dvc.org/doc/user-guide/project-structure/dvc-files
 */
export function parseDvcPointer(text: string): DvcDocument & { kind: 'pointer' } {
  const document = parseYaml(text);
  if (arrayMember(document.value, 'outs') === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a .dvc file without outs', { at: '/outs' });
  }
  const problems: DvcProblem[] = [];
  return {
    kind: 'pointer',
    outs: readPaths(document, document.value, '', 'outs', problems),
    deps: readPaths(document, document.value, '', 'deps', problems),
    ...optional('command', readCommand(document, document.value, '')),
    problems,
  };
}

/**
 * Parses the listing of a directory: what `<md5>.dir` is the MD5 of.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 */
export function parseDvcListing(value: JsonValue): DvcDocument & { kind: 'listing' } {
  if (!Array.isArray(value)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a directory listing is an array');
  }
  const files: DvcListed[] = [];
  const problems: DvcProblem[] = [];
  for (const [at, entry] of (value as readonly JsonValue[]).entries()) {
    const path = stringMember(entry, 'relpath');
    const md5 = stringMember(entry, 'md5');
    const pointer = pointerJoin('', at);
    if (path === undefined || md5 === undefined) {
      problems.push({
        code: 'not-an-entry',
        pointer,
        message: 'a listing entry without path or md5',
      });
    } else files.push({ path, md5, pointer });
  }
  return { kind: 'listing', files, problems };
}

function readStage(
  document: YamlDocument,
  name: string,
  stage: JsonValue,
  pointer: string,
  problems: DvcProblem[],
): DvcStage {
  const command = readCommand(document, stage, pointer);
  return {
    name,
    ...(command === undefined ? {} : { command }),
    deps: readPaths(document, stage, pointer, 'deps', problems),
    outs: OUT_KEYS.flatMap((key) => readPaths(document, stage, pointer, key, problems)),
    params: readParams(document, stage, pointer),
    pointer,
  };
}

function readCommand(
  document: YamlDocument,
  stage: JsonValue,
  pointer: string,
): string | undefined {
  const lines = arrayMember(stage, 'cmd');
  if (lines === undefined) return findText(document, pointer, 'cmd');
  return lines.map((_, at) => document.textAt(pointerJoin(pointer, 'cmd', at)) ?? '').join('\n');
}

/** A path is a text, a record with a `path`, or (dvc.yaml) a map of paths to their options. */
function readPaths(
  document: YamlDocument,
  map: JsonValue,
  base: string,
  key: string,
  problems: DvcProblem[],
): DvcPath[] {
  const folder = findText(document, base, 'wdir') ?? '.';
  const list = arrayMember(map, key) ?? [];
  return list.flatMap((entry, at) => {
    const pointer = pointerJoin(base, key, at);
    const path = readPath(document, entry, pointer, key);
    const paths = path === undefined ? mappedPaths(entry, pointer, key) : [path];
    if (paths.length === 0) {
      problems.push({ code: 'no-path', pointer, message: `an entry of ${key} without a path` });
    }
    if (paths.some((one) => one.path.includes('${'))) {
      problems.push({ code: 'template', pointer, message: 'a path with a value to fill in' });
    }
    return paths.map((one) => placed(folder, one));
  });
}

/** The path of an import is one of the other repository. */
function placed(folder: string, one: DvcPath): DvcPath {
  const path = one.repository === undefined ? inFolder(folder, one.path) : one.path;
  return path === one.path ? one : { ...one, path, written: one.path };
}

/** The path from where the file lies: DVC takes a stage's paths from its `wdir`. */
function inFolder(folder: string, path: string): string {
  const isFixed = /^(?:\/|[a-z]:|[a-z][a-z0-9+.-]{1,15}:\/\/)/i.test(path);
  if (folder === '.' || isFixed || folder.includes('${') || path.startsWith('${')) return path;
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    const isUp = part === '..' && parts.length > 0 && parts.at(-1) !== '..';
    if (isUp) parts.pop();
    else if (part !== '.' && (part !== '' || parts.length === 0)) parts.push(part);
  }
  return `${parts.join('/')}${path.endsWith('/') ? '/' : ''}`;
}

function readPath(
  document: YamlDocument,
  entry: JsonValue,
  pointer: string,
  role: string,
): DvcPath | undefined {
  const bare = document.textAt(pointer);
  if (bare !== undefined) return { path: bare, files: [], role, pointer };
  if (!isJsonObject(entry)) return undefined;
  const repository = readRepository(document, entry, pointer);
  const path = findText(document, pointer, 'path') ?? findText(document, pointer, 'relpath');
  if (path === undefined) return undefined;
  const text = (key: string): string | undefined => findText(document, pointer, key);
  return {
    path,
    ...optional('md5', text('md5') ?? text('checksum')),
    ...optional('sizeBytes', text('size')),
    ...optional('fileCount', text('nfiles')),
    ...optional('etag', text('etag')),
    ...optional('versionId', text('version_id')),
    ...(repository === undefined ? {} : { repository }),
    files: (arrayMember(entry, 'files') ?? []).flatMap((file, at) => {
      const member = readPath(document, file, pointerJoin(pointer, 'files', at), role);
      return member === undefined ? [] : [member];
    }),
    role: ROLE_MARKS.find(([mark]) => isMarked(entry, mark))?.[1] ?? role,
    pointer,
  };
}

/** Before DVC 1 an output said itself that it holds metrics: `metric: true`, or a record of how to read them. */
const ROLE_MARKS = [
  ['metric', 'metrics'],
  ['plot', 'plots'],
] as const;

function isMarked(entry: JsonValue, mark: string): boolean {
  const value = member(entry, mark);
  return value === true || isJsonObject(value);
}

function mappedPaths(entry: JsonValue, pointer: string, role: string): DvcPath[] {
  // a whole repository and a query of a database are no maps of paths
  const isSource = ['repo', 'db'].some((key) => member(entry, key) !== undefined);
  if (!isJsonObject(entry) || isSource) return [];
  const hasOptions = Object.values(entry).every(
    (value) => value === null || typeof value === 'object',
  );
  return hasOptions ? Object.keys(entry).map((path) => ({ path, files: [], role, pointer })) : [];
}

function readRepository(
  document: YamlDocument,
  entry: JsonValue,
  pointer: string,
): DvcRepository | undefined {
  const at = pointerJoin(pointer, 'repo');
  const url = findText(document, at, 'url');
  if (!isJsonObject(member(entry, 'repo')) || url === undefined) return undefined;
  return {
    url,
    ...optional('revLock', findText(document, at, 'rev_lock')),
    ...optional('rev', findText(document, at, 'rev')),
  };
}

/** Lock: `params: {file: {key: value}}`. Pipeline: names without values, which say nothing here. */
function readParams(document: YamlDocument, stage: JsonValue, base: string): Map<string, string> {
  const params = new Map<string, string>();
  const files = member(stage, 'params');
  if (!isJsonObject(files)) return params;
  for (const [file, values] of Object.entries(files)) {
    collectParams(document, values, pointerJoin(base, 'params', file), `${file}:`, 0, params);
  }
  return params;
}

function collectParams(
  document: YamlDocument,
  value: JsonValue,
  pointer: string,
  label: string,
  depth: number,
  params: Map<string, string>,
): void {
  const text = document.textAt(pointer);
  if (text !== undefined) {
    params.set(label, text);
    return;
  }
  if (Array.isArray(value) || depth === PARAM_DEPTH) {
    params.set(label, JSON.stringify(value));
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    const next = label.endsWith(':') ? `${label}${key}` : `${label}.${key}`;
    collectParams(document, inner, pointerJoin(pointer, key), next, depth + 1, params);
  }
}

function readArtifacts(document: YamlDocument): DvcArtifact[] {
  const artifacts = member(document.value, 'artifacts');
  if (!isJsonObject(artifacts)) return [];
  return Object.keys(artifacts).flatMap((name) => {
    const pointer = pointerJoin('/artifacts', name);
    const path = findText(document, pointer, 'path');
    if (path === undefined) return [];
    return [{ name, path, ...optional('type', findText(document, pointer, 'type')), pointer }];
  });
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: string });
}
