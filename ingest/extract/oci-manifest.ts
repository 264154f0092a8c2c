// SPDX-License-Identifier: Apache-2.0
import { hexOf, parseDigest } from '../../core/digest.ts';
import { pointerJoin } from '../../core/json.ts';
import type { Kind } from '../../graph/domain/kinds.ts';
import type { OciDescriptor, OciManifest } from '../../schemas/oci-manifest/model.ts';
import { parseOciManifest } from '../../schemas/oci-manifest/parse.ts';
import {
  attestedDigest,
  evidenceLayers,
  isEmptyDescriptor,
  isEvidenceManifest,
  kindOfLayer,
  kindOfManifest,
  titleOf,
} from '../../schemas/oci-manifest/roles.ts';
import { optional } from '../../schemas/tool-report/optional.ts';
import type { FormatReader, ReadContext } from './extractor.ts';
import { FactsBuilder, type EntityInput } from './facts-builder.ts';
import { findGitRef } from './git-ref.ts';
import { finishReading, jsonOf } from './reading.ts';
import { addSubject } from './subject.ts';

const LABELS = ['org.opencontainers.image.ref.name', 'org.opencontainers.image.title'];
const BASE_DIGEST = 'org.opencontainers.image.base.digest';
const BASE_NAME = 'org.opencontainers.image.base.name';
const SOURCE = 'org.opencontainers.image.source';
const REVISION = 'org.opencontainers.image.revision';

/** Image manifests and indexes: what an image, model or other artefact consists of, and what evidence is attached to what. */
export const ociManifestReader: FormatReader = {
  formats: ['oci-manifest'],
  extractor: 'oci-manifest@1',
  read(decoded, detected, context) {
    const manifest = parseOciManifest(jsonOf(decoded));
    const builder = new FactsBuilder(context.digest);
    const node = addSubject(builder, context, manifestRecord(manifest, context));
    stateParts(builder, manifest, node);
    stateMembers(builder, manifest, node);
    stateAttachment(builder, manifest, node);
    stateOrigin(builder, manifest, node);
    const about = { detected, statementKind: 'listing' };
    return finishReading(builder, about, context, manifest.problems);
  },
};

/** A manifest is known by the digest of its own bytes: that is what a registry serves it under. */
function manifestRecord(manifest: OciManifest, context: ReadContext): EntityInput {
  const { annotations } = manifest;
  return {
    kinds: [kindOfManifest(manifest)],
    pointer: '',
    names: LABELS.flatMap((key) => annotations.get(key) ?? []),
    digests: [{ algorithm: 'sha256', hex: hexOf(context.digest) }],
    local: 'manifest',
    attributes: {
      ...optional('mediaType', manifest.mediaType),
      ...optional('artifactType', manifest.artifactType),
      ...optional('version', annotations.get('org.opencontainers.image.version')),
      ...optional('created', annotations.get('org.opencontainers.image.created')),
    },
  };
}

function stateParts(builder: FactsBuilder, manifest: OciManifest, node: number): void {
  const { config } = manifest;
  if (config !== undefined && !isEmptyDescriptor(config)) {
    builder.edge(node, 'contains', add(builder, config, 'Config'), config.pointer);
  }
  for (const layer of manifest.layers) {
    if (isEmptyDescriptor(layer)) continue;
    builder.edge(node, 'contains', add(builder, layer, kindOfLayer(layer)), layer.pointer);
  }
}

/** An attestation lies in the index beside what it is about; it is no part of the thing. */
function stateMembers(builder: FactsBuilder, manifest: OciManifest, node: number): void {
  for (const member of manifest.manifests) {
    const about = attestedDigest(member);
    const id = add(builder, member, about === undefined ? 'Image' : 'File');
    if (about === undefined) {
      builder.edge(node, 'contains', id, member.pointer);
      continue;
    }
    const pointer = pointerJoin(member.pointer, 'annotations', 'vnd.docker.reference.digest');
    const attested = addDigest(builder, about, 'Image', pointer);
    if (attested !== undefined) builder.edge(id, 'describes', attested, pointer);
  }
}

/** What is attached says which thing it is attached to; its documents are then about that thing. */
function stateAttachment(builder: FactsBuilder, manifest: OciManifest, node: number): void {
  const { subject } = manifest;
  if (subject === undefined) return;
  const id = add(builder, subject, 'File');
  builder.edge(node, 'describes', id, subject.pointer);
  if (!isEvidenceManifest(manifest)) return;
  for (const layer of evidenceLayers(manifest)) {
    const document = add(builder, layer, kindOfLayer(layer));
    builder.edge(document, 'describes', id, layer.pointer, { strength: 'implied' });
  }
}

/** @see https://github.com/opencontainers/image-spec/blob/main/annotations.md */
function stateOrigin(builder: FactsBuilder, manifest: OciManifest, node: number): void {
  const { annotations } = manifest;
  const base = annotations.get(BASE_DIGEST);
  if (base !== undefined) {
    const pointer = pointerJoin('', 'annotations', BASE_DIGEST);
    const id = addDigest(builder, base, 'Image', pointer, annotations.get(BASE_NAME));
    const qualifiers = { relation: 'base-image' };
    if (id !== undefined) builder.edge(node, 'wasDerivedFrom', id, pointer, { qualifiers });
  }
  const commit = findGitRef(annotations.get(SOURCE) ?? '', annotations.get(REVISION) ?? '');
  if (commit === undefined) return;
  const code = builder.nodeOf(commit, ['Code']);
  builder.edge(node, 'wasDerivedFrom', code, pointerJoin('', 'annotations', REVISION));
}

function add(builder: FactsBuilder, descriptor: OciDescriptor, kind: Kind): number {
  const { algorithm, hex, mediaType, sizeBytes, pointer } = descriptor;
  const title = titleOf(descriptor);
  return builder.entity({
    kinds: [kind],
    pointer,
    names: [title ?? '', descriptor.annotations.get('org.opencontainers.image.ref.name') ?? ''],
    digests: [{ algorithm, hex }],
    local: pointer,
    attributes: {
      ...(mediaType !== '' && { mediaType }),
      ...optional('artifactType', descriptor.artifactType),
      ...optional('platform', descriptor.platform),
      ...optional('sizeBytes', sizeBytes?.toString()),
    },
  });
}

function addDigest(
  builder: FactsBuilder,
  text: string,
  kind: Kind,
  pointer: string,
  name = '',
): number | undefined {
  try {
    const digest = parseDigest(text);
    return builder.nodeOf(digest, [kind], name === '' ? [] : [name]);
  } catch {
    builder.problem('digest-malformed', pointer, `not a digest: "${text}"`);
    return undefined;
  }
}
