// SPDX-License-Identifier: Apache-2.0
import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded } from '../decoded.ts';
import type { ToolReport } from './model.ts';

/** All that is particular to one tool. Adding a tool is one file with one of these, and one line in adapters.ts. */
export interface ToolAdapter {
  /** Name of the format. */
  readonly format: string;
  /** The version that the document names, null where it names none; undefined where it is something else. Cheap, by content. */
  detect(decoded: Decoded): string | null | undefined;
  /** @throws {PedigreeError} ERR_PARSE_DOCUMENT and other codes of the parsers */
  parse(decoded: Decoded): ToolReport;
}

/** The JSON object that a document is; undefined for anything else. */
export function jsonObject(decoded: Decoded): JsonObject | undefined {
  return decoded.kind === 'json' && isJsonObject(decoded.json.value)
    ? decoded.json.value
    : undefined;
}

/** The items of the JSON array that a document is, where it has any and each is an object; undefined for anything else. */
export function jsonObjects(decoded: Decoded): readonly JsonObject[] | undefined {
  if (decoded.kind !== 'json' || !Array.isArray(decoded.json.value)) return undefined;
  const items = decoded.json.value as readonly JsonValue[];
  return items.length > 0 && items.every(isJsonObject) ? items : undefined;
}
