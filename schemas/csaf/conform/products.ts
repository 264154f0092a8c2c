// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../../core/errors.ts';
import { addProblem, type SchemaProblem } from '../../intoto/problem.ts';
import { eachProduct } from '../parse.ts';
import { Place } from '../../tool-report/place.ts';

const MAX_BRANCH_DEPTH = 30;
/** Members that name products by id, wherever they stand outside the tree. */
const PRODUCT_LISTS = new Set(['products', 'product_ids']);

/** Words of a range of versions (6.1.31). */
const RANGE_WORDS: ReadonlySet<string> = new Set([
  'after',
  'all',
  'before',
  'earlier',
  'later',
  'prior',
  'versions',
]);

/** Faults of the product tree and of references into it. */
export function findProductFaults(root: Place): readonly SchemaProblem[] {
  const faults: SchemaProblem[] = [];
  const tree = root.at('product_tree');
  const ids = new Set<string>();
  eachProduct(tree.value, (product, pointer) => {
    checkProduct(new Place(product, pointer), ids, faults);
  });
  const groups = new Set<string>();
  for (const group of tree.at('product_groups').items) checkGroup(group, ids, groups, faults);
  checkRelationships(tree, ids, faults);
  checkReferences(root.at('vulnerabilities'), ids, groups, faults);
  checkBranches(tree, faults);
  return faults;
}

function checkProduct(product: Place, ids: Set<string>, faults: SchemaProblem[]): void {
  const id = product.at('product_id').text;
  if (id !== undefined && ids.has(id)) {
    addProblem(faults, '6.1.2', product.pointer, `"${excerpt(id)}" is defined twice`);
  }
  if (id !== undefined) ids.add(id);
  const helper = product.at('product_identification_helper');
  for (const purl of [helper.at('purl'), ...helper.at('purls').items]) {
    if (purl.text !== undefined && !isPurl(purl.text)) {
      addProblem(faults, '6.1.13', purl.pointer, 'not a purl');
    }
  }
  for (const hash of helper.at('hashes').items) {
    const algorithms = hash.at('file_hashes').items.map((one) => one.at('algorithm').text);
    if (new Set(algorithms).size !== algorithms.length) {
      addProblem(faults, '6.1.25', hash.pointer, 'one algorithm twice for one file');
    }
  }
}

/** `pkg:type/…name`: a type, and a name that is not empty. */
function isPurl(text: string): boolean {
  const path = text.split(/[?#]/, 1)[0] ?? '';
  const match = /^pkg:\/{0,2}([A-Za-z.+-][A-Za-z0-9.+-]{0,63})\/(.+)$/.exec(path);
  if (match === null) return false;
  const rest = match[2] ?? '';
  const at = rest.lastIndexOf('@');
  const names = at > rest.lastIndexOf('/') ? rest.slice(0, at) : rest;
  return names.slice(names.lastIndexOf('/') + 1) !== '';
}

function checkGroup(
  group: Place,
  ids: ReadonlySet<string>,
  groups: Set<string>,
  faults: SchemaProblem[],
): void {
  const id = group.at('group_id').text;
  if (id !== undefined && groups.has(id)) {
    addProblem(faults, '6.1.5', group.pointer, `"${excerpt(id)}" is defined twice`);
  }
  if (id !== undefined) groups.add(id);
  checkKnown(group.at('product_ids').items, ids, '6.1.1', faults);
}

/** A combination may be made of combinations, but never of itself. */
function checkRelationships(tree: Place, ids: ReadonlySet<string>, faults: SchemaProblem[]): void {
  const parts = new Map<string, string[]>();
  for (const relationship of tree.at('relationships').items) {
    const ends = ['product_reference', 'relates_to_product_reference'].map((key) =>
      relationship.at(key),
    );
    checkKnown(ends, ids, '6.1.1', faults);
    addParts(parts, relationship, ends);
  }
  for (const path of tree.at('product_paths').items) {
    const steps = path.at('subpaths').items.map((step) => step.at('next_product_reference'));
    const ends = [path.at('beginning_product_reference'), ...steps];
    checkKnown(ends, ids, '6.1.1', faults);
    addParts(parts, path, ends);
  }
  const circular = findCircular(parts);
  if (circular !== undefined) {
    addProblem(faults, '6.1.3', tree.pointer, `"${excerpt(circular)}" is made of itself`);
  }
}

function addParts(parts: Map<string, string[]>, place: Place, ends: readonly Place[]): void {
  const id = place.at('full_product_name', 'product_id').text;
  if (id === undefined) return;
  const known = parts.get(id) ?? [];
  for (const { text } of ends) if (text !== undefined) known.push(text);
  parts.set(id, known);
}

/** A product that is reached from itself; each is left for good once all its parts were looked at. */
function findCircular(parts: ReadonlyMap<string, readonly string[]>): string | undefined {
  const done = new Set<string>();
  for (const start of parts.keys()) {
    const open = new Set<string>();
    const stack: { id: string; leave: boolean }[] = [{ id: start, leave: false }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (top.leave) {
        open.delete(top.id);
        done.add(top.id);
        continue;
      }
      if (open.has(top.id)) return top.id;
      if (done.has(top.id)) continue;
      open.add(top.id);
      stack.push({ id: top.id, leave: true });
      for (const id of parts.get(top.id) ?? []) {
        if (open.has(id)) return id;
        if (!done.has(id)) stack.push({ id, leave: false });
      }
    }
  }
  return undefined;
}

function checkReferences(
  vulnerabilities: Place,
  ids: ReadonlySet<string>,
  groups: ReadonlySet<string>,
  faults: SchemaProblem[],
): void {
  for (const vulnerability of vulnerabilities.items) {
    for (const [, list] of vulnerability.at('product_status').entries) {
      checkKnown(list.items, ids, '6.1.1', faults);
    }
    for (const [, list] of vulnerability.entries) {
      for (const item of list.items) {
        for (const [key, references] of item.entries) {
          if (PRODUCT_LISTS.has(key)) checkKnown(references.items, ids, '6.1.1', faults);
          if (key === 'group_ids') checkKnown(references.items, groups, '6.1.4', faults);
        }
      }
    }
  }
}

function checkKnown(
  references: readonly Place[],
  known: ReadonlySet<string>,
  code: string,
  faults: SchemaProblem[],
): void {
  for (const { text, pointer } of references) {
    if (text === undefined || known.has(text)) continue;
    addProblem(faults, code, pointer, `"${excerpt(text)}" is not defined`);
  }
}

function checkBranches(tree: Place, faults: SchemaProblem[]): void {
  let level = tree.at('branches').items;
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_BRANCH_DEPTH) {
      addProblem(
        faults,
        '6.1.34',
        tree.pointer,
        `branches nested more than ${MAX_BRANCH_DEPTH} deep`,
      );
      return;
    }
    for (const branch of level) checkVersion(branch, faults);
    level = level.flatMap((branch) => branch.at('branches').items);
  }
}

/** A product version is one version. The words count as words only: "after-eight" is a name. */
function checkVersion(branch: Place, faults: SchemaProblem[]): void {
  if (branch.at('category').text !== 'product_version') return;
  const { text = '', pointer } = branch.at('name');
  const words = text.toLowerCase().split(/\s/);
  if (/[<>]/.test(text) || words.some((word) => RANGE_WORDS.has(word))) {
    addProblem(faults, '6.1.31', pointer, 'a range of versions, not a version');
  }
}
