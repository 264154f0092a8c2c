// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { Draft, placeInside } from './draft.ts';
import { licenseText } from './rdf-license.ts';
import { readRdfGraph, SPDX_TERMS, type RdfNode, type RdfValue } from './rdf-graph.ts';
import type { XmlElement } from '../xml/element.ts';
import type { SpdxJsonForm } from './encoding.ts';

/** Algorithms whose name in JSON is not that of the RDF term in upper case. */
const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['blake2b256', 'BLAKE2b-256'],
  ['blake2b384', 'BLAKE2b-384'],
  ['blake2b512', 'BLAKE2b-512'],
  ['sha3_256', 'SHA3-256'],
  ['sha3_384', 'SHA3-384'],
  ['sha3_512', 'SHA3-512'],
]);

/**
 * Brings SPDX 2 RDF/XML into the JSON form; places are paths of elements. Ids are the part of an IRI behind the document's
 * namespace; those of a declared external document become `DocumentRef-…:SPDXRef-…`.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where there is no SpdxDocument, or several
 */
export function formOfRdf(root: XmlElement): SpdxJsonForm {
  const nodes = readRdfGraph(root);
  const documents = [...nodes.values()].filter(({ types }) => types.has('SpdxDocument'));
  const document = documents[0];
  if (document === undefined || documents.length > 1) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', `${documents.length} documents, not one`, {
      hint: 'an SPDX 2 file describes one spdx:SpdxDocument',
    });
  }
  const places = new WeakMap<object, string>();
  const json = new FormBuilder(nodes, document).build().toJson(places);
  return { json, placeOf: (pointer) => placeInside(json, places, pointer), problems: [] };
}

class FormBuilder {
  readonly #nodes: ReadonlyMap<string, RdfNode>;
  readonly #document: RdfNode;
  readonly #namespace: string;
  /** Namespaces of external documents → `DocumentRef-…`. */
  readonly #external = new Map<string, string>();
  readonly #root: Draft;

  constructor(nodes: ReadonlyMap<string, RdfNode>, document: RdfNode) {
    this.#nodes = nodes;
    this.#document = document;
    this.#namespace = document.id.split('#', 1)[0] ?? '';
    this.#root = new Draft(document.place);
  }

  build(): Draft {
    const document = this.#document;
    this.#copy(document, this.#root, { specVersion: 'spdxVersion', name: 'name' });
    this.#root.setText('documentNamespace', this.#namespace);
    this.#setId(this.#root, document);
    this.#setLicense(document, this.#root, 'dataLicense');
    for (const value of valuesOf(document, 'externalDocumentRef')) this.#addExternal(value);
    this.#addCreation();
    for (const value of valuesOf(document, 'hasExtractedLicensingInfo')) {
      this.#root.addObject('hasExtractedLicensingInfos', new Draft(this.#find(value)?.place ?? ''));
    }
    for (const value of valuesOf(document, 'describesPackage')) {
      if (value.form === 'node') this.#root.addText('documentDescribes', this.#idOf(value.id));
    }
    this.#addShared(document);
    for (const node of this.#nodes.values()) this.#addElement(node);
    return this.#root;
  }

  #addElement(node: RdfNode): void {
    if (node.types.has('Package')) this.#root.addObject('packages', this.#package(node));
    else if (node.types.has('File')) this.#root.addObject('files', this.#file(node));
    else if (node.types.has('Snippet')) this.#root.addObject('snippets', this.#snippet(node));
    else return;
    this.#addShared(node);
  }

