// SPDX-License-Identifier: Apache-2.0
import { member, pointerJoin } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { YamlDocument } from './parse.ts';

/** A text and the place that states it. */
export interface PlacedText {
  readonly text: string;
  /** JSON Pointer into the document. */
  readonly pointer: string;
}

/** The scalar member `key` of the map at `pointer`, as text. Undefined where it is missing, null, a list or a map. */
export function findText(document: YamlDocument, pointer: string, key: string): string | undefined {
  const text = document.textAt(pointerJoin(pointer, key));
  return text === undefined || text === '' ? undefined : text;
}

/** The texts of a member that may be one scalar or a list of them. Lists and maps inside the list are left out. */
export function listTexts(
  document: YamlDocument,
  map: JsonValue | undefined,
  pointer: string,
  key: string,
): readonly PlacedText[] {
  const value = member(map, key);
  const at = pointerJoin(pointer, key);
  if (!Array.isArray(value)) return placed(document, at);
  return (value as readonly JsonValue[]).flatMap((_, index) =>
    placed(document, pointerJoin(at, index)),
  );
}

function placed(document: YamlDocument, pointer: string): PlacedText[] {
  const text = document.textAt(pointer);
  return text === undefined || text === '' ? [] : [{ text, pointer }];
}
