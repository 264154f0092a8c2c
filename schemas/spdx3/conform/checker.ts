// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, stringMember } from '../../../core/json.ts';
import { findBrokenConstraints } from './constraints.ts';
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';
import type { ClassRule, Edition, PropertyRule, Range } from '../classes/edition.ts';
import type { Definitions } from './definitions.ts';
import type { Findings, Place } from './findings.ts';

type ClassRange = Extract<Range, { kind: 'class' }>;

/** As the JSON schema tells them apart. */
const IRI = /^(?!_:).+:.+/;
const BLANK_NODE = /^_:.+/;
/** What no IRI has; JSON-LD 1.1 API, 8.2: a statement about what is no well-formed IRI is not made. */
const NO_IRI = /[\u0000-\u0020"<>\\^`{|}]/;
const EXTENSION = 'extension_Extension';
/** The context gives the three properties of these classes the class as a data type, so that RDF has text where an id stands. */
const ALWAYS_HELD: ReadonlySet<string> = new Set([
  'PositiveIntegerRange',
  'software_ContentIdentifier',
]);

/** Checks the objects of one document, each against its class. */
export class ObjectChecker {
  readonly #edition: Edition;
  readonly #definitions: Definitions;
  readonly #findings: Findings;
  /** Of what is defined more than once: id and property, and the value first seen. */
  readonly #values = new Map<string, JsonValue>();
  #documentId: string | undefined;

  constructor(edition: Edition, definitions: Definitions, findings: Findings) {
    this.#edition = edition;
    this.#definitions = definitions;
    this.#findings = findings;
  }

  /**
   * @param range the class that its place wants; undefined for an object of the graph
   * @param ignored a member that is not of the object, but of the document that it is
   */
  checkObject(
    object: JsonObject,
    place: Place | undefined,
    range?: ClassRange,
    ignored?: string,
  ): void {
    if (this.#findings.isFull) return;
    const rule = this.#findClass(object, place, range);
    if (rule === undefined) return;
    const idKey = rule.isElement ? 'spdxId' : '@id';
    this.#checkId(object, rule, { parent: place, key: idKey });
    for (const [key, value] of Object.entries(object)) {
      if (key === 'type' || key === idKey || key === ignored) continue;
      const property = rule.properties.get(key);
      const at = { parent: place, key };
      if (property !== undefined) this.#checkProperty(value, property, at);
      else this.#findings.add('spdx3:unknown-property', at, `is no property of ${rule.name}`);
    }
    for (const key of rule.required) {
      if (Object.hasOwn(object, key)) continue;
      this.#findings.add('spdx3:required', { parent: place, key }, `${rule.name} has it`);
    }
    for (const name of rule.lineage) {
      for (const { key, message } of findBrokenConstraints(name, object, this.#definitions)) {
        this.#findings.add('spdx3:constraint', { parent: place, key }, message);
      }
    }
  }

  /** The class of an object that can be one; undefined where nothing more can be said. */
  #findClass(
    object: JsonObject,
    place: Place | undefined,
    range: ClassRange | undefined,
  ): ClassRule | undefined {
    const at = { parent: place, key: 'type' };
    const type = stringMember(object, 'type') ?? '';
    const rule = this.#edition.classes.get(type);
    if (rule === undefined) {
      // Extension: "the abstract Extension class serving as the base for all defined Extension subclasses", which are anybody's
      if (range?.name === EXTENSION && IRI.test(type)) return undefined;
      this.#findings.add('spdx3:type', at, `"${type}" is no class of SPDX 3`);
    } else if (rule.isAbstract) {
      this.#findings.add('spdx3:type', at, `${type} is abstract`);
    } else if (range !== undefined && !rule.lineage.has(range.name)) {
      this.#findings.add('spdx3:type', at, `${type} is no ${range.name}`);
    }
    return rule;
  }

  #checkId(object: JsonObject, rule: ClassRule, at: Place): void {
    const { key } = at;
    const isThere = Object.hasOwn(object, key);
    const id = stringMember(object, String(key)) ?? '';
    const isRight = rule.isElement ? IRI.test(id) : isId(id);
    if (isThere ? !isRight : rule.isElement) {
      const wanted = rule.isElement ? 'an IRI' : 'an IRI or a blank node';
      this.#findings.add('spdx3:id', at, isThere ? `"${id}" is not ${wanted}` : 'is mandatory');
    }
    if (!isRight) return;
    if (rule.name === 'SpdxDocument') this.#checkOnlyDocument(id, at);
    if (this.#definitions.isRepeated(id)) this.#checkRepetition(object, rule, id, at);
  }

  /** SpdxDocument: "Any instance of serialization of SPDX data MUST NOT contain more than one SpdxDocument element definition." */
  #checkOnlyDocument(id: string, at: Place): void {
    const isOther = this.#documentId !== undefined && this.#documentId !== id;
    if (isOther) this.#findings.add('spdx3:constraint', at, 'a second SpdxDocument');
    this.#documentId = id;
  }

  /** In RDF two objects with one id are one node: it has one class, and one value where the model allows one. */
  #checkRepetition(object: JsonObject, rule: ClassRule, id: string, at: Place): void {
    const differs = Object.entries(object).some(([key, value]) => {
      if (typeof value === 'object' || rule.properties.get(key)?.isList === true) return false;
      const slot = `${this.#definitions.expand(id)} ${key}`;
      const known = this.#values.get(slot);
      if (known === undefined) this.#values.set(slot, value);
      return known !== undefined && known !== value && key !== at.key;
    });
    if (differs) this.#findings.add('spdx3:id', at, `"${id}" is defined twice, and differently`);
  }

  #checkProperty(value: JsonValue, property: PropertyRule, at: Place): void {
    if (!property.isList) {
      if (Array.isArray(value)) {
        this.#findings.add('spdx3:cardinality', at, 'is one, not an array');
      } else if (property.min > 0 && !isStated(value, property.range)) {
        this.#findings.add('spdx3:reference', at, 'is no IRI');
      } else {
        this.#checkValue(value, property.range, at);
      }
      return;
    }
    if (!Array.isArray(value)) {
      this.#findings.add('spdx3:cardinality', at, 'is an array');
      return;
    }
    const items = value as readonly JsonValue[];
    if (hasFewer(items, property)) {
      this.#findings.add('spdx3:cardinality', at, `has at least ${property.min}`);
    }
    let key = 0;
    for (const item of items) {
      if (this.#findings.isFull) return;
      this.#checkValue(item, property.range, { parent: at, key });
      key++;
    }
  }

  #checkValue(value: JsonValue, range: Range, at: Place): void {
    if (range.kind === 'data') {
      if (!range.has(value)) this.#findings.add('spdx3:value', at, `is no ${range.name}`);
    } else if (range.kind === 'term') {
      if (typeof value !== 'string' || !range.terms.has(value)) {
        this.#findings.add('spdx3:term', at, `${shown(value)} is no ${range.name}`);
      }
    } else if (typeof value === 'string') {
      this.#checkReference(value, range, at);
    } else if (isJsonObject(value)) {
      this.checkObject(value, at, range);
    } else {
      this.#findings.add('spdx3:value', at, `is neither ${range.name} nor the id of one`);
    }
  }

  #checkReference(reference: string, range: ClassRange, at: Place): void {
    if (ALWAYS_HELD.has(range.name) && isId(reference)) {
      this.#findings.add('spdx3:reference', at, `holds the ${range.name} itself, not its id`);
      return;
    }
    const rule = this.#definitions.classOf(reference);
    if (rule !== undefined) {
      if (rule.lineage.has(range.name)) return;
      const code = isId(reference) ? 'spdx3:reference' : 'spdx3:value';
      this.#findings.add(code, at, `names a ${rule.name}, no ${range.name}`);
      return;
    }
    if (!isId(reference)) {
      this.#findings.add('spdx3:value', at, `"${reference}" is neither an IRI nor a blank node`);
      return;
    }
    if (!isStated(reference, range)) return;
    if (range.isElement && this.#definitions.isImported(reference)) return;
    this.#findings.add(
      'spdx3:reference',
      at,
      `"${reference}" is neither defined here nor imported`,
    );
  }
}

function isId(text: string): boolean {
  return IRI.test(text) || BLANK_NODE.test(text);
}

/** Fewer values than there must be. Two alike are one in RDF. */
function hasFewer(items: readonly JsonValue[], { min, range }: PropertyRule): boolean {
  if (min === 0) return false;
  if (min === 1) return !items.some((item) => isStated(item, range));
  return new Set(items.filter((item) => isStated(item, range))).size < min;
}

/** False for a reference that RDF leaves out. */
function isStated(value: JsonValue, range: Range): boolean {
  return range.kind !== 'class' || typeof value !== 'string' || !NO_IRI.test(value);
}

function shown(value: JsonValue): string {
  return typeof value === 'string' ? `"${value}"` : 'the value';
}
