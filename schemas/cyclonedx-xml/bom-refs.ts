// SPDX-License-Identifier: Apache-2.0
import { pathOf, type XmlElement } from '../xml/element.ts';

const MAX_REPEATED = 10_000;

interface BomRefs {
  readonly all: ReadonlySet<string>;
  /** Refs that more than one element bears, each with the place of its second bearer; at most 10,000. */
  readonly repeated: readonly { readonly ref: string; readonly pointer: string }[];
}

/** Every bom-ref of a document, whichever element bears it. */
export function collectBomRefs(root: XmlElement): BomRefs {
  const all = new Set<string>();
  const repeated = new Map<string, string>();
  for (const element of withDescendants(root)) {
    const ref = element.attributes.get('bom-ref');
    if (ref === undefined) continue;
    if (all.has(ref) && !repeated.has(ref) && repeated.size < MAX_REPEATED) {
      repeated.set(ref, `${pathOf(element)}/@bom-ref`);
    }
    all.add(ref);
  }
  return { all, repeated: [...repeated].map(([ref, pointer]) => ({ ref, pointer })) };
}

/** An element and everything in it, in document order. */
export function* withDescendants(root: XmlElement): Iterable<XmlElement> {
  const stack = [root];
  for (let element = stack.pop(); element !== undefined; element = stack.pop()) {
    yield element;
    const { children } = element;
    for (let at = children.length - 1; at >= 0; at--) {
      const child = children[at];
      if (child !== undefined) stack.push(child);
    }
  }
}
