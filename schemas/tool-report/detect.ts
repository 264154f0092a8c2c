// SPDX-License-Identifier: Apache-2.0
import { indexOfByte } from '../../core/bytes.ts';
import { decodeText } from '../../core/json.ts';
import { ByteView, headOf, loadAll, type DocumentBytes } from '../../core/stored-bytes.ts';
import { TOOL_ADAPTERS } from './adapters.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** Recognises the report of any tool that has an adapter. */
export function detectToolReport(decoded: Decoded): Detected | undefined {
  for (const adapter of TOOL_ADAPTERS) {
    const version = adapter.detect(decoded);
    if (version !== undefined) return { format: adapter.format, version };
  }
  return undefined;
}

const OPEN_BRACE = 0x7b;

/**
 * A report that is written as JSON Lines and means nothing line by line, as the text that its adapter reads. Undefined for
 * everything else; the lines are then documents of their own.
 */
export function findLinesReport(
  bytes: DocumentBytes,
): { readonly decoded: Decoded; readonly detected: Detected } | undefined {
  if (headOf(bytes, 1)[0] !== OPEN_BRACE) return undefined;
  const first = indexOfByte(bytes, 0x0a);
  if (first < 0 || new ByteView(bytes).at(first + 1) !== OPEN_BRACE) return undefined;
  const held = loadAll(bytes);
  let text: string;
  try {
    text = decodeText(held);
  } catch {
    return undefined;
  }
  const decoded: Decoded = { kind: 'text', bytes, text };
  const detected = detectToolReport(decoded);
  return detected === undefined ? undefined : { decoded, detected };
}
