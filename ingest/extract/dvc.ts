// SPDX-License-Identifier: Apache-2.0
import { hashHex } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import type { DocumentBytes } from '../../core/stored-bytes.ts';
import { nameRef } from '../../graph/domain/node-ref.ts';
import {
  parseDvcListing,
  parseDvcLock,
  parseDvcPipeline,
  parseDvcPointer,
} from '../../schemas/dvc/parse.ts';
import { kindsOfFileName } from '../../schemas/file-kind.ts';
import { formConformance } from './form-conformance.ts';
import { FactsBuilder, type EntityInput } from './facts-builder.ts';
import { findGitRef } from './git-ref.ts';
import { addSubject } from './subject.ts';
import type { Kind } from '../../graph/domain/kinds.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { DvcDocument, DvcPath, DvcStage } from '../../schemas/dvc/model.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** DVC: lock files, pipelines, pointer files and directory listings. */
export const dvcReader: FormatReader = {
  formats: ['dvc-lock', 'dvc-pipeline', 'dvc-pointer', 'dvc-listing'],
  extractor: 'dvc@2',
  read: readDvc,
};

const STATEMENT_KINDS = {
  lock: 'provenance',
  pipeline: 'pipeline',
  pointer: 'provenance',
  listing: 'listing',
} as const satisfies Record<DvcDocument['kind'], string>;

function readDvc(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  const document = parse(decoded, detected);
  const builder = new FactsBuilder(context.digest);
  for (const { code, pointer, message } of document.problems)
    builder.problem(code, pointer, message);
  switch (document.kind) {
    case 'lock':
      addStages(builder, document.stages);
      break;
    case 'pipeline':
      addStages(builder, document.stages);
      addArtifacts(builder, document);
      break;
    case 'pointer':
      if (document.command === undefined) addPointer(builder, context, document);
      else addStages(builder, [stageOf(document, document.command)]);
      break;
    case 'listing':
      addListing(builder, context, document, decoded.bytes);
  }
  return {
    facts: builder.build({
      format: detected.format,
      version: detected.version,
      statementKind: STATEMENT_KINDS[document.kind],
    }),
    ...formConformance(context),
  };
}

function parse(decoded: Decoded, detected: Detected): DvcDocument {
  if (decoded.kind === 'json') return parseDvcListing(decoded.json.value);
  if (decoded.kind !== 'text') throw new PedigreeError('ERR_PARSE_DOCUMENT', 'DVC files are text');
  switch (detected.format) {
    case 'dvc-lock':
      return parseDvcLock(decoded.text);
    case 'dvc-pipeline':
      return parseDvcPipeline(decoded.text);
    default:
      return parseDvcPointer(decoded.text);
  }
}

/** What an output path of this document led to, to find the makers of what later stages read. */
interface Made {
  readonly node: number;
  readonly run: number;
  readonly isDirectory: boolean;
}

function addStages(builder: FactsBuilder, stages: readonly DvcStage[]): void {
  const made = new Map<string, Made>();
  const runs = stages.map((stage) => addRun(builder, stage));
  for (const [at, stage] of stages.entries()) {
    const run = runs[at];
    if (run === undefined) continue;
    for (const out of stage.outs) {
      const node = addPath(builder, out);
      builder.edge(node, 'wasGeneratedBy', run, out.pointer, { qualifiers: roleOf(out) });
      builder.subject(node);
      made.set(trimPath(out.path), { node, run, isDirectory: isDirectory(out) });
    }
  }
  for (const [at, stage] of stages.entries()) {
    const run = runs[at];
    if (run === undefined) continue;
    for (const dep of stage.deps) addDependency(builder, run, dep, made);
  }
}

/** One stage in a file of its own. DVC names such a file after the first output. */
function stageOf(document: DvcDocument & { kind: 'pointer' }, command: string): DvcStage {
  const { outs, deps } = document;
  return {
    name: `${outs[0]?.path ?? ''}.dvc`,
    command,
    outs,
    deps,
    params: new Map(),
    pointer: '',
  };
}

