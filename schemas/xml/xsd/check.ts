// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../../core/errors.ts';
import { pathOf, type XmlElement } from '../element.ts';
import { normalizeSpace } from './simple-types.ts';
import type {
  ComplexType,
  ElementDeclaration,
  Particle,
  SimpleType,
  Wildcard,
  XsdSchema,
} from './model.ts';

/** A rule of the schema that a document breaks. */
export interface XsdFault {
  /** Name of the validation rule, e.g. `cvc-enumeration-valid`. */
  readonly rule: string;
  /** Path of the element, with `/@name` for an attribute. */
  readonly pointer: string;
  readonly message: string;
}

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const XML = 'http://www.w3.org/XML/1998/namespace';
/** Faults that are listed; the document is as refused with one as with more. */
const MAX_FAULTS = 20;

/**
 * Checks a document against a schema, element by element, each once; a content model is followed without looking back,
 * which the schema's own determinism allows (Unique Particle Attribution).
 * @returns the first faults in document order; none: the document is valid
 */
export function checkXsd(schema: XsdSchema, root: XmlElement): readonly XsdFault[] {
  const checker = new Checker(schema.targetNamespace);
  const declaration =
    root.namespace === schema.targetNamespace ? schema.elements.get(root.name) : undefined;
  if (declaration === undefined) checker.fault('cvc-elt.1', root, 'is not declared by the schema');
  else checker.checkElement(root, declaration);
  return checker.faults;
}

