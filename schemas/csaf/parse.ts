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
  CsafStatus,
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
  const combined = combinationsOf(tree);
  return {
    version: document.textAt('csaf_version'),
    category: document.textAt('category'),
    title: document.textAt('title'),
    publisher: document.at('publisher').textAt('name'),
    publisherNamespace: document.at('publisher').textAt('namespace'),
    trackingId: tracking.textAt('id'),
    trackingVersion: tracking.at('version').written,
    trackingStatus: tracking.textAt('status'),
    releasedAt: tracking.textAt('current_release_date'),
    products: productsOf(productPlaces(tree, combined)),
    relationships: [
      ...combined.relationships.flatMap(relationshipOf),
      ...combined.paths.flatMap(pathOf),
    ],
    groups,
    vulnerabilities: root.at('vulnerabilities').items.map((one) => vulnerabilityOf(one, members)),
  };
}

/** Where a tree defines products by relating others. */
interface Combinations {
  readonly relationships: readonly Place[];
  readonly paths: readonly Place[];
}

function combinationsOf(tree: Place): Combinations {
  return { relationships: tree.at('relationships').items, paths: tree.at('product_paths').items };
}

/** Every product of the tree in the order in which it is defined: names, branches at any depth, combinations. */
export function productPlaces(tree: Place, combined: Combinations = combinationsOf(tree)): Place[] {
  const found = [...tree.at('full_product_names').items];
  const stack = [...tree.at('branches').items].reverse();
  for (let branch = stack.pop(); branch !== undefined; branch = stack.pop()) {
    const product = branch.at('product');
    if (product.isObject) found.push(product);
    for (const inner of branch.at('branches').items.reverse()) stack.push(inner);
  }
  for (const places of [combined.relationships, combined.paths]) {
    for (const place of places) {
      const product = place.at('full_product_name');
      if (product.isObject) found.push(product);
    }
  }
  return found;
}

function productsOf(places: readonly Place[]): CsafProduct[] {
  const products: CsafProduct[] = [];
  for (const place of places) {
    const id = place.textAt('product_id');
    if (id === undefined) continue;
    const helper = place.at('product_identification_helper');
    products.push({
      id,
      name: place.textAt('name') ?? id,
      purls: helper.exists ? purlsOf(helper) : NOTHING,
      cpe: helper.textAt('cpe'),
      hashes: helper.exists ? helper.at('hashes').items.flatMap(hashesOf) : NOTHING,
      pointer: place.pointer,
    });
  }
  return products;
}

const NOTHING: readonly never[] = [];

function purlsOf(helper: Place): string[] {
  const purl = helper.textAt('purl');
  const purls = helper.at('purls').texts;
  return purl === undefined ? purls : [purl, ...purls];
}

function hashesOf(place: Place): CsafHash[] {
  const fileName = place.textAt('filename');
  return place.at('file_hashes').items.flatMap((one) => {
    const algorithm = one.textAt('algorithm');
    const value = one.textAt('value');
    if (algorithm === undefined || value === undefined) return [];
    return [{ algorithm, value, fileName }];
  });
}

function relationshipOf(place: Place): CsafRelationship[] {
  const component = place.textAt('product_reference');
  const whole = place.textAt('relates_to_product_reference');
  if (component === undefined || whole === undefined) return [];
  return [
    {
      category: place.textAt('category') ?? '',
      product: place.at('full_product_name').textAt('product_id'),
      component,
      whole,
      pointer: place.pointer,
    },
  ];
}

/** 2.1 writes a chain of relationships: a product, then what it is in, then what that is in. */
function pathOf(place: Place): CsafRelationship[] {
  const product = place.at('full_product_name').textAt('product_id');
  let component = place.textAt('beginning_product_reference');
  return place.at('subpaths').items.flatMap((step) => {
    const whole = step.textAt('next_product_reference');
    const from = component;
    component = whole;
    if (from === undefined || whole === undefined) return [];
    const category = step.textAt('category') ?? '';
    return [{ category, product, component: from, whole, pointer: step.pointer }];
  });
}

function groupOf(place: Place): CsafGroup[] {
  const id = place.textAt('group_id');
  if (id === undefined) return [];
  const products = place.at('product_ids').texts;
  return [{ id, products, pointer: place.pointer }];
}

function vulnerabilityOf(place: Place, groups: GroupBook): CsafVulnerability {
  const ids = place.at('ids').items.flatMap((one) => {
    const text = one.textAt('text');
    return text === undefined ? [] : [[one.textAt('system_name') ?? '', text] as const];
  });
  return {
    cve: place.textAt('cve'),
    ids,
    title: place.textAt('title'),
    statuses: statusesOf(place.at('product_status')),
    flags: place.at('flags').items.map((one) => noteOf(one, 'label', groups)),
    remediations: place.at('remediations').items.map((one) => noteOf(one, 'category', groups)),
    pointer: place.pointer,
  };
}

function statusesOf(lists: Place): CsafStatus[] {
  const statuses: CsafStatus[] = [];
  for (const [list, products] of lists.entries) {
    for (const one of products.items) {
      const product = one.text;
      if (product !== undefined) statuses.push({ list, product, pointer: one.pointer });
    }
  }
  return statuses;
}

function noteOf(place: Place, label: 'label' | 'category', groups: GroupBook): CsafNote {
  const own = place.at('product_ids').texts;
  const grouped = groups.productsOf(place.at('group_ids').texts);
  const products = grouped.length === 0 ? own : own.concat(grouped);
  return { label: place.textAt(label) ?? '', products, pointer: place.pointer };
}

/** Reads the flags or remediations of one vulnerability, groups resolved, each product once. */
export type NotesOf = (list: Place, label: 'label' | 'category') => readonly CsafNote[];

/** How to read the notes of a document whose product groups are these. */
export function parseNotes(root: Place): NotesOf {
  const groups = new GroupBook(root.at('product_tree', 'product_groups').items.flatMap(groupOf));
  return (list, label) =>
    list.items.map((one) => {
      const note = noteOf(one, label, groups);
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
