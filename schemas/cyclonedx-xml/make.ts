// SPDX-License-Identifier: Apache-2.0
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { XmlElement } from '../xml/element.ts';

/** Which element each object, and each item of a list, was made from. */
export class Origins {
  readonly #ofObject = new WeakMap<object, XmlElement>();
  readonly #ofItems = new WeakMap<object, readonly (XmlElement | undefined)[]>();
  /** Elements of this namespace are the document's own; others are extensions, which are left out. */
  readonly namespace: string;

  constructor(namespace: string) {
    this.namespace = namespace;
  }

  setObject(value: object, element: XmlElement): void {
    this.#ofObject.set(value, element);
  }

  setItems(list: object, elements: readonly (XmlElement | undefined)[]): void {
    this.#ofItems.set(list, elements);
  }

  findObject(value: object): XmlElement | undefined {
    return this.#ofObject.get(value);
  }

  findItem(list: object, at: number): XmlElement | undefined {
    return this.#ofItems.get(list)?.[at];
  }
}

/** Makes the JSON form of an element. undefined: it has none. */
export type Make = (origins: Origins, element: XmlElement) => JsonValue | undefined;

/** A child that may stand several times without an element around them. */
interface Repeated {
  readonly repeated: Make;
}

type Member = Make | Repeated;

/** The text of an element, white space around it left out. */
export const text: Make = (_origins, element) => element.text.trim();

/** The value of one attribute. */
export function attribute(name: string): Make {
  return (_origins, element) => element.attributes.get(name);
}

/** Children of one name without an element around them, as a list. */
export function repeated(make: Make): Repeated {
  return { repeated: make };
}

/**
 * An object: attributes (those in no namespace) and the children named, by their own names. Children in other namespaces
 * and further ones of a name that may stand once are left out.
 * @param members by element name; late, because components hold components
 * @param ownText member that takes the element's own text
 */
export function object(members: () => Readonly<Record<string, Member>>, ownText?: string): Make {
  const known = late(() => new Map(Object.entries(members())));
  return (origins, element) => {
    const value: JsonObject = Object.fromEntries([
      ...plainAttributes(element),
      ...(ownText === undefined ? [] : [[ownText, element.text.trim()] as const]),
      ...childMembers(origins, element, known()),
    ]);
    origins.setObject(value, element);
    return value;
  };
}

/** Attributes in no namespace. */
export function plainAttributes(element: XmlElement): (readonly [string, JsonValue])[] {
  return [...element.attributes].filter(([name]) => !name.startsWith('{'));
}

function childMembers(
  origins: Origins,
  element: XmlElement,
  members: ReadonlyMap<string, Member>,
): ReadonlyMap<string, JsonValue> {
  const found = new Map<string, JsonValue>();
  const lists = new Map<string, { value: JsonValue[]; elements: XmlElement[] }>();
  for (const child of ownChildren(origins, element)) {
    const member = members.get(child.name);
    if (member === undefined || found.has(child.name)) continue;
    const value = (typeof member === 'function' ? member : member.repeated)(origins, child);
    if (value === undefined) continue;
    if (typeof member === 'function') {
      found.set(child.name, value);
      continue;
    }
    const list = lists.get(child.name) ?? { value: [], elements: [] };
    list.value.push(value);
    list.elements.push(child);
    lists.set(child.name, list);
  }
  for (const [name, { value, elements }] of lists) {
    origins.setItems(value, elements);
    found.set(name, value);
  }
  return found;
}

/** A list: the children named, in document order; others are left out. */
export function list(items: () => Readonly<Record<string, Make>>): Make {
  const made = late(() => new Map(Object.entries(items())));
  return (origins, element) => {
    const value: JsonValue[] = [];
    const elements: XmlElement[] = [];
    for (const child of ownChildren(origins, element)) {
      const item = made().get(child.name)?.(origins, child);
      if (item === undefined) continue;
      value.push(item);
      elements.push(child);
    }
    origins.setItems(value, elements);
    return value;
  };
}

/** An object with one member, for what JSON names inside the item and XML by the item's own name. */
export function wrapped(name: string, make: Make): Make {
  return (origins, element) => {
    const value = make(origins, element);
    if (value === undefined) return undefined;
    const outer: JsonObject = { [name]: value };
    origins.setObject(outer, element);
    return outer;
  };
}

function ownChildren(origins: Origins, element: XmlElement): readonly XmlElement[] {
  return element.children.filter((child) => child.namespace === origins.namespace);
}

function late<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
