// SPDX-License-Identifier: Apache-2.0
import { hashHex } from '../../core/digest.ts';
import { isPedigreeError } from '../../core/errors.ts';
import { parseJson } from '../../core/json.ts';
import { LIMITS } from '../../core/limits.ts';
import type { DocumentBytes } from '../../core/stored-bytes.ts';
import { isManifestType } from '../../schemas/oci-manifest/media-types.ts';
import type { OciDescriptor, OciManifest } from '../../schemas/oci-manifest/model.ts';
import { parseOciManifest } from '../../schemas/oci-manifest/parse.ts';
import { evidenceLayers } from '../../schemas/oci-manifest/roles.ts';

/** Files that make a folder or archive an OCI image layout. @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
export const LAYOUT_MARK = 'oci-layout';
export const LAYOUT_INDEX = 'index.json';
export const LAYOUT_BLOBS = 'blobs';

/** A file of a layout that is a manifest or evidence. */
export interface LayoutFile {
  /** Path inside the layout, with slashes. */
  readonly path: string;
  /** Why it is not to be read; null where it is. */
  readonly fault: 'missing' | 'altered' | null;
}

/** Manifests larger than this are refused by registries as well (distribution-spec, "Pushing Manifests", 4 MiB). */
const MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 12;

/** Reads a file of a layout; undefined where there is none, or one longer than `maxBytes`. */
export type ReadLayoutFile = (path: string, maxBytes: number) => Promise<Uint8Array | undefined>;

/** Whether a file of a layout is there, without reading it. */
export type HasLayoutFile = (path: string) => Promise<boolean>;

/**
 * The files of an OCI layout that say something: the index, the manifests that it leads to (of platforms, of attestations, of
 * what is attached to them) and the layers that are evidence. The parts of images and models are left out: a manifest names
 * them by their digests. Manifests are compared with the digest that they are named by; whoever reads an evidence layer
 * compares it as well (`isOfDigest`).
 */
export async function findLayoutFiles(
  read: ReadLayoutFile,
  has: HasLayoutFile,
): Promise<readonly LayoutFile[]> {
  const files: LayoutFile[] = [{ path: LAYOUT_INDEX, fault: null }];
  const index = findManifest(await read(LAYOUT_INDEX, MANIFEST_BYTES));
  const seen = new Set<string>();
  const pending = [...(index?.manifests ?? [])].reverse().map((one) => ({ one, depth: 0 }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { one, depth } = next;
    const path = blobPath(one);
    if (seen.has(path) || depth > MAX_DEPTH || seen.size >= LIMITS.archiveMembers) continue;
    seen.add(path);
    const bytes = await read(path, MANIFEST_BYTES);
    const fault = bytes === undefined ? 'missing' : isOfDigest(path, bytes) ? null : 'altered';
    files.push({ path, fault });
    const manifest = fault === null ? findManifest(bytes) : undefined;
    if (manifest === undefined) continue;
    for (const layer of evidenceLayers(manifest)) {
      const layerPath = blobPath(layer);
      if (seen.has(layerPath)) continue;
      seen.add(layerPath);
      files.push({ path: layerPath, fault: (await has(layerPath)) ? null : 'missing' });
    }
    const inner = manifest.manifests.filter(({ mediaType }) => isManifestType(mediaType));
    pending.push(...inner.reverse().map((found) => ({ one: found, depth: depth + 1 })));
  }
  return files;
}

/** True where the bytes have the digest that their path names, or where the path names none (`index.json`). */
export function isOfDigest(path: string, bytes: DocumentBytes): boolean {
  const [folder, algorithm = '', hex = ''] = path.split('/');
  if (folder !== LAYOUT_BLOBS) return true;
  if (algorithm !== 'sha256' && algorithm !== 'sha512') return false;
  return hashHex(algorithm, bytes) === hex;
}

function blobPath({ algorithm, hex }: OciDescriptor): string {
  return `${LAYOUT_BLOBS}/${algorithm}/${hex}`;
}

/** Undefined for bytes that are no manifest of a shape that is read: they stay a document that says so itself. */
function findManifest(bytes: Uint8Array | undefined): OciManifest | undefined {
  if (bytes === undefined) return undefined;
  try {
    return parseOciManifest(parseJson(bytes).value);
  } catch (error) {
    if (isPedigreeError(error)) return undefined;
    throw error;
  }
}
