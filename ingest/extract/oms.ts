// SPDX-License-Identifier: Apache-2.0
import { EMPTY_SHA256 } from '../../core/digest.ts';
import { clip } from '../../core/text.ts';
import type { Kind } from '../../graph/domain/kinds.ts';
import { kindsOfFileName } from '../../schemas/file-kind.ts';
import { OMS_SIGNATURE_PREDICATE } from '../../schemas/intoto/predicates.ts';
import { parseStatement, type Statement } from '../../schemas/intoto/statement.ts';
import {
  omsRef,
  parseOmsManifest,
  type OmsManifest,
  type OmsSerialization,
} from '../../schemas/oms/manifest.ts';
import type { OmsFile } from '../../schemas/oms/resources.ts';
import type { FormatReader } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { finishReading, jsonOf } from './reading.ts';
import { addResource, boundedLocal } from './resource-entity.ts';
import { addAttests } from './statement-facts.ts';
import type { ReadContext } from './extractor.ts';

/** OpenSSF model signatures: a folder (or one file) as a whole, and every file in it. */
export const omsReader: FormatReader = {
  formats: ['oms-signature'],
  extractor: 'oms-signature/2',
  read(decoded, detected, context) {
    const statement = parseStatement(jsonOf(decoded));
    const builder = new FactsBuilder(context.digest);
    const about = { detected, statementKind: 'signature' };
    if (statement.predicateType !== OMS_SIGNATURE_PREDICATE) {
      addFileSubjects(builder, context, statement);
      return finishReading(builder, about, context, statement.problems);
    }
    const manifest = parseOmsManifest(statement);
    addManifest(builder, context, statement, manifest);
    return finishReading(builder, about, context, manifest.problems);
  },
};

/** v0.2.0 (`Digests/v0.1`): the files are the subjects, and the whole has no identity. */
function addFileSubjects(builder: FactsBuilder, context: ReadContext, statement: Statement): void {
  for (const resource of statement.subjects) {
    const subject = addResource(builder, resource, `path:${resource.name ?? resource.pointer}`);
    builder.subject(subject);
    const { pointer } = resource;
    addAttests(builder, context, subject, { predicateType: statement.predicateType, pointer });
  }
}

function addManifest(
  builder: FactsBuilder,
  context: ReadContext,
  statement: Statement,
  manifest: OmsManifest,
): void {
  const pointer = '/subject/0';
  const root = addRoot(builder, manifest, pointer);
  builder.subject(root);
  addAttests(builder, context, root, { predicateType: statement.predicateType, pointer });
  for (const file of manifest.files) {
    builder.edge(root, 'contains', addFile(builder, manifest, file), file.pointer);
  }
}

/** The root of a signature over nothing is the digest of nothing, which every empty folder has: it joins nothing. */
function addRoot(builder: FactsBuilder, manifest: OmsManifest, pointer: string): number {
  const { root, name } = manifest;
  if (root === EMPTY_SHA256) {
    builder.problem('empty-content', pointer, 'the signature covers no file');
  }
  return builder.entity({
    kinds: [rootKind(manifest)],
    pointer,
    names: [name],
    contentRefs: root === undefined || root === EMPTY_SHA256 ? [] : [omsRef(root)],
    local: 'model',
    attributes: serializationTexts(manifest.serialization),
  });
}

/** How the model was hashed: whoever computes the root again needs it. */
function serializationTexts(serialization: OmsSerialization): Record<string, string> {
  const { method, hashType, allowSymlinks, shardSize, ignorePaths } = serialization;
  const written = {
    method,
    hashType,
    allowSymlinks,
    shardSize,
    ignorePaths: ignorePaths?.join(' '),
  };
  return Object.fromEntries(
    Object.entries(written).flatMap(([key, value]): [string, string][] =>
      value === undefined ? [] : [[key, clip(String(value), 512)]],
    ),
  );
}

/** What is signed as a model is a model, unless its files are data and none of them is a model. */
function rootKind(manifest: OmsManifest): Kind {
  const kinds = manifest.files.flatMap((file) => kindsOfFileName(labelOf(manifest, file)));
  return kinds.includes('Dataset') && !kinds.includes('Model') ? 'Dataset' : 'Model';
}

function addFile(builder: FactsBuilder, manifest: OmsManifest, file: OmsFile): number {
  const label = labelOf(manifest, file);
  const id = builder.entity({
    kinds: kindsOfFileName(label),
    pointer: file.pointer,
    names: [label],
    digests: file.digest === undefined ? [] : [file.digest],
    local: boundedLocal(`path:${file.path}`),
    attributes: file.digest === undefined ? {} : otherDigest(file.digest),
  });
  for (const shard of file.shards) {
    const part = builder.entity({
      kinds: ['File'],
      pointer: shard.pointer,
      names: [shard.name],
      digests: [{ algorithm: shardAlgorithm(shard.algorithm), hex: shard.hex }],
      local: boundedLocal(`shard:${shard.name}`),
    });
    builder.edge(id, 'contains', part, shard.pointer);
  }
  return id;
}

/** A single signed file is listed as `.` and named by the subject. */
function labelOf(manifest: OmsManifest, file: OmsFile): string {
  return file.path === '.' ? manifest.name : file.path;
}

/** `sha256-sharded-1000000000` is the SHA-256 of the bytes in the range. */
function shardAlgorithm(algorithm: string): string {
  return algorithm.startsWith('sha256-sharded-') ? 'sha256' : algorithm;
}

/** blake2b is signed by model_signing and is in nobody's lineage: shown, joins nothing. */
function otherDigest(digest: {
  readonly algorithm: string;
  readonly hex: string;
}): Record<string, string> {
  return digest.algorithm.startsWith('blake2')
    ? { [`digest.${digest.algorithm.slice(0, 32)}`]: digest.hex.slice(0, 128) }
    : {};
}