class Checker {
  readonly faults: XsdFault[] = [];
  readonly #namespace: string;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  checkElement(element: XmlElement, declaration: ElementDeclaration): void {
    if (this.faults.length >= MAX_FAULTS) return;
    if (element.attributes.has(`{${XSI}}type`) || element.attributes.has(`{${XSI}}nil`)) {
      this.fault('not-supported', element, 'xsi:type and xsi:nil are not followed');
    }
    const type = declaration.type();
    if (type?.form === 'simple') {
      this.#checkNoAttributes(element);
      this.#checkNoChildren(element);
      this.#checkText(type, element.text, element);
    } else if (type !== undefined) {
      this.#checkAttributes(element, type);
      this.#checkContent(element, type);
    }
    for (const name of declaration.unique) this.#checkUnique(element, name);
  }

  fault(rule: string, element: XmlElement, message: string, attribute?: string): void {
    if (this.faults.length >= MAX_FAULTS) return;
    const place = pathOf(element);
    const pointer = attribute === undefined ? place : `${place}/@${attribute}`;
    this.faults.push({ rule, pointer, message: `${message} (line ${element.line})` });
  }

  #checkContent(element: XmlElement, { content, mixed }: ComplexType): void {
    if (content?.form === 'simple') {
      this.#checkNoChildren(element);
      this.#checkText(content, element.text, element);
      return;
    }
    if (!mixed && /[^ \t\r\n]/.test(element.text)) {
      this.fault('cvc-complex-type.2.3', element, 'holds text beside its elements');
    }
    const { children } = element;
    const end = content === undefined ? 0 : this.#follow(content, element, 0);
    const extra = end === undefined ? undefined : children[end];
    if (extra !== undefined) {
      this.fault('cvc-complex-type.2.4', extra, 'is not expected here');
    }
  }

  /** @returns where the particle's children end; undefined where one is missing, which is listed */
  #follow(particle: Particle, parent: XmlElement, from: number): number | undefined {
    let at = from;
    for (let count = 0; count < particle.max; count++) {
      const child = parent.children[at];
      if (child === undefined || !this.#canStart(particle, child)) {
        return count >= particle.min || particle.emptiable
          ? at
          : this.#missing(particle, parent, child);
      }
      const next = this.#followOnce(particle, parent, child, at);
      if (next === undefined || next === at) return next;
      at = next;
    }
    return at;
  }

  #followOnce(
    particle: Particle,
    parent: XmlElement,
    child: XmlElement,
    at: number,
  ): number | undefined {
    switch (particle.form) {
      case 'element':
        this.checkElement(child, particle.declaration);
        return at + 1;
      case 'any':
        return at + 1;
      case 'choice': {
        const chosen = particle.items.find((item) => this.#canStart(item, child));
        return chosen === undefined ? at : this.#follow(chosen, parent, at);
      }
      case 'sequence': {
        let end: number | undefined = at;
        for (const item of particle.items) {
          end = end === undefined ? undefined : this.#follow(item, parent, end);
        }
        return end;
      }
    }
  }

  #canStart(particle: Particle, child: XmlElement): boolean {
    if (child.namespace === this.#namespace && particle.first.has(child.name)) return true;
    return particle.firstAny !== undefined && this.#admits(particle.firstAny, child.namespace);
  }

  #admits(wildcard: Wildcard, namespace: string): boolean {
    return wildcard === 'any' || (namespace !== '' && namespace !== this.#namespace);
  }

  #missing(particle: Particle, parent: XmlElement, found: XmlElement | undefined): undefined {
    const wanted = [...particle.first].join(', ');
    const instead = found === undefined ? '' : `, found ${excerpt(found.name, 40)}`;
    this.fault('cvc-complex-type.2.4', found ?? parent, `expected ${excerpt(wanted)}${instead}`);
  }

  #checkAttributes(element: XmlElement, type: ComplexType): void {
    for (const [name, value] of element.attributes) {
      const use = type.attributes.get(name);
      if (use !== undefined) this.#checkText(use.type(), value, element, name);
      else if (!this.#isAllowed(name, type.anyAttribute)) {
        this.fault('cvc-complex-type.3.2.2', element, 'the attribute is not allowed', name);
      }
    }
    for (const [name, { required }] of type.attributes) {
      if (required && !element.attributes.has(name)) {
        this.fault('cvc-complex-type.4', element, `the attribute ${name} is missing`);
      }
    }
  }

  /** Attributes of the schema instance namespace are always allowed (XML Schema Part 1, 3.2.7). */
  #isAllowed(name: string, wildcard: Wildcard | undefined): boolean {
    const namespace = namespaceOf(name);
    if (namespace === XSI) return true;
    return wildcard !== undefined && this.#admits(wildcard, namespace);
  }

  #checkNoAttributes(element: XmlElement): void {
    for (const name of element.attributes.keys()) {
      const namespace = namespaceOf(name);
      if (namespace !== XSI && namespace !== XML) {
        this.fault('cvc-type.3.1.1', element, 'the attribute is not allowed', name);
      }
    }
  }

  #checkNoChildren(element: XmlElement): void {
    const child = element.children[0];
    if (child !== undefined) this.fault('cvc-type.3.1.2', child, 'is not expected inside of text');
  }

  #checkText(type: SimpleType, text: string, element: XmlElement, attribute?: string): void {
    const broken = type.broken(normalizeSpace(text, type.whiteSpace));
    if (broken !== undefined) this.fault(broken.rule, element, broken.message, attribute);
  }

  /** No two elements below have the same value of an attribute (xs:unique over `.//*`). */
  #checkUnique(root: XmlElement, name: string): void {
    const seen = new Set<string>();
    const stack = root.children.toReversed();
    for (let element = stack.pop(); element !== undefined; element = stack.pop()) {
      const value = element.attributes.get(name);
      if (value !== undefined && seen.has(value)) {
        const message = `"${excerpt(value)}" is borne by another element too`;
        this.fault('cvc-identity-constraint.4.1', element, message, name);
      }
      if (value !== undefined) seen.add(value);
      for (let at = element.children.length - 1; at >= 0; at--) {
        const child = element.children[at];
        if (child !== undefined) stack.push(child);
      }
    }
  }
}

function namespaceOf(attribute: string): string {
  const end = attribute.startsWith('{') ? attribute.indexOf('}') : -1;
  return end < 0 ? '' : attribute.slice(1, end);
}