function addRun(builder: FactsBuilder, stage: DvcStage): number {
  const attributes: Record<string, string> = { step: stage.name };
  if (stage.command !== undefined) attributes['command'] = stage.command;
  for (const [key, value] of stage.params) attributes[`param:${key}`] = value;
  return builder.entity({
    kinds: ['Run'],
    pointer: stage.pointer,
    names: [stage.name],
    local: `stage/${stage.name}`,
    attributes,
  });
}

function addDependency(
  builder: FactsBuilder,
  run: number,
  dep: DvcPath,
  made: ReadonlyMap<string, Made>,
): void {
  const node = addPath(builder, dep);
  builder.edge(run, 'used', node, dep.pointer, { qualifiers: { role: 'input' } });
  const path = trimPath(dep.path);
  const maker = made.get(path);
  if (maker !== undefined) {
    if (maker.run !== run)
      builder.edge(run, 'wasInformedBy', maker.run, dep.pointer, { strength: 'implied' });
    return;
  }
  const folder = findFolder(path, made);
  if (folder === undefined) return;
  // the lock digests the folder as a whole: that this file is in it is read from the paths
  const inferred = { strength: 'inferred' } as const;
  builder.edge(folder.node, 'contains', node, dep.pointer, inferred);
  builder.edge(node, 'wasGeneratedBy', folder.run, dep.pointer, inferred);
  if (folder.run !== run)
    builder.edge(run, 'wasInformedBy', folder.run, dep.pointer, { strength: 'implied' });
}

/** The nearest output directory that a path lies in. */
function findFolder(path: string, made: ReadonlyMap<string, Made>): Made | undefined {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const maker = made.get(path.slice(0, end));
    if (maker !== undefined) return maker.isDirectory ? maker : undefined;
  }
  return undefined;
}

function addPath(builder: FactsBuilder, path: DvcPath): number {
  const node = builder.entity(pathRecord(path));
  addFiles(builder, node, path);
  return node;
}

function addFiles(builder: FactsBuilder, node: number, path: DvcPath): void {
  for (const file of path.files) {
    const member = builder.entity(
      pathRecord({ ...file, path: `${trimPath(path.path)}/${file.path}` }),
    );
    builder.edge(node, 'contains', member, file.pointer);
  }
}

/**
 * MD5 is a name, never an identity. A directory's is the MD5 of a listing, kept as the name `md5:<hex>.dir`: not `dirhash:`,
 * which would make a digest of it, and not `md5:<hex>`, which would confuse it with the bytes of the listing.
 */
function pathRecord(path: DvcPath): EntityInput {
  const hex = path.md5 ?? '';
  const isListing = /^[0-9a-f]{32}\.dir$/i.test(hex);
  const isPlain = /^[0-9a-f]{32}$/i.test(hex);
  const nameRefs = isListing ? [`md5:${hex.toLowerCase()}`] : [];
  if (isAddress(path.path) && !isPlain) nameRefs.push(nameRef('uri', path.path));
  const attributes: Record<string, string> = {};
  if (path.sizeBytes !== undefined) attributes['size'] = path.sizeBytes;
  if (path.fileCount !== undefined) attributes['files'] = path.fileCount;
  if (path.etag !== undefined) attributes['etag'] = path.etag;
  if (path.versionId !== undefined) attributes['versionId'] = path.versionId;
  return {
    kinds: kindsOf(path),
    pointer: path.pointer,
    names: path.written === undefined ? [path.path] : [path.written, path.path],
    digests: isPlain ? [{ algorithm: 'md5', hex }] : [],
    nameRefs,
    local: `${trimPath(path.path)}#${hex}`,
    attributes,
  };
}

