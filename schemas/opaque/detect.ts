// SPDX-License-Identifier: Apache-2.0
import type { Decoded, Detected } from '../decoded.ts';

/** What every document is that nothing else recognises; the last detector. */
export function detectOpaque(_decoded: Decoded): Detected {
  return { format: 'opaque', version: null };
}
