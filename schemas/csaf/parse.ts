// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { placeOf, type Place } from '../tool-report/place.ts';
import type { JsonDocument } from '../../core/json.ts';
import type {
  Csaf,
  CsafGroup,
  CsafHash,
  CsafNote,
  CsafProduct,
  CsafRelationship,
  CsafVulnerability,
} from './model.ts';

/**
 * Parses a CSAF document, 2.0 and 2.1.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where it has no document part
 * @see https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html
 */
export function parseCsaf(json: JsonDocument): Csaf {
  const root = placeOf(json);
  const document = root.at('document');
  if (!document.isObject) throw new PedigreeError('ERR_PARSE_DOCUMENT', 'CSAF without a document');
  const tracking = document.at('tracking');
  const tree = root.at('product_tree');
  const groups = tree.at('product_groups').items.flatMap(groupOf);
  const members = new GroupBook(groups);
  return {
    version: document.at('csaf_version').text,
    category: document.at('category').text,
    title: document.at('title').text,
    publisher: document.at('publisher', 'name').text,
    publisherNamespace: document.at('publisher', 'namespace').text,
    trackingId: tracking.at('id').text,
    trackingVersion: tracking.at('version').written,
    trackingStatus: tracking.at('status').text,
    releasedAt: tracking.at('current_release_date').text,
    products: productsOf(tree),
    relationships: [
      ...tree.at('relationships').items.flatMap(relationshipOf),
      ...tree.at('product_paths').items.flatMap(pathOf),
    ],
    groups,
    vulnerabilities: root.at('vulnerabilities').items.map((one) => vulnerabilityOf(one, members)),
  };
}

/** Every product of the tree in the order in which it is defined: names, branches at any depth, combinations. */
export function productPlaces(tree: Place): Place[] {
  const found = [...tree.at('full_product_names').items];
  const stack = [...tree.at('branches').items].reverse();
  for (let branch = stack.pop(); branch !== undefined; branch = stack.pop()) {
    const product = branch.at('product');
    if (product.isObject) found.push(product);
    for (const inner of branch.at('branches').items.reverse()) stack.push(inner);
  }
  const combined = [...tree.at('relationships').items, ...tree.at('product_paths').items];
  for (const place of combined) {
    const product = place.at('full_product_name');
    if (product.isObject) found.push(product);
  }
  return found;
}

function productsOf(tree: Place): CsafProduct[] {
  return productPlaces(tree).flatMap((place) => {
    const id = place.at('product_id').text;
    if (id === undefined) return [];
    const helper = place.at('product_identification_helper');
    const purl = helper.at('purl').text;
    const purls = helper.at('purls').texts;
    if (purl !== undefined) purls.unshift(purl);
    return [
      {
        id,
        name: place.at('name').text ?? id,
        purls,
        cpe: helper.at('cpe').text,
        hashes: helper.at('hashes').items.flatMap(hashesOf),
        pointer: place.pointer,
      },
    ];
  });
}

function hashesOf(place: Place): CsafHash[] {
  const fileName = place.at('filename').text;
  return place.at('file_hashes').items.flatMap((one) => {
    const algorithm = one.at('algorithm').text;
    const value = one.at('value').text;
    if (algorithm === undefined || value === undefined) return [];
    return [{ algorithm, value, fileName }];
  });
}

function relationshipOf(place: Place): CsafRelationship[] {
  const component = place.at('product_reference').text;
  const whole = place.at('relates_to_product_reference').text;
  if (component === undefined || whole === undefined) return [];
  return [
    {
      category: place.at('category').text ?? '',
      product: place.at('full_product_name', 'product_id').text,
      component,
      whole,
      pointer: place.pointer,
    },
  ];
}

/** 2.1 writes a chain of relationships: a product, then what it is in, then what that is in. */
function pathOf(place: Place): CsafRelationship[] {
  const product = place.at('full_product_name', 'product_id').text;
  let component = place.at('beginning_product_reference').text;
  return place.at('subpaths').items.flatMap((step) => {
    const whole = step.at('next_product_reference').text;
    const from = component;
    component = whole;
    if (from === undefined || whole === undefined) return [];
    const category = step.at('category').text ?? '';
    return [{ category, product, component: from, whole, pointer: step.pointer }];
  });
}

function groupOf(place: Place): CsafGroup[] {
  const id = place.at('group_id').text;
  if (id === undefined) return [];
  const products = place.at('product_ids').texts;
  return [{ id, products, pointer: place.pointer }];
}

function vulnerabilityOf(place: Place, groups: GroupBook): CsafVulnerability {
  const ids = place.at('ids').items.flatMap((one) => {
    const text = one.at('text').text;
    return text === undefined ? [] : [[one.at('system_name').text ?? '', text] as const];
  });
  const statuses = place
    .at('product_status')
    .entries.flatMap(([list, products]) =>
      products.items.flatMap((one) =>
        one.text === undefined ? [] : [{ list, product: one.text, pointer: one.pointer }],
      ),
    );
  return {
    cve: place.at('cve').text,
    ids,
    title: place.at('title').text,
    statuses,
    flags: place.at('flags').items.map((one) => noteOf(one, one.at('label'), groups)),
    remediations: place
      .at('remediations')
      .items.map((one) => noteOf(one, one.at('category'), groups)),
    pointer: place.pointer,
  };
}

function noteOf(place: Place, label: Place, groups: GroupBook): CsafNote {
  const own = place.at('product_ids').texts;
  const grouped = groups.productsOf(place.at('group_ids').texts);
  const products = grouped.length === 0 ? own : own.concat(grouped);
  return { label: label.text ?? '', products, pointer: place.pointer };
}

/** Reads the flags or remediations of one vulnerability, groups resolved, each product once. */
export type NotesOf = (list: Place, label: 'label' | 'category') => readonly CsafNote[];

/** How to read the notes of a document whose product groups are these. */
export function parseNotes(root: Place): NotesOf {
  const groups = new GroupBook(root.at('product_tree', 'product_groups').items.flatMap(groupOf));
  return (list, label) =>
    list.items.map((one) => {
      const note = noteOf(one, one.at(label), groups);
      return { ...note, products: [...new Set(note.products)] };
    });
}

/** Groups written out: a short document could name a long group a million times, so the sum is bounded. */
class GroupBook {
  readonly #members: ReadonlyMap<string, readonly string[]>;
  #left: number = LIMITS.edges;

  constructor(groups: readonly CsafGroup[]) {
    this.#members = new Map(groups.map(({ id, products }) => [id, products]));
  }

  /** @throws {PedigreeError} ERR_LIMIT_ITEMS */
  productsOf(ids: readonly string[]): string[] {
    return [...new Set(ids)].flatMap((id) => {
      const products = this.#members.get(id) ?? [];
      this.#left -= products.length;
      if (this.#left < 0) {
        throw new PedigreeError('ERR_LIMIT_ITEMS', 'groups of more products than can be listed');
      }
      return products;
    });
  }
}
