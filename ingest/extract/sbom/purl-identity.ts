// SPDX-License-Identifier: Apache-2.0
import { findPurlRef, type PurlRef } from '../../../graph/domain/node-ref.ts';

/** What a purl is worth as an identity. */
export type PurlIdentity = PurlRef | { readonly level: 'broken' };

const BROKEN = { level: 'broken' } as const;

/** What a purl as written is worth: with a version a coordinate, without one a shared name. */
export function purlIdentity(text: string): PurlIdentity {
  return findPurlRef(text) ?? BROKEN;
}
