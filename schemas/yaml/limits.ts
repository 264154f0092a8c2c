// SPDX-License-Identifier: Apache-2.0
import { LIMITS } from '../../core/limits.ts';

/**
 * What a YAML text may cost. Tighter than the limits of JSON: a YAML parser keeps a syntax tree of about a hundred bytes for
 * each character, and an alias writes a whole subtree in two characters.
 */
export const YAML_LIMITS = {
  /** Characters of one text. Real cards, locks and manifests stay under 1 MiB. */
  chars: 4 * 1024 * 1024,
  /** Pieces that the text is cut into: scalars, marks, runs of spaces. A lock of the full size has about as many. */
  pieces: 2_500_000,
  /** Nesting, aliases followed. */
  depth: LIMITS.depth,
  /** Values of one text once every alias is written out. */
  values: 500_000,
  /** Documents of one stream. */
  documents: 10_000,
} as const;
