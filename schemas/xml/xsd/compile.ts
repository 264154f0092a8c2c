// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../../core/errors.ts';
import { childrenNamed, findChild, pathOf, type XmlElement } from '../element.ts';
import {
  builtInType,
  compilePattern,
  restrictType,
  uniteTypes,
  type Facets,
} from './simple-types.ts';
import type {
  AttributeUse,
  ComplexType,
  ElementDeclaration,
  Particle,
  SimpleType,
  Wildcard,
  XsdSchema,
  XsdType,
} from './model.ts';

const XSD_NAMESPACE = 'http://www.w3.org/2001/XMLSchema';
/** Children of a definition that mean nothing for a document. */
const SILENT = new Set(['annotation', 'unique']);

/**
 * Compiles the part of XSD 1.0 that the official CycloneDX schemas use: named and anonymous types, sequences, choices,
 * wildcards (lax), attribute groups, simple content, restrictions, unions and `xs:unique` over `.//*`. Anything else in a
 * schema is refused, so that no rule is ever left out in silence.
 * @param main the schema that documents are checked against
 * @param imported further schemas whose types it names
 * @throws {PedigreeError} ERR_INTERNAL for a construct that is not supported
 * @see https://www.w3.org/TR/xmlschema-1/
 */
export function compileXsd(main: XmlElement, imported: readonly XmlElement[]): XsdSchema {
  const compiler = new Compiler(main, [main, ...imported]);
  return {
    targetNamespace: compiler.targetNamespace,
    elements: new Map(
      childrenNamed(main, 'element').map((element) => {
        const declaration = compiler.elementDeclaration(element);
        return [declaration.name, declaration];
      }),
    ),
  };
}

class Compiler {
  readonly targetNamespace: string;
  /** Definitions by `kind name`, names with their schema's prefix left out: no two of the schemas here share one. */
  readonly #definitions = new Map<string, XmlElement>();
  readonly #types = new Map<string, XsdType>();

  constructor(main: XmlElement, schemas: readonly XmlElement[]) {
    this.targetNamespace = attribute(main, 'targetNamespace') ?? '';
    for (const definition of schemas.flatMap((schema) => schema.children)) {
      const name = attribute(definition, 'name');
      if (name === undefined || definition.name === 'element') continue;
      const kind = definition.name === 'attributeGroup' ? 'group' : 'type';
      const key = `${kind} ${name}`;
      if (this.#definitions.has(key)) throw unsupported(definition, 'a name defined twice');
      this.#definitions.set(key, definition);
    }
  }

  elementDeclaration(element: XmlElement): ElementDeclaration {
    const name = attribute(element, 'name');
    if (name === undefined) throw unsupported(element, 'an element without name');
    return {
      name,
      namespace: this.targetNamespace,
      type: late(() => this.#typeOf(element)),
      unique: childrenNamed(element, 'unique').map(uniqueAttribute),
    };
  }

  #typeOf(element: XmlElement): XsdType | undefined {
    const name = attribute(element, 'type');
    if (name !== undefined) return this.#namedType(name, element);
    const complex = findChild(element, 'complexType');
    if (complex !== undefined) return this.#complexType(complex);
    const simple = findChild(element, 'simpleType');
    return simple === undefined ? undefined : this.#simpleType(simple);
  }

  #namedType(qualified: string, user: XmlElement): XsdType {
    const [prefix, name] = splitName(qualified);
    if (prefix === 'xs') return builtInType(name);
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const definition = this.#definitions.get(`type ${name}`);
    if (definition === undefined) throw unsupported(user, `the unknown type ${qualified}`);
    const type =
      definition.name === 'simpleType'
        ? this.#simpleType(definition)
        : this.#complexType(definition);
    this.#types.set(name, type);
    return type;
  }

