// SPDX-License-Identifier: Apache-2.0
import { LIMITS } from '../../core/limits.ts';

/** What an XML text may cost. Elements and attributes are kept as objects, so their number is bounded beside the size of the text. */
export const XML_LIMITS = {
  /** Characters of one text. */
  chars: LIMITS.documentBytes,
  depth: LIMITS.depth,
  elements: 2_000_000,
  /** Attributes of one element, namespace declarations included. Real ones have fewer than ten. */
  attributes: 256,
  /** Characters that are read to find the root element, past a prolog of comments. */
  peekChars: 64 * 1024,
} as const;
