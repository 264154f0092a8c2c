// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, pointerJoin } from '../../core/json.ts';
import { parseYaml, type YamlDocument } from '../yaml/parse.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { SpdxJsonForm } from './encoding.ts';

/**
 * Brings SPDX 2 YAML into the JSON form: the same members, every scalar as it is written (a version `1.10` is no number).
 * @throws {PedigreeError} ERR_PARSE_YAML and what else `parseYaml` throws
 */
export function formOfYaml(text: string): SpdxJsonForm {
  const document = parseYaml(text);
  const json = asWritten(document, document.value, '');
  return { json, placeOf: (pointer) => pointer, problems: [] };
}

/** Nesting is bounded by the YAML reader. */
function asWritten(document: YamlDocument, value: JsonValue, pointer: string): JsonValue {
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).map((item, at) =>
      asWritten(document, item, pointerJoin(pointer, at)),
    );
  }
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        asWritten(document, item, pointerJoin(pointer, key)),
      ]),
    );
  }
  return value === null ? null : (document.textAt(pointer) ?? value);
}
