// SPDX-License-Identifier: Apache-2.0

/** An element of a parsed XML document. Comments and processing instructions are not kept. */
export interface XmlElement {
  /** Local name. */
  readonly name: string;
  /** Namespace URI; '' for none. */
  readonly namespace: string;
  /** Values by local name; an attribute in a namespace is under `{uri}local`. Declarations of namespaces are not among them. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own character data, that of its children left out. As written, entities resolved. */
  readonly text: string;
  readonly parent: XmlElement | undefined;
  /** 1-based, among the siblings of the same local name. */
  readonly position: number;
  /** 1-based line on which its start tag ends. */
  readonly line: number;
}

/**
 * The place of an element as a path of local names with positions, `/bom/components/component[3]/name`. The first of
 * siblings bears no number. Local names of XML hold neither `/` nor `~`, so that a path has the form of a JSON Pointer.
 */
export function pathOf(element: XmlElement): string {
  const steps: string[] = [];
  for (let at: XmlElement | undefined = element; at !== undefined; at = at.parent) {
    steps.push(at.position === 1 ? at.name : `${at.name}[${at.position}]`);
  }
  return `/${steps.reverse().join('/')}`;
}

/** The first child of a local name, whatever its namespace. */
export function findChild(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** All children of a local name, whatever their namespace. */
export function childrenNamed(
  element: XmlElement | undefined,
  name: string,
): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}
