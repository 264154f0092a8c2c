// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member } from '../../core/json.ts';
import { findChild, pathOf, type XmlElement } from '../xml/element.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Origins } from './make.ts';

/** The path of the document element: pointers that begin with it are places of the XML already. */
export const ROOT_PLACE = '/bom';

/**
 * The place in the XML of a pointer into the JSON form: the pointer is followed to the last object or item that was made
 * from an element, then on to what the element holds by that name.
 */
export function placeOf(json: JsonObject, origins: Origins, pointer: string): string {
  if (pointer === ROOT_PLACE || pointer.startsWith(`${ROOT_PLACE}/`)) return pointer;
  let value: JsonValue | undefined = json;
  let element = origins.findObject(json);
  let inside: string[] = [];
  for (const token of pointer.split('/').slice(1)) {
    const next: Step = step(value, token, origins);
    value = next.value;
    if (next.element === undefined) inside.push(token);
    else {
      element = next.element;
      inside = [];
    }
  }
  return element === undefined ? ROOT_PLACE : insidePath(element, inside);
}

interface Step {
  readonly value: JsonValue | undefined;
  readonly element: XmlElement | undefined;
}

function step(from: JsonValue | undefined, token: string, origins: Origins): Step {
  if (Array.isArray(from)) {
    const list = from as readonly JsonValue[];
    return { value: list[Number(token)], element: origins.findItem(list, Number(token)) };
  }
  const value = member(from, token);
  return { value, element: isJsonObject(value) ? origins.findObject(value) : undefined };
}

/** Members without an object of their own: a text element, an attribute, or an element around a list. */
function insidePath(element: XmlElement, names: readonly string[]): string {
  let at = element;
  for (const name of names) {
    const child = findChild(at, name);
    if (child === undefined) return at.attributes.has(name) ? `${pathOf(at)}/@${name}` : pathOf(at);
    at = child;
  }
  return pathOf(at);
}
