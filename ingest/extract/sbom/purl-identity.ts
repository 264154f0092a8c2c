// SPDX-License-Identifier: Apache-2.0
import { findPurl, levelOf } from '../../../graph/domain/node-ref.ts';

/** What a purl is worth as an identity. */
export type PurlIdentity =
  { readonly level: 'coordinate' | 'name'; readonly ref: string } | { readonly level: 'broken' };

/** What a purl as written is worth: with a version a coordinate, without one a shared name. */
export function purlIdentity(text: string): PurlIdentity {
  const ref = findPurl(text);
  if (ref === undefined) return { level: 'broken' };
  return { level: levelOf(ref) === 'coordinate' ? 'coordinate' : 'name', ref };
}
