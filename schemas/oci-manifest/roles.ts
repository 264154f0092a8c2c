// SPDX-License-Identifier: Apache-2.0
import { isEvidenceName } from '../evidence-file/evidence-file.ts';
import type { FileKind } from '../file-kind.ts';
import { kindsOfFileName } from '../file-kind.ts';
import { findPurpose, isEvidenceType, isGenericType } from './media-types.ts';
import type { OciDescriptor, OciManifest } from './model.ts';

/** `{}`, which stands for "no config" and "no layer"; everybody has it. @see image-spec manifest.md, guidance for an empty descriptor */
const EMPTY_JSON = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
const TITLE = 'org.opencontainers.image.title';
const FILE_PATH = 'org.cncf.model.filepath';

/** True for the descriptor that stands for no content. */
export function isEmptyDescriptor(descriptor: OciDescriptor): boolean {
  return descriptor.algorithm === 'sha256' && descriptor.hex === EMPTY_JSON;
}

/** The file name that whoever pushed a layer gave it. */
export function titleOf(descriptor: OciDescriptor): string | undefined {
  return descriptor.annotations.get(TITLE) ?? descriptor.annotations.get(FILE_PATH);
}

/** What an artefact calls itself; its config's type where it says nothing (image-spec, artifactType). */
export function artifactTypeOf(manifest: OciManifest): string {
  return manifest.artifactType ?? manifest.config?.mediaType ?? '';
}

/**
 * The layers of a manifest that are evidence: by their own type, by the type of the whole artefact, or, where neither says
 * anything, by their file name. Never a layer of an image that is typed as one.
 */
export function evidenceLayers(manifest: OciManifest): readonly OciDescriptor[] {
  const isEvidence = isEvidenceType(artifactTypeOf(manifest));
  return manifest.layers.filter((layer) => {
    if (isEmptyDescriptor(layer)) return false;
    if (isEvidenceType(layer.mediaType)) return true;
    if (findPurpose(layer.mediaType) !== undefined || !isGenericType(layer.mediaType)) return false;
    return isEvidence || isEvidenceName(titleOf(layer) ?? '');
  });
}

/** True where a manifest carries evidence about something else and nothing but that. */
export function isEvidenceManifest(manifest: OciManifest): boolean {
  if (isEvidenceType(artifactTypeOf(manifest))) return true;
  const layers = manifest.layers.filter((layer) => !isEmptyDescriptor(layer));
  return layers.length > 0 && evidenceLayers(manifest).length === layers.length;
}

/** What a layer is, by its type or else its file name. */
export function kindOfLayer(layer: OciDescriptor): FileKind {
  const purpose = findPurpose(layer.mediaType);
  if (purpose?.role === 'part') return purpose.kind;
  if (purpose !== undefined) return 'File';
  return kindsOfFileName(titleOf(layer) ?? '')[0] ?? 'File';
}

/** What a manifest is as a whole: its declared type first, then what its layers are. */
export function kindOfManifest(manifest: OciManifest): FileKind | 'Image' | 'Package' {
  if (manifest.shape === 'index') {
    const purpose = findPurpose(manifest.artifactType ?? '');
    return purpose?.role === 'part' ? purpose.kind : 'Image';
  }
  if (isEvidenceManifest(manifest)) return 'File';
  const purpose = findPurpose(artifactTypeOf(manifest));
  if (purpose?.role === 'part') return purpose.kind;
  if (purpose?.role === 'chart') return 'Package';
  const kinds = new Set(manifest.layers.map(kindOfLayer));
  if (kinds.has('Model')) return 'Model';
  if (kinds.has('Dataset')) return 'Dataset';
  return purpose?.role === 'image' ? 'Image' : 'File';
}

/** The digest that a BuildKit attestation in an index is about; undefined for every other member. @see https://docs.docker.com/build/metadata/attestations/attestation-storage/ */
export function attestedDigest(descriptor: OciDescriptor): string | undefined {
  if (descriptor.annotations.get('vnd.docker.reference.type') !== 'attestation-manifest') {
    return undefined;
  }
  return descriptor.annotations.get('vnd.docker.reference.digest');
}
