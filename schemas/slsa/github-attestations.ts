// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, member, pointerJoin } from '../../core/json.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';

export interface ParsedGithub {
  readonly bundles: readonly { readonly name: string; readonly bundle: JsonValue }[];
  readonly problems: readonly SchemaProblem[];
}

/**
 * Recognises what GitHub says about an artefact: the answer of its API (`{"attestations": [{"bundle"}]}`), and what
 * `gh attestation verify --format json` prints (`[{"attestation": {"bundle"}, "verificationResult"}]`).
 */
export function detectGithubAttestations(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const { value } = decoded.json;
  const [first] = listOf(value)?.items ?? [];
  if (first === undefined || !isJsonObject(bundleOf(first))) return undefined;
  const isOther = member(first, 'predicateType') !== undefined;
  return isOther ? undefined : { format: 'github-attestations', version: null };
}

/**
 * Unpacks the bundles. What a client printed beside them (its verdict, the statement once more) is not signed and not read.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where there is no list
 * @see https://docs.github.com/rest/users/attestations
 */
export function parseGithubAttestations(value: JsonValue): ParsedGithub {
  const list = listOf(value);
  if (list === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'no list of attestations');
  }
  const problems: SchemaProblem[] = [];
  const bundles = list.items.flatMap((item, index) => {
    const bundle = bundleOf(item);
    if (isJsonObject(bundle)) return [{ name: `attestation-${index}`, bundle }];
    // large ones are kept elsewhere, by `bundle_url`
    const pointer = pointerJoin(list.pointer, index);
    addProblem(problems, 'no-bundle', pointer, 'an attestation without its bundle');
    return [];
  });
  return { bundles, problems };
}

function listOf(
  value: JsonValue,
): { readonly items: readonly JsonValue[]; readonly pointer: string } | undefined {
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    return items.every((item) => isJsonObject(member(item, 'attestation')))
      ? { items, pointer: '' }
      : undefined;
  }
  const items = arrayMember(value, 'attestations');
  return items === undefined ? undefined : { items, pointer: '/attestations' };
}

function bundleOf(item: JsonValue): JsonValue | undefined {
  return member(member(item, 'attestation') ?? item, 'bundle');
}
