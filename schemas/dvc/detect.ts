// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, stringMember } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** Detection reads this much; a lock with a longer comment on top is not recognised. */
const HEAD = 64 * 1024;
const LISTING_SAMPLE = 100;

/** Recognises dvc.lock (1.0, 2.0), dvc.yaml, `.dvc` pointer files and directory listings of the cache. */
export function detectDvc(decoded: Decoded): Detected | undefined {
  if (decoded.kind === 'json') {
    return isListing(decoded.json.value) ? { format: 'dvc-listing', version: null } : undefined;
  }
  if (decoded.kind !== 'text') return undefined;
  const head = decoded.text.slice(0, HEAD);
  if (/^outs:[ \t]*(?:#.*)?$/m.test(head) && !/^stages:/m.test(head) && hasHash(head)) {
    return { format: 'dvc-pointer', version: null };
  }
  if (isLockWithoutSchema(head)) return { format: 'dvc-lock', version: '1.0' };
  if (!/^stages:[ \t]*(?:\{\}[ \t]*)?(?:#.*)?$/m.test(head)) {
    return isPipelineWithoutStages(head) ? { format: 'dvc-pipeline', version: null } : undefined;
  }
  const schema = /^schema:[ \t]*['"]?(\d\.\d)['"]?[ \t]*$/m.exec(head)?.[1];
  if (schema !== undefined) return { format: 'dvc-lock', version: schema };
  return /^[ \t]+(?:cmd|foreach|matrix|do):/m.test(head)
    ? { format: 'dvc-pipeline', version: null }
    : undefined;
}

/** What a dvc.yaml may hold beside stages. */
const PIPELINE_MEMBERS = new Set(['artifacts', 'params', 'metrics', 'plots', 'datasets', 'vars']);
/** Members that are lists of paths, as DVCLive writes them. */
const PATH_LISTS = /^(?:params|metrics|plots):[ \t]*\r?\n[ \t]*- /gm;

/** Nothing but members of a dvc.yaml: named artefacts, or at least two lists of paths. */
function isPipelineWithoutStages(head: string): boolean {
  const roots = Array.from(head.matchAll(/^([^\s#-].{0,200})$/gm), ([, line = '']) => line);
  const members = roots.map((line) => /^(\w{1,20}):[ \t]*(?:#.*)?$/.exec(line)?.[1] ?? '');
  if (!members.every((member) => PIPELINE_MEMBERS.has(member))) return false;
  const hasArtifacts = members.includes('artifacts') && /^[ \t]+path:[ \t]/m.test(head);
  return hasArtifacts || (head.match(PATH_LISTS) ?? []).length >= 2;
}

function hasHash(head: string): boolean {
  return /^[ \t]*(?:-[ \t]+)?(?:md5|hash|etag|checksum|version_id):/m.test(head);
}

/** A 1.0 lock is a map of stage names straight away, each with a command and hashes. */
function isLockWithoutSchema(head: string): boolean {
  return (
    !/^(?:stages|schema|outs|apiVersion|---):?/m.test(head) &&
    /^[\w@.-]{1,200}:[ \t]*\r?\n[ \t]+cmd:/m.test(head) &&
    /^[ \t]+(?:-[ \t]+)?md5:[ \t]*[0-9a-f]{32}/m.test(head)
  );
}

function isListing(value: JsonValue): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    (value as readonly JsonValue[]).slice(0, LISTING_SAMPLE).every(isListed)
  );
}

function isListed(entry: JsonValue): boolean {
  return (
    isJsonObject(entry) &&
    stringMember(entry, 'relpath') !== undefined &&
    /^[0-9a-f]{32}$/.test(stringMember(entry, 'md5') ?? '')
  );
}