  #namedSimpleType(qualified: string, user: XmlElement): SimpleType {
    const type = this.#namedType(qualified, user);
    if (type.form !== 'simple') throw unsupported(user, `${qualified} as a simple type`);
    return type;
  }

  #complexType(definition: XmlElement): ComplexType {
    const attributes = new Map<string, AttributeUse>();
    let anyAttribute: Wildcard | undefined;
    let content: Particle | SimpleType | undefined;
    const visit = (part: XmlElement): void => {
      switch (part.name) {
        case 'sequence':
        case 'choice':
          content = this.#particle(part);
          break;
        case 'attribute':
          attributes.set(...this.#attributeUse(part));
          break;
        case 'anyAttribute':
          anyAttribute = wildcardOf(part);
          break;
        case 'attributeGroup':
          this.#groupOf(part).children.forEach(visit);
          break;
        case 'simpleContent': {
          const extension = findChild(part, 'extension');
          if (extension === undefined) throw unsupported(part, 'simple content by restriction');
          content = this.#namedSimpleType(attribute(extension, 'base') ?? '', extension);
          extension.children.forEach(visit);
          break;
        }
        default:
          if (!SILENT.has(part.name)) throw unsupported(part, 'in a complex type');
      }
    };
    const mixed = attribute(definition, 'mixed') === 'true';
    definition.children.forEach(visit);
    return { form: 'complex', attributes, anyAttribute, mixed, content };
  }

  #groupOf(reference: XmlElement): XmlElement {
    const [, name] = splitName(attribute(reference, 'ref') ?? '');
    const group = this.#definitions.get(`group ${name}`);
    if (group === undefined) throw unsupported(reference, 'an unknown group');
    return group;
  }

  #attributeUse(part: XmlElement): [string, AttributeUse] {
    const name = attribute(part, 'name');
    if (name === undefined) throw unsupported(part, 'an attribute without name');
    const typeName = attribute(part, 'type');
    const inline = findChild(part, 'simpleType');
    const type = late(() => {
      if (typeName !== undefined) return this.#namedSimpleType(typeName, part);
      return inline === undefined ? builtInType('string') : this.#simpleType(inline);
    });
    return [name, { type, required: attribute(part, 'use') === 'required' }];
  }

  #particle(part: XmlElement): Particle {
    const min = Number(attribute(part, 'minOccurs') ?? '1');
    const written = attribute(part, 'maxOccurs') ?? '1';
    const occurs = { min, max: written === 'unbounded' ? Infinity : Number(written) };
    if (part.name === 'element') {
      const declaration = this.elementDeclaration(part);
      const first = new Set([declaration.name]);
      const more = { emptiable: min === 0, first, firstAny: undefined };
      return { form: 'element', declaration, ...occurs, ...more };
    }
    if (part.name === 'any') {
      const more = { emptiable: min === 0, first: new Set<string>(), firstAny: wildcardOf(part) };
      return { form: 'any', ...occurs, ...more };
    }
    if (part.name !== 'sequence' && part.name !== 'choice') throw unsupported(part, 'a particle');
    const parts = part.children.filter((child) => !SILENT.has(child.name));
    const items = parts.map((child) => this.#particle(child));
    return part.name === 'sequence'
      ? { form: 'sequence', items, ...occurs, ...beginOfSequence(items, min) }
      : { form: 'choice', items, ...occurs, ...beginOfChoice(items, min) };
  }

  #simpleType(definition: XmlElement): SimpleType {
    const union = findChild(definition, 'union');
    if (union !== undefined) {
      const named = (attribute(union, 'memberTypes') ?? '')
        .split(' ')
        .filter((name) => name !== '');
      return uniteTypes([
        ...named.map((name) => this.#namedSimpleType(name, union)),
        ...childrenNamed(union, 'simpleType').map((member) => this.#simpleType(member)),
      ]);
    }
    const restriction = findChild(definition, 'restriction');
    const base = attribute(restriction, 'base');
    if (restriction === undefined || base === undefined) {
      throw unsupported(definition, 'a simple type that is no union and no restriction');
    }
    return restrictType(this.#namedSimpleType(base, restriction), facetsOf(restriction));
  }
}

function beginOfSequence(
  items: readonly Particle[],
  min: number,
): Pick<Particle, 'emptiable' | 'first' | 'firstAny'> {
  const blocking = items.findIndex((item) => !item.emptiable);
  const starting = blocking < 0 ? items : items.slice(0, blocking + 1);
  return { ...beginOf(starting), emptiable: min === 0 || blocking < 0 };
}

function beginOfChoice(
  items: readonly Particle[],
  min: number,
): Pick<Particle, 'emptiable' | 'first' | 'firstAny'> {
  return {
    ...beginOf(items),
    emptiable: min === 0 || items.length === 0 || items.some((item) => item.emptiable),
  };
}

function beginOf(items: readonly Particle[]): Pick<Particle, 'first' | 'firstAny'> {
  return {
    first: new Set(items.flatMap((item) => [...item.first])),
    firstAny: items.find((item) => item.firstAny !== undefined)?.firstAny,
  };
}

function facetsOf(restriction: XmlElement): Facets {
  const values = new Map<string, string[]>();
  for (const facet of restriction.children) {
    if (facet.name === 'annotation') continue;
    const known = values.get(facet.name) ?? [];
    values.set(facet.name, [...withoutCopy(known, attribute(facet, 'value') ?? '')]);
  }
  for (const name of values.keys()) {
    if (!FACETS.has(name)) throw unsupported(restriction, `the facet ${name}`);
  }
  const enumeration = values.get('enumeration');
  const number = (name: string): number | undefined => {
    const text = values.get(name)?.[0];
    return text === undefined ? undefined : Number(text);
  };
  return {
    enumeration: enumeration === undefined ? undefined : new Set(enumeration),
    patterns: (values.get('pattern') ?? []).map(compilePattern),
    minLength: number('minLength'),
    maxLength: number('maxLength'),
    minInclusive: number('minInclusive'),
    maxInclusive: number('maxInclusive'),
  };
}

const FACETS = new Set([
  'enumeration',
  'pattern',
  'minLength',
  'maxLength',
  'minInclusive',
  'maxInclusive',
]);

/** Appends in place: an enumeration of licences has hundreds of values. */
function withoutCopy(values: string[], value: string): string[] {
  values.push(value);
  return values;
}

function uniqueAttribute(unique: XmlElement): string {
  const selector = attribute(findChild(unique, 'selector'), 'xpath');
  const field = attribute(findChild(unique, 'field'), 'xpath');
  if (selector !== './/*' || field === undefined || !/^@[\w-]+$/.test(field)) {
    throw unsupported(unique, 'an identity constraint other than an attribute of .//*');
  }
  return field.slice(1);
}

function wildcardOf(part: XmlElement): Wildcard {
  const namespace = attribute(part, 'namespace') ?? '##any';
  if (attribute(part, 'processContents') !== 'lax') throw unsupported(part, 'a wildcard not lax');
  if (namespace === '##any') return 'any';
  if (namespace === '##other') return 'other';
  throw unsupported(part, `a wildcard of ${namespace}`);
}

function splitName(qualified: string): [prefix: string, name: string] {
  const colon = qualified.indexOf(':');
  return [qualified.slice(0, Math.max(colon, 0)), qualified.slice(colon + 1)];
}

function attribute(element: XmlElement | undefined, name: string): string | undefined {
  return element?.attributes.get(name);
}

function late<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function unsupported(element: XmlElement, what: string): PedigreeError {
  const isXsd = element.namespace === XSD_NAMESPACE;
  const name = isXsd ? `xs:${element.name}` : element.name;
  return new PedigreeError('ERR_INTERNAL', `${name}: ${excerpt(what)} is not supported`, {
    at: pathOf(element),
  });
}
