// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member } from '../../core/json.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** A tag-value document begins with its version, after comments and blank lines. */
const TAG_VALUE =
  /^\uFEFF?(?:[ \t]*(?:#[^\r\n]{0,2048})?\r?\n){0,200}[ \t]*SPDXVersion[ \t]*:[ \t]*([^\r\n]{0,64})/;

/**
 * Recognises SPDX 2 JSON: an object with `spdxVersion`, or one that has lost it and still has `SPDXID` and a creation info.
 * @returns the version as written, null where there is none; undefined for other documents
 */
export function detectSpdx2Json(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const root = decoded.json.value;
  if (!isJsonObject(root)) return undefined;
  const version = member(root, 'spdxVersion');
  const isSpdx =
    version !== undefined ||
    (member(root, 'SPDXID') !== undefined && member(root, 'creationInfo') !== undefined);
  if (!isSpdx) return undefined;
  return { format: 'spdx2-json', version: versionText(version) };
}

/** Recognises SPDX tag-value: the first tag is `SPDXVersion`. */
export function detectSpdx2TagValue(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'text') return undefined;
  const match = TAG_VALUE.exec(decoded.text.slice(0, 65_536));
  if (match === null) return undefined;
  const version = match[1]?.trim() ?? '';
  return { format: 'spdx2-tv', version: version === '' ? null : version };
}

function versionText(version: unknown): string | null {
  return typeof version === 'string' || typeof version === 'number' ? String(version) : null;
}
