// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, pointerJoin } from '../../core/json.ts';
import { addProblem, type SchemaProblem } from './problem.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/** One (algorithm, value) of a digest set, as written. */
export interface DigestEntry {
  readonly algorithm: string;
  readonly value: string;
}

/**
 * Reads an in-toto DigestSet: a map of algorithm to value. A single `algorithm:hex` string, seen in real files, is read
 * with a problem; anything else that is no map yields nothing, with a problem. Absent (undefined, null) yields nothing.
 * @see https://github.com/in-toto/attestation/blob/v1.1.0/spec/v1/digest_set.md
 */
export function readDigestSet(
  value: JsonValue | undefined,
  pointer: string,
  problems: SchemaProblem[],
): readonly DigestEntry[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') {
    addProblem(problems, 'digest-not-a-set', pointer, 'one digest written as a string');
    return splitDigest(value);
  }
  if (!isJsonObject(value)) {
    addProblem(problems, 'digest-not-a-set', pointer, 'the digest is no map of algorithm to value');
    return [];
  }
  const entries: DigestEntry[] = [];
  for (const algorithm of Object.keys(value)) {
    const hash = value[algorithm];
    if (typeof hash === 'string') entries.push({ algorithm, value: hash });
    else addProblem(problems, 'digest-malformed', pointerJoin(pointer, algorithm), 'not a string');
  }
  return entries;
}

function splitDigest(text: string): readonly DigestEntry[] {
  const colon = text.indexOf(':');
  return colon <= 0 ? [] : [{ algorithm: text.slice(0, colon), value: text.slice(colon + 1) }];
}
