// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { pathOf, type XmlElement } from '../xml/element.ts';

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
/** The vocabulary of SPDX 2. */
export const SPDX_TERMS = 'http://spdx.org/rdf/terms#';

/** What a property points to: another node, or a text. */
export type RdfValue =
  { readonly form: 'node'; readonly id: string } | { readonly form: 'text'; readonly text: string };

/** Everything a document says of one resource. */
export interface RdfNode {
  /** IRI as written, or `_:` and a name for one without. */
  readonly id: string;
  /** Local names of its types in the SPDX vocabulary. */
  readonly types: ReadonlySet<string>;
  /** By local name in the SPDX vocabulary; properties of other vocabularies are left out. */
  readonly properties: ReadonlyMap<string, readonly RdfValue[]>;
  /** Where the document first describes it. */
  readonly place: string;
}

interface OpenNode extends RdfNode {
  readonly types: Set<string>;
  readonly properties: Map<string, RdfValue[]>;
}

/**
 * The graph of an RDF/XML document, as far as SPDX 2 writes it: typed node elements, property elements that hold a node, name
 * one or hold a text, property attributes. Descriptions of one resource are united. `rdf:parseType` and `xml:base` are not
 * followed: what they would say is left out.
 * @returns nodes in the order in which they are first described
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the root is not rdf:RDF
 * @see https://www.w3.org/TR/rdf-syntax-grammar/
 */
export function readRdfGraph(root: XmlElement): ReadonlyMap<string, RdfNode> {
  if (root.name !== 'RDF' || root.namespace !== RDF) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'RDF/XML is an element <rdf:RDF>', {
      at: pathOf(root),
    });
  }
  const reader = new GraphReader();
  for (const element of root.children) reader.readNode(element);
  return reader.nodes;
}

class GraphReader {
  readonly nodes = new Map<string, OpenNode>();
  #unnamed = 0;

  /** Nesting is bounded by the XML reader. @returns the id of the node */
  readNode(element: XmlElement): string {
    const node = this.#nodeOf(element);
    if (element.namespace === SPDX_TERMS) node.types.add(element.name);
    for (const [name, text] of element.attributes) {
      if (name.startsWith(`{${SPDX_TERMS}}`)) {
        addValue(node, name.slice(SPDX_TERMS.length + 2), { form: 'text', text });
      }
    }
    for (const property of element.children) this.#readProperty(node, property);
    return node.id;
  }

  #readProperty(node: OpenNode, property: XmlElement): void {
    const isType = property.namespace === RDF && property.name === 'type';
    if (property.namespace !== SPDX_TERMS && !isType) {
      // a property of another vocabulary may still hold the only description of a file
      for (const child of property.children) this.readNode(child);
      return;
    }
    const value = this.#valueOf(property);
    if (value === undefined) return;
    if (!isType) addValue(node, property.name, value);
    else if (value.form === 'node' && value.id.startsWith(SPDX_TERMS)) {
      node.types.add(value.id.slice(SPDX_TERMS.length));
    }
  }

  #valueOf(property: XmlElement): RdfValue | undefined {
    const { attributes, children, text } = property;
    const resource = attributes.get(`{${RDF}}resource`);
    if (resource !== undefined) return { form: 'node', id: resource };
    const name = attributes.get(`{${RDF}}nodeID`);
    if (name !== undefined) return { form: 'node', id: `_:${name}` };
    if (attributes.has(`{${RDF}}parseType`)) return undefined;
    const inner = children[0];
    if (inner === undefined) return { form: 'text', text: text.trim() };
    return { form: 'node', id: this.readNode(inner) };
  }

  #nodeOf(element: XmlElement): OpenNode {
    const { attributes } = element;
    const about = attributes.get(`{${RDF}}about`);
    const name = attributes.get(`{${RDF}}nodeID`);
    const id = about ?? (name === undefined ? `_: ${this.#unnamed++}` : `_:${name}`);
    const known = this.nodes.get(id);
    if (known !== undefined) return known;
    const place = pathOf(element);
    const node: OpenNode = { id, types: new Set(), properties: new Map(), place };
    this.nodes.set(id, node);
    return node;
  }
}

function addValue(node: OpenNode, name: string, value: RdfValue): void {
  const known = node.properties.get(name);
  if (known === undefined) node.properties.set(name, [value]);
  else known.push(value);
}