/** A tracked directory is a dataset unless its name says otherwise; other paths are what their extension says. */
function kindsOf(path: DvcPath): Kind[] {
  const kinds = kindsOfFileName(trimPath(path.path));
  return isDirectory(path) && kinds.includes('File') ? ['Dataset'] : [...kinds];
}

function isDirectory(path: DvcPath): boolean {
  return (
    path.md5?.endsWith('.dir') === true || path.fileCount !== undefined || path.files.length > 0
  );
}

function roleOf(path: DvcPath): Readonly<Record<string, string>> {
  return path.role === 'outs' ? {} : { role: path.role };
}

function trimPath(path: string): string {
  return path.replace(/\/{1,64}$/, '');
}

/** A dataset (`ds://`) and a remote (`remote://`) are named by the project: another project means something else by it. */
function isAddress(path: string): boolean {
  return /^(?!(?:ds|remote):)[a-z][a-z0-9+.-]{1,15}:\/\//i.test(path);
}

function addArtifacts(builder: FactsBuilder, document: DvcDocument & { kind: 'pipeline' }): void {
  for (const { name, path, type, pointer } of document.artifacts) {
    const kinds: Kind[] = type === 'model' ? ['Model'] : type === 'dataset' ? ['Dataset'] : [];
    builder.entity({
      kinds: [...kindsOfFileName(path), ...kinds],
      pointer,
      names: [path, name],
      local: `${trimPath(path)}#`,
    });
  }
}

function addPointer(
  builder: FactsBuilder,
  context: ReadContext,
  document: DvcDocument & { kind: 'pointer' },
): void {
  const [only, ...rest] = document.outs;
  const outs =
    only !== undefined && rest.length === 0
      ? [addTracked(builder, context, only)]
      : document.outs.map((out) => addPath(builder, out));
  for (const out of outs) builder.subject(out);
  for (const dep of document.deps) {
    const source = addSource(builder, dep);
    const qualifiers = { relation: 'duplicate', role: 'import', path: dep.path };
    for (const out of outs)
      builder.edge(out, 'wasDerivedFrom', source, dep.pointer, { qualifiers });
  }
}

function addTracked(builder: FactsBuilder, context: ReadContext, path: DvcPath): number {
  const node = addSubject(builder, context, pathRecord(path));
  addFiles(builder, node, path);
  return node;
}

/** An import from another repository is of that repository at its locked commit; else of an address. */
function addSource(builder: FactsBuilder, dep: DvcPath): number {
  if (dep.repository === undefined) return addPath(builder, dep);
  const { url, revLock } = dep.repository;
  const pointer = `${dep.pointer}/repo`;
  const coordinate = findGitRef(url, revLock ?? '');
  if (coordinate === undefined) {
    builder.problem('no-commit', pointer, 'an import that is not locked to a commit');
  }
  return builder.entity({
    kinds: ['Code'],
    pointer,
    names: [url],
    coordinates: coordinate === undefined ? [] : [coordinate],
    nameRefs: coordinate === undefined ? [nameRef('uri', url)] : [],
    local: `repository/${url}`,
  });
}

/** The bytes of a listing are what `<md5>.dir` is the MD5 of, so the directory is known by hashing them. */
function addListing(
  builder: FactsBuilder,
  context: ReadContext,
  document: DvcDocument & { kind: 'listing' },
  bytes: DocumentBytes,
): void {
  const md5 = hashHex('md5', bytes);
  const directory = addSubject(builder, context, {
    kinds: ['Dataset'],
    pointer: '',
    nameRefs: [`md5:${md5}.dir`],
    local: 'directory',
  });
  for (const { path, md5: hex, pointer } of document.files) {
    const file = builder.entity({
      kinds: [...kindsOfFileName(path)],
      pointer,
      names: [path],
      digests: [{ algorithm: 'md5', hex }],
      local: `${path}#${hex}`,
    });
    builder.edge(directory, 'contains', file, pointer);
  }
}
