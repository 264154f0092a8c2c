// SPDX-License-Identifier: Apache-2.0
import { kindBit, type IdentityLevel } from '../domain/kinds.ts';
import { RELATION_NAMES } from '../domain/relations.ts';
import { MARK_BITS } from './arcs.ts';
import { findPlacements } from './placements.ts';
import type { ScopedIndex } from './scoped-index.ts';

const GENERATED = RELATION_NAMES.indexOf('wasGeneratedBy');
const CONTAINS = RELATION_NAMES.indexOf('contains');
const NAMED = RELATION_NAMES.indexOf('namedAs');
const ALTERNATE = RELATION_NAMES.indexOf('alternateOf');
const MODEL = kindBit('Model');
const LEVEL_ORDER: readonly IdentityLevel[] = ['digest', 'coordinate', 'name', 'local'];

/** What belongs together and is shown as one item. */
export interface Item {
  /** Representative node: an OMS root where there is one, else the surest, then smallest, ref of the shown kind. */
  readonly node: number;
  readonly name: string;
  readonly members: readonly number[];
}

/**
 * Groups nodes for reports: aliases of one thing, the co-products of one training run, their OMS root. Nothing is merged
 * in the graph; this is how an answer is laid out (DESIGN.md 3, identity).
 */
export class Folding {
  readonly #view: ScopedIndex;
  readonly #leader = new Map<number, number>();
  readonly #items = new Map<number, Item>();
  #groups: Map<number, number[]> | undefined;

