// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { isJsonObject, member, pointerJoin } from '../../core/json.ts';
import { LIMITS } from '../../core/limits.ts';
import { listAt, textAt, textsAt } from '../tool-report/members.ts';
import { placeOf, type Place } from '../tool-report/place.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { JsonDocument } from '../../core/json.ts';
import type {
  Csaf,
  CsafGroup,
  CsafHash,
  CsafNote,
  CsafProduct,
  CsafRelationship,
  CsafStatusList,
  CsafVulnerability,
} from './model.ts';

/**
 * Parses a CSAF document, 2.0 and 2.1.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where it has no document part
 * @see https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html
 */
export function parseCsaf(json: JsonDocument): Csaf {
  const document = member(json.value, 'document');
  if (!isJsonObject(document)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'CSAF without a document');
  }
  const tracking = member(document, 'tracking');
  const publisher = member(document, 'publisher');
  const tree = member(json.value, 'product_tree');
  const groups = listAt(tree, 'product_groups').flatMap(groupOf);
  return {
    version: textAt(document, 'csaf_version'),
    category: textAt(document, 'category'),
    title: textAt(document, 'title'),
    publisher: textAt(publisher, 'name'),
    publisherNamespace: textAt(publisher, 'namespace'),
    trackingId: textAt(tracking, 'id'),
    trackingVersion: placeOf(json).at('document', 'tracking', 'version').written,
    trackingStatus: textAt(tracking, 'status'),
    releasedAt: textAt(tracking, 'current_release_date'),
    products: productsOf(tree),
    relationships: relationshipsOf(tree),
    vulnerabilities: vulnerabilitiesOf(json.value, new GroupBook(groups)),
  };
}

const NOTHING: readonly never[] = [];

const TREE = '/product_tree';

type TakeProduct = (product: unknown, pointer: string) => void;

/**
 * Every place of the tree where a product may be defined, in the order in which it is written: names, branches at any depth,
 * combinations. What stands there may be no product, or nothing.
 */
export function eachProduct(tree: unknown, take: TakeProduct): void {
  const names = listAt(tree, 'full_product_names');
  for (let at = 0; at < names.length; at++) take(names[at], `${TREE}/full_product_names/${at}`);
  eachOfBranches(tree, TREE, take);
  for (const key of ['relationships', 'product_paths']) {
    const combinations = listAt(tree, key);
    const base = `${TREE}/${key}/`;
    for (let at = 0; at < combinations.length; at++) {
      take(member(combinations[at], 'full_product_name'), `${base}${at}/full_product_name`);
    }
  }
}

/** Nesting is bounded by whoever parses the text. */
function eachOfBranches(parent: unknown, pointer: string, take: TakeProduct): void {
  const branches = listAt(parent, 'branches');
  const base = `${pointer}/branches/`;
  for (let at = 0; at < branches.length; at++) {
    const branch = branches[at];
    const own = base + at;
    take(member(branch, 'product'), `${own}/product`);
    eachOfBranches(branch, own, take);
  }
}

function productsOf(tree: unknown): readonly CsafProduct[] {
  const products: CsafProduct[] = [];
  eachProduct(tree, (product, pointer) => {
    const id = textAt(product, 'product_id');
    if (id !== undefined) products.push(productOf(product, id, pointer));
  });
  return products;
}

function productOf(product: unknown, id: string, pointer: string): CsafProduct {
  const name = textAt(product, 'name') ?? id;
  const helper = member(product, 'product_identification_helper');
  if (!isJsonObject(helper)) {
    return { id, name, purls: NOTHING, cpe: undefined, hashes: NOTHING, pointer };
  }
  const hashes = listAt(helper, 'hashes').flatMap(hashesOf);
  return { id, name, purls: purlsOf(helper), cpe: textAt(helper, 'cpe'), hashes, pointer };
}

function purlsOf(helper: JsonValue): readonly string[] {
  const purl = textAt(helper, 'purl');
  const purls = textsAt(helper, 'purls');
  return purl === undefined ? purls : [purl, ...purls];
}

function hashesOf(file: JsonValue): CsafHash[] {
  const fileName = textAt(file, 'filename');
  return listAt(file, 'file_hashes').flatMap((one) => {
    const algorithm = textAt(one, 'algorithm');
    const value = textAt(one, 'value');
    if (algorithm === undefined || value === undefined) return [];
    return [{ algorithm, value, fileName }];
  });
}

