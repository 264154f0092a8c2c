// SPDX-License-Identifier: Apache-2.0
import { findPurl, levelOf } from '../../../graph/domain/node-ref.ts';

/** What a purl is worth as an identity. */
export type PurlIdentity =
  { readonly level: 'coordinate' | 'name'; readonly ref: string } | { readonly level: 'broken' };

/** Parsing a purl is the dearest step of reading an SBOM, and one library is in most SBOMs of a folder. A function of the text alone. */
const memo = new Map<string, PurlIdentity>();
const MAX_MEMO = 20_000;
const MAX_TEXT = 512;

/** What a purl as written is worth: with a version a coordinate, without one a shared name. */
export function purlIdentity(text: string): PurlIdentity {
  const known = memo.get(text);
  if (known !== undefined) return known;
  const ref = findPurl(text);
  const found: PurlIdentity =
    ref === undefined
      ? { level: 'broken' }
      : { level: levelOf(ref) === 'coordinate' ? 'coordinate' : 'name', ref };
  if (memo.size >= MAX_MEMO) memo.clear();
  if (text.length <= MAX_TEXT) memo.set(text, found);
  return found;
}
