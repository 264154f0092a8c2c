// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';

const ARTIFACT_MANIFEST = 'application/vnd.oci.artifact.manifest.v1+json';

/** Recognises image manifests and indexes of OCI and Docker (schema 2), and OCI's former artifact manifest. */
export function detectOciManifest(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json' || !isJsonObject(decoded.json.value)) return undefined;
  const { value } = decoded.json;
  if (stringMember(value, 'mediaType') === ARTIFACT_MANIFEST) {
    return { format: 'oci-manifest', version: null };
  }
  if (member(value, 'schemaVersion') !== 2) return undefined;
  const isManifest =
    isDescriptor(member(value, 'config')) && arrayMember(value, 'layers') !== undefined;
  return isManifest || isIndex(value) ? { format: 'oci-manifest', version: '2' } : undefined;
}

/** An index may be empty (the referrers of nothing); then only its media type tells. */
function isIndex(value: JsonValue): boolean {
  const manifests = arrayMember(value, 'manifests');
  const [first] = manifests ?? [];
  if (first !== undefined) return isDescriptor(first);
  const type = stringMember(value, 'mediaType') ?? '';
  return (
    manifests !== undefined &&
    /^application\/vnd\.(?:oci|docker)\..{1,60}(?:index|list)\./.test(type)
  );
}

function isDescriptor(value: unknown): boolean {
  return stringMember(value, 'digest') !== undefined && typeof member(value, 'size') === 'number';
}