function relationshipsOf(tree: unknown): readonly CsafRelationship[] {
  const relationships: CsafRelationship[] = [];
  const list = listAt(tree, 'relationships');
  const base = `${TREE}/relationships/`;
  for (let at = 0; at < list.length; at++) {
    const one = list[at];
    const component = textAt(one, 'product_reference');
    const whole = textAt(one, 'relates_to_product_reference');
    if (component === undefined || whole === undefined) continue;
    const category = textAt(one, 'category') ?? '';
    const product = textAt(member(one, 'full_product_name'), 'product_id');
    relationships.push({ category, product, component, whole, pointer: base + at });
  }
  listAt(tree, 'product_paths').forEach((path, at) => {
    addSteps(relationships, path, `${TREE}/product_paths/${at}`);
  });
  return relationships;
}

/** 2.1 writes a chain of relationships: a product, then what it is in, then what that is in. */
function addSteps(relationships: CsafRelationship[], path: JsonValue, pointer: string): void {
  const product = textAt(member(path, 'full_product_name'), 'product_id');
  let component = textAt(path, 'beginning_product_reference');
  listAt(path, 'subpaths').forEach((step, at) => {
    const whole = textAt(step, 'next_product_reference');
    const from = component;
    component = whole;
    if (from === undefined || whole === undefined) return;
    const category = textAt(step, 'category') ?? '';
    const own = `${pointer}/subpaths/${at}`;
    relationships.push({ category, product, component: from, whole, pointer: own });
  });
}

function groupOf(group: JsonValue): CsafGroup[] {
  const id = textAt(group, 'group_id');
  return id === undefined ? [] : [{ id, products: textsAt(group, 'product_ids') }];
}

function vulnerabilitiesOf(root: JsonValue, groups: GroupBook): readonly CsafVulnerability[] {
  return listAt(root, 'vulnerabilities').map((one, at) => {
    const pointer = `/vulnerabilities/${at}`;
    return {
      cve: textAt(one, 'cve'),
      ids: listAt(one, 'ids').flatMap((id) => textAt(id, 'text') ?? NOTHING),
      statuses: statusesOf(member(one, 'product_status'), `${pointer}/product_status`),
      flags: notesOf(listAt(one, 'flags'), 'label', groups),
      remediations: notesOf(listAt(one, 'remediations'), 'category', groups),
      pointer,
    };
  });
}

function statusesOf(lists: unknown, pointer: string): readonly CsafStatusList[] {
  if (!isJsonObject(lists)) return NOTHING;
  return Object.keys(lists).map((list) => ({
    list,
    products: listAt(lists, list),
    pointer: pointerJoin(pointer, list),
  }));
}

function notesOf(
  notes: readonly JsonValue[],
  label: 'label' | 'category',
  groups: GroupBook,
): readonly CsafNote[] {
  return notes.map((note) => noteOf(note, label, groups));
}

function noteOf(note: unknown, label: 'label' | 'category', groups: GroupBook): CsafNote {
  const own = textsAt(note, 'product_ids');
  const grouped = groups.productsOf(textsAt(note, 'group_ids'));
  const products = grouped.length === 0 ? own : own.concat(grouped);
  return { label: textAt(note, label) ?? '', products };
}

/** A note of a vulnerability, and where it stands. */
interface PlacedNote extends CsafNote {
  readonly pointer: string;
}

/** Reads the flags or remediations of one vulnerability, groups resolved, each product once. */
export type NotesOf = (list: Place, label: 'label' | 'category') => readonly PlacedNote[];

/** How to read the notes of a document whose product groups are these. */
export function parseNotes(root: Place): NotesOf {
  const tree = root.at('product_tree').value;
  const groups = new GroupBook(listAt(tree, 'product_groups').flatMap(groupOf));
  return (list, label) =>
    list.items.map((one) => {
      const note = noteOf(one.value, label, groups);
      return { ...note, products: [...new Set(note.products)], pointer: one.pointer };
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
  productsOf(ids: readonly string[]): readonly string[] {
    if (ids.length === 0) return NOTHING;
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