  #package(node: RdfNode): Draft {
    const draft = this.#element(node);
    this.#copy(node, draft, {
      name: 'name',
      versionInfo: 'versionInfo',
      supplier: 'supplier',
      originator: 'originator',
      downloadLocation: 'downloadLocation',
      primaryPackagePurpose: 'primaryPackagePurpose',
      builtDate: 'builtDate',
      releaseDate: 'releaseDate',
      validUntilDate: 'validUntilDate',
      copyrightText: 'copyrightText',
    });
    this.#setLicense(node, draft, 'licenseDeclared');
    const code = this.#find(valuesOf(node, 'packageVerificationCode')[0]);
    if (code !== undefined) {
      const inner = new Draft(code.place);
      const key = 'packageVerificationCodeValue';
      this.#copy(code, inner, { [key]: key });
      draft.setObject('packageVerificationCode', inner);
    }
    for (const value of valuesOf(node, 'externalRef')) this.#addExternalRef(draft, value);
    for (const value of valuesOf(node, 'hasFile')) {
      if (value.form === 'node') draft.addText('hasFiles', this.#idOf(value.id));
    }
    return draft;
  }

  #file(node: RdfNode): Draft {
    const draft = this.#element(node);
    this.#copy(node, draft, { fileName: 'fileName' });
    for (const value of valuesOf(node, 'fileType')) draft.addText('fileTypes', termText(value));
    return draft;
  }

  #snippet(node: RdfNode): Draft {
    const draft = this.#element(node);
    this.#copy(node, draft, { name: 'name' });
    const file = valuesOf(node, 'snippetFromFile')[0];
    if (file?.form === 'node') draft.setText('snippetFromFile', this.#idOf(file.id));
    return draft;
  }

  #element(node: RdfNode): Draft {
    const draft = new Draft(node.place);
    this.#setId(draft, node);
    this.#setLicense(node, draft, 'licenseConcluded');
    for (const value of valuesOf(node, 'checksum')) {
      const checksum = this.#checksum(value);
      if (checksum !== undefined) draft.addObject('checksums', checksum);
    }
    return draft;
  }

  #setId(draft: Draft, node: RdfNode): void {
    if (!node.id.startsWith('_:')) draft.setText('SPDXID', this.#idOf(node.id));
  }

  #addCreation(): void {
    const node = this.#find(valuesOf(this.#document, 'creationInfo')[0]);
    if (node === undefined) return;
    const creation = new Draft(node.place);
    this.#copy(node, creation, { created: 'created' });
    for (const value of valuesOf(node, 'creator')) creation.addText('creators', termText(value));
    this.#root.setObject('creationInfo', creation);
  }

  #addExternal(value: RdfValue): void {
    const node = this.#find(value);
    if (node === undefined) return;
    const draft = new Draft(node.place);
    const id = textOf(valuesOf(node, 'externalDocumentId')[0]) ?? afterHash(node.id);
    const document = valuesOf(node, 'spdxDocument')[0];
    const namespace = document?.form === 'node' ? document.id : textOf(document);
    if (id !== undefined) draft.setText('externalDocumentId', id);
    if (namespace !== undefined) draft.setText('spdxDocument', namespace);
    if (id !== undefined && namespace !== undefined) this.#external.set(namespace, id);
    const checksum = this.#checksum(valuesOf(node, 'checksum')[0]);
    if (checksum !== undefined) draft.setObject('checksum', checksum);
    this.#root.addObject('externalDocumentRefs', draft);
  }

  #addExternalRef(draft: Draft, value: RdfValue): void {
    const node = this.#find(value);
    if (node === undefined) return;
    const ref = new Draft(node.place);
    const category = valuesOf(node, 'referenceCategory')[0];
    const type = valuesOf(node, 'referenceType')[0];
    const locator = textOf(valuesOf(node, 'referenceLocator')[0]);
    if (category !== undefined) {
      ref.setText('referenceCategory', termText(category).replaceAll('_', '-'));
    }
    if (type !== undefined)
      ref.setText('referenceType', type.form === 'text' ? type.text : type.id);
    if (locator !== undefined) ref.setText('referenceLocator', locator);
    draft.addObject('externalRefs', ref);
  }

  /** Annotations and relationships stand at the element that they are about. */
  #addShared(node: RdfNode): void {
    for (const value of valuesOf(node, 'annotation')) {
      this.#root.addObject('annotations', new Draft(this.#find(value)?.place ?? node.place));
    }
    for (const value of valuesOf(node, 'relationship')) {
      const relationship = this.#find(value);
      const type = relationship && valuesOf(relationship, 'relationshipType')[0];
      const related = relationship && valuesOf(relationship, 'relatedSpdxElement')[0];
      if (relationship === undefined || type === undefined || related === undefined) continue;
      const draft = new Draft(relationship.place);
      draft.setText('spdxElementId', this.#idOf(node.id));
      draft.setText('relationshipType', termText(type));
      draft.setText(
        'relatedSpdxElement',
        related.form === 'node' ? this.#idOf(related.id) : related.text,
      );
      this.#root.addObject('relationships', draft);
    }
  }

  #checksum(value: RdfValue | undefined): Draft | undefined {
    const node = this.#find(value);
    const algorithm = node && valuesOf(node, 'algorithm')[0];
    const hex = node && textOf(valuesOf(node, 'checksumValue')[0]);
    if (node === undefined || algorithm === undefined || hex === undefined) return undefined;
    const term = algorithm.form === 'node' ? enumerated(algorithm.id) : algorithm.text;
    const draft = new Draft(node.place);
    draft.setText('algorithm', ALGORITHMS.get(term) ?? term.toUpperCase());
    draft.setText('checksumValue', hex);
    return draft;
  }

  #setLicense(node: RdfNode, draft: Draft, key: string): void {
    const text = licenseText(this.#nodes, valuesOf(node, key)[0]);
    if (text !== undefined) draft.setText(key, text);
  }

  #copy(node: RdfNode, draft: Draft, names: Readonly<Record<string, string>>): void {
    for (const [from, to] of Object.entries(names)) {
      const value = valuesOf(node, from)[0];
      if (value !== undefined) draft.setText(to, termText(value));
    }
  }

  #find(value: RdfValue | undefined): RdfNode | undefined {
    return value?.form === 'node' ? this.#nodes.get(value.id) : undefined;
  }

  #idOf(iri: string): string {
    if (iri === `${SPDX_TERMS}noassertion`) return 'NOASSERTION';
    if (iri === `${SPDX_TERMS}none`) return 'NONE';
    const hash = iri.lastIndexOf('#');
    if (hash < 0) return iri;
    const [namespace, id] = [iri.slice(0, hash), iri.slice(hash + 1)];
    if (namespace === this.#namespace || namespace === '') return id;
    const document = this.#external.get(namespace) ?? this.#external.get(`${namespace}#`);
    return document === undefined ? iri : `${document}:${id}`;
  }
}

function valuesOf(node: RdfNode, name: string): readonly RdfValue[] {
  return node.properties.get(name) ?? [];
}

function textOf(value: RdfValue | undefined): string | undefined {
  return value?.form === 'text' ? value.text : undefined;
}

/** A text, or the name of a term as JSON spells it: `relationshipType_dynamicLink` is `DYNAMIC_LINK`. */
function termText(value: RdfValue): string {
  if (value.form === 'text') return value.text;
  if (!value.id.startsWith(SPDX_TERMS)) return value.id;
  return enumerated(value.id)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase();
}

/** The part of a term behind the name of its enumeration. */
function enumerated(iri: string): string {
  const term = iri.slice(iri.lastIndexOf('#') + 1);
  return term.slice(term.indexOf('_') + 1);
}

function afterHash(iri: string): string | undefined {
  const hash = iri.lastIndexOf('#');
  return hash < 0 ? undefined : iri.slice(hash + 1);
}