  constructor(view: ScopedIndex) {
    this.#view = view;
    for (const node of view.nodesOfKind(['Model'])) this.#joinModel(node);
    for (const node of [...this.#leader.keys()]) this.#joinAliases(node);
    this.#joinPlacements();
  }

  /** The item that a node belongs to; a node on its own is an item of its own. */
  itemOf(node: number): Item {
    const leader = this.#find(node);
    const known = this.#items.get(leader);
    if (known !== undefined) return known;
    const members = this.#members().get(leader) ?? [node];
    const item = this.#makeItem(members);
    this.#items.set(leader, item);
    return item;
  }

  #joinModel(node: number): void {
    this.#find(node);
    this.#eachCounting('up', node, (run, relation) => {
      if (relation !== GENERATED || this.#view.filter.scoreRuns.has(run)) return;
      this.#eachCounting('down', run, (product, made) => {
        if (made === GENERATED && !this.#view.filter.boilerplate.has(product))
          this.#union(node, product);
      });
    });
    this.#eachCounting('down', node, (whole, relation) => {
      const isRoot = relation === CONTAINS && this.#view.index.refOf(whole).startsWith('oms:');
      if (isRoot) this.#union(node, whole);
    });
    this.#joinAliases(node);
    this.#joinNamesake(node);
  }

  /**
   * A model that documents know by name only is one item by that name. A mention that has a digest of its own is that
   * digest's, and folding it by name would join what only shares a name.
   */
  #joinNamesake(node: number): void {
    if (this.#view.index.levelOf(node) !== 'local') return;
    let hasIdentity = false;
    const names: number[] = [];
    this.#eachCounting('up', node, (far, relation) => {
      if (relation === ALTERNATE) hasIdentity = true;
      if (relation === NAMED) names.push(far);
    });
    if (!hasIdentity) for (const name of names) this.#union(node, name);
  }

  /** What runs as one service in one environment now is one deployment, whichever documents tell of it. */
  #joinPlacements(): void {
    const current = new Map<string, number>();
    for (const [node, placement] of findPlacements(this.#view)) {
      this.#find(node);
      if (!placement.current) continue;
      const key = JSON.stringify([placement.environment, placement.service]);
      const known = current.get(key);
      if (known === undefined) current.set(key, node);
      else this.#union(known, node);
    }
  }

  #joinAliases(node: number): void {
    this.#eachCounting('up', node, (alias, relation) => {
      if (relation === ALTERNATE) this.#union(node, alias);
    });
  }

  #eachCounting(
    direction: 'up' | 'down',
    node: number,
    visit: (far: number, relation: number) => void,
  ): void {
    const { index, tables } = this.#view;
    index[direction].forEach(node, (far, mark) => {
      if ((tables.asThreat[mark >>> MARK_BITS] ?? 0) > 0) visit(far, mark & 31);
    });
  }

  #makeItem(members: readonly number[]): Item {
    const { index } = this.#view;
    const byRef = [...members].sort((a, b) => (index.refOf(a) < index.refOf(b) ? -1 : 1));
    const root = this.#widestRoot(byRef);
    const surest = this.#surestFirst(byRef);
    const model = surest.find((node) => (this.#view.kindMaskOf(node) & MODEL) !== 0);
    const node = root ?? model ?? surest[0] ?? 0;
    return { node, name: this.#nameOf(node, root, byRef), members: byRef };
  }

  /** By identity level, then as given: what only one document knows stands for the others last. */
  #surestFirst(members: readonly number[]): readonly number[] {
    return LEVEL_ORDER.flatMap((level) =>
      members.filter((node) => this.#view.index.levelOf(node) === level),
    );
  }

  /** The OMS root that lists most: a folder's, not that of one file in it. */
  #widestRoot(members: readonly number[]): number | undefined {
    let best: { node: number; files: number } | undefined;
    for (const node of members) {
      if (!this.#view.index.refOf(node).startsWith('oms:')) continue;
      let files = 0;
      this.#eachCounting('up', node, (_, relation) => {
        if (relation === CONTAINS) files++;
      });
      if (best === undefined || files > best.files) best = { node, files };
    }
    return best?.node;
  }

  /** OMS subject name, else the folder that all file labels share, else the best label, else the ref. */
  #nameOf(node: number, root: number | undefined, members: readonly number[]): string {
    const { index } = this.#view;
    const own = bestLabel(this.#view.labelsOf(node)) ?? index.refOf(node);
    const isNamed = members.some(
      (member) => index.levelOf(member) !== 'local' && !index.isName(member),
    );
    if (!isNamed)
      return members.length > 1 || index.isName(node) ? `${own} (known by name only)` : own;
    if (root !== undefined || members.length === 1) return own;
    const files = members.filter((member) => (this.#view.kindMaskOf(member) & MODEL) !== 0);
    return commonFolder(files.flatMap((member) => this.#view.labelsOf(member))) ?? own;
  }

  #members(): Map<number, number[]> {
    if (this.#groups !== undefined) return this.#groups;
    const groups = new Map<number, number[]>();
    for (const node of this.#leader.keys()) {
      const leader = this.#find(node);
      const group = groups.get(leader);
      if (group === undefined) groups.set(leader, [node]);
      else group.push(node);
    }
    this.#groups = groups;
    return groups;
  }

  #find(node: number): number {
    let leader = node;
    for (;;) {
      const above = this.#leader.get(leader);
      if (above === undefined) {
        if (this.#groups === undefined) this.#leader.set(leader, leader);
        break;
      }
      if (above === leader) break;
      leader = above;
    }
    let at = node;
    while (at !== leader) {
      const above = this.#leader.get(at) ?? leader;
      this.#leader.set(at, leader);
      at = above;
    }
    return leader;
  }

  #union(a: number, b: number): void {
    const left = this.#find(a);
    const right = this.#find(b);
    if (left !== right) this.#leader.set(Math.max(left, right), Math.min(left, right));
  }
}

/** Last segment of the folder that all file labels share, or undefined. A file label is a path whose end has an extension. */
export function commonFolder(labels: readonly string[]): string | undefined {
  const folders = labels.filter(isFileLabel).map((label) => label.split('/').slice(0, -1));
  const first = folders[0];
  if (first === undefined) return undefined;
  let depth = first.length;
  for (const folder of folders) {
    let same = 0;
    while (same < depth && folder[same] === first[same]) same++;
    depth = same;
  }
  return first[depth - 1];
}

/** The label that tells most: a path to a file before a bare name. */
export function bestLabel(labels: readonly string[]): string | undefined {
  return labels.find(isFileLabel) ?? labels[0];
}

function isFileLabel(label: string): boolean {
  return /^[^:]+\/[^/]+\.[^/.]+$/.test(label);
}
