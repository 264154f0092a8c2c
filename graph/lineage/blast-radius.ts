// SPDX-License-Identifier: Apache-2.0
import { KINDS, kindMask, type IdentityLevel, type Kind } from '../domain/kinds.ts';
import { RELATION_NAMES, type Relation } from '../domain/relations.ts';
import type { TrustClass } from '../domain/trust-class.ts';
import { MARK_BITS, unpackMark } from './arcs.ts';
import { bestLabel } from './folding.ts';
import { isMention } from './mention.ts';
import { findPlacements, placementRank, type Placement } from './placements.ts';
import { tableRank, withheldDocuments } from './scope.ts';
import { touchOf, type Touch } from './touch.ts';
import { classOfRank, type View } from './view.ts';
import { REACH, type Walk } from './walk.ts';
import { Witnesses, type WitnessStep } from './witness.ts';

/** One step of a path as shown: a node, and what led here from the step before. */
export interface PathStep {
  readonly ref: string;
  readonly kind: Kind;
  readonly name: string;
  /** Relation between the step before and this one; absent on the first. */
  readonly relation?: Relation;
  /** Digest of the document that states it. */
  readonly document?: string;
  /** File that the document came in, for people. */
  readonly source?: string;
  readonly class?: TrustClass;
}

/** Something that a bad thing has reached, or may have reached. */
export interface Hit {
  readonly ref: string;
  readonly kind: Kind;
  /** What people call it. */
  readonly name: string;
  readonly names: readonly string[];
  readonly influence: 'content' | 'score' | 'placement';
  /** Weakest class on the witness. */
  readonly class: TrustClass;
  /** Weakest identity on the witness. */
  readonly level: IdentityLevel;
  readonly path: readonly PathStep[];
  /** Present on deployments. */
  readonly placement?: Placement;
}

/** Why some models and deployments cannot be called clear: one missing claim. */
export interface OpenGroup {
  /** `inputs of run train`, `origin of data/x.csv`, `names only`, `withheld`. */
  readonly missing: string;
  readonly ref: string;
  readonly count: number;
  /** Up to ten of them. */
  readonly items: readonly { readonly ref: string; readonly kind: Kind; readonly name: string }[];
}

export interface BlastRadius {
  readonly targets: readonly { readonly ref: string; readonly kind: Kind; readonly name: string }[];
  readonly affected: readonly Hit[];
  readonly possible: readonly Hit[];
  readonly open: { readonly count: number; readonly groups: readonly OpenGroup[] };
  /** What is missing for each open item, by ref; all of them, where the groups list a few. */
  readonly missing: ReadonlyMap<string, string>;
  readonly clear: {
    readonly count: number;
    /** Up to a hundred of them. */
    readonly items: readonly { readonly ref: string; readonly kind: Kind; readonly name: string }[];
  };
  /** Boilerplate that the walk stepped over, by ref. */
  readonly skipped: readonly string[];
}

/** Runs, agents and bare names are how a path is told, not what it reaches. */
const NOT_SHOWN = kindMask(['Run', 'Name', 'Identity', 'Builder', 'Supplier', 'Platform']);
const COUNTED: readonly Kind[] = ['Model', 'Deployment'];
/** The group of what is reached past the first name-level step. */
export const NAMES_ONLY = 'names only';
/** Class of a witness without a step: the target itself. */
const TOP_RANK = tableRank('attested');
const GROUP_ITEMS = 10;
const CLEAR_ITEMS = 100;
const LEVEL_ORDER: readonly IdentityLevel[] = ['digest', 'coordinate', 'name', 'local'];

/**
 * What the targets have reached: affected, possible, open and clear over everything the scope may see (DESIGN.md 3).
 * @param fixed revisions of the targets that are named as repaired
 */
export function blastRadius(
  view: View,
  targets: readonly number[],
  fixed: ReadonlySet<number> = new Set(),
): BlastRadius {
  const walk = view.walk('down');
  walk.run(targets, view.filter, fixed);
  const report = new Report(view, walk, targets);
  return report.build();
}

class Report {
  readonly #view: View;
  readonly #walk: Walk;
  readonly #targets: ReadonlySet<number>;
  readonly #witnesses: Witnesses;
  readonly #placements: ReadonlyMap<number, Placement>;
  /** What the caller may not see could reach anything: nothing is clear then. */
  readonly #withheld: { missing: string; ref: string } | undefined;

  constructor(view: View, walk: Walk, targets: readonly number[]) {
    this.#view = view;
    this.#walk = walk;
    this.#targets = new Set(targets);
    this.#witnesses = new Witnesses(
      view.index,
      walk,
      view.filter,
      targets,
      (document) => view.document(document)?.digest ?? '',
    );
    this.#placements = findPlacements(view);
    const isWithheld = withheldDocuments(view.knowledge, view.scope).length > 0;
    this.#withheld = isWithheld ? { missing: 'withheld', ref: '' } : undefined;
  }

  build(): BlastRadius {
    const reached = this.#reachedItems();
    const hits = [...reached].map(([leader, members]) => this.#hit(leader, members));
    const shown = hits.filter((hit) => hit !== undefined);
    const rest = this.#uncovered(reached);
    return {
      targets: [...this.#targets].map((node) => this.#brief(node)),
      affected: inOrder(shown.filter(({ reach }) => reach === REACH.affected)),
      possible: inOrder(shown.filter(({ reach }) => reach === REACH.possible)),
      open: rest.open,
      missing: rest.missing,
      clear: rest.clear,
      skipped: [...this.#walk.skipped].map((node) => this.#view.index.refOf(node)).sort(),
    };
  }

  /** Reached nodes worth showing, by the item they fold into. Names-only nodes are left to `open`. */
  #reachedItems(): Map<number, number[]> {
    const items = new Map<number, number[]>();
    const add = (node: number): void => {
      const leader = this.#view.folding.itemOf(node).node;
      const members = items.get(leader);
      if (members === undefined) items.set(leader, [node]);
      else members.push(node);
    };
    for (const node of new Set([...this.#walk.visited, ...this.#walk.terminals.keys()])) {
      const touch = this.#touchOf(node);
      if (touch === undefined || touch.reach === REACH.namesOnly) continue;
      if (this.#isShown(node, touch)) add(node);
    }
    return items;
  }

  /** Neither the target itself nor a mention of something reached is news, unless it is counted. */
  #isShown(node: number, { influence }: Touch): boolean {
    const kinds = this.#view.kindMaskOf(node);
    if ((kinds & ~NOT_SHOWN) === 0) return false;
    if ((kinds & kindMask(COUNTED)) !== 0) return true;
    const { index, tables } = this.#view;
    if (isMention(index, tables.asThreat, node)) return false;
    return !this.#targets.has(node) || influence !== 'content';
  }

  #touchOf(node: number): Touch | undefined {
    return touchOf(this.#view, this.#walk, node);
  }

  #reachOf(node: number): number {
    return this.#walk.reachOf(node);
  }

  #hit(leader: number, members: readonly number[]): (Hit & { reach: number }) | undefined {
    const candidates = members
      .flatMap((node) => {
        const touch = this.#touchOf(node);
        const path = touch === undefined ? [] : this.#witnesses.pathTo(node, touch.influence);
        return touch === undefined ? [] : [{ node, path, ...touch }];
      })
      .filter(({ path }) => path.length > 0)
      .sort(
        (a, b) =>
          a.reach - b.reach ||
          b.rank - a.rank ||
          a.path.length - b.path.length ||
          (this.#view.index.refOf(a.node) < this.#view.index.refOf(b.node) ? -1 : 1),
      );
    const best = candidates[0];
    if (best === undefined) return undefined;
    const item = this.#view.folding.itemOf(leader);
    const kinds = item.members.reduce((mask, node) => mask | this.#view.kindMaskOf(node), 0);
    const placement = this.#placements.get(best.node);
    return {
      ref: this.#view.index.refOf(item.node),
      kind: KINDS[31 - Math.clz32(kinds & -kinds)] ?? 'File',
      name: item.name,
      names: [...new Set(item.members.flatMap((node) => this.#view.labelsOf(node)))].sort(),
      influence: best.influence,
      class: classOfRank(Math.min(TOP_RANK, ...best.path.map((step) => this.#stepRank(step)))),
      level: this.#level(best.path),
      path: best.path.map((step) => describeStep(this.#view, step)),
      ...(placement === undefined ? {} : { placement }),
      reach: best.reach,
    };
  }

  #stepRank(step: WitnessStep): number {
    if (step.mark === undefined) return Number.MAX_SAFE_INTEGER;
    return this.#view.tables.asThreat[step.mark >>> MARK_BITS] ?? 0;
  }

  #level(path: readonly WitnessStep[]): IdentityLevel {
    const worst = Math.max(
      ...path
        .filter(({ node }) => !this.#view.hasKind(node, 'Run'))
        .map(({ node }) => LEVEL_ORDER.indexOf(this.#view.index.levelOf(node))),
      0,
    );
    return LEVEL_ORDER[worst] ?? 'local';
  }

  /** Models and deployments that nothing certain or possible reaches: names only, open or clear. */
  #uncovered(
    reached: ReadonlyMap<number, number[]>,
  ): Pick<BlastRadius, 'open' | 'missing' | 'clear'> {
    const groups = new Map<string, { missing: string; ref: string; items: Set<number> }>();
    const clear = new Set<number>();
    const missing = this.#namesOnlyItems();
    const counted = new Set<number>();
    for (const node of this.#view.nodesOfKind(COUNTED)) {
      const leader = this.#view.folding.itemOf(node).node;
      if (counted.has(leader) || reached.has(leader) || !this.#isCountable(leader)) continue;
      counted.add(leader);
      const reason = this.#whyOpen(leader) ?? this.#withheld;
      if (reason === undefined) {
        clear.add(leader);
        continue;
      }
      const key = `${reason.missing} ${reason.ref}`;
      const group = groups.get(key) ?? { ...reason, items: new Set() };
      group.items.add(leader);
      groups.set(key, group);
      missing.set(this.#view.index.refOf(leader), reason.missing);
    }
    const list = [...groups.values()].map((group) => ({
      missing: group.missing,
      ref: group.ref,
      count: group.items.size,
      items: this.#briefs([...group.items], GROUP_ITEMS),
    }));
    const order = (group: OpenGroup): string => `${group.missing}\u0000${group.ref}`;
    list.sort((a, b) => b.count - a.count || (order(a) < order(b) ? -1 : 1));
    return {
      open: { count: list.reduce((sum, group) => sum + group.count, 0), groups: list },
      missing,
      clear: { count: clear.size, items: this.#briefs([...clear], CLEAR_ITEMS) },
    };
  }

  /** Whatever hangs together with the targets by more than one name: open, of any kind. */
  #namesOnlyItems(): Map<string, string> {
    const found = new Map<string, string>();
    for (const node of this.#walk.visited) {
      if (this.#reachOf(node) !== REACH.namesOnly) continue;
      found.set(this.#view.index.refOf(this.#view.folding.itemOf(node).node), NAMES_ONLY);
    }
    return found;
  }

  /** What only one document knows, under no name that leaves it, is no model that anybody could mean. */
  #isCountable(leader: number): boolean {
    const { members } = this.#view.folding.itemOf(leader);
    return members.some((node) => this.#view.index.levelOf(node) !== 'local');
  }

  #whyOpen(leader: number): { missing: string; ref: string } | undefined {
    const { index, closure } = this.#view;
    const { members } = this.#view.folding.itemOf(leader);
    const named = members.find(
      (node) =>
        this.#reachOf(node) === REACH.namesOnly ||
        this.#walk.terminals.get(node)?.reach === REACH.namesOnly,
    );
    if (named !== undefined) return { missing: NAMES_ONLY, ref: '' };
    const open = this.#telling(members).find((node) => closure.open[node] === 1);
    if (open === undefined) return undefined;
    const origin = closure.origin[open] ?? open;
    const { name } = this.#brief(origin);
    const what = closure.missing(origin) === 'inputs-of-run' ? 'inputs of run' : 'origin of';
    return { missing: `${what} ${name}`, ref: index.refOf(origin) };
  }

  /**
   * Members whose openness counts. Of several documents on one deployment, what a weaker one says of the same place still
   * counts against it, but does not open what the best authorised one has closed. Nobody else silences anybody.
   */
  #telling(members: readonly number[]): readonly number[] {
    const visible = members.filter((node) => this.#view.isVisible(node));
    const ranked = visible.map((node) => ({ node, rank: this.#supportOf(node) }));
    const best = Math.max(0, ...ranked.map(({ rank }) => rank));
    if (best < tableRank('trusted')) return visible;
    return ranked.filter(({ rank }) => rank === best).map(({ node }) => node);
  }

  #supportOf(node: number): number {
    const isPlaced = this.#placements.has(node);
    return isPlaced ? placementRank(this.#view, node, this.#view.tables.asSupport) : 0;
  }

  #brief(node: number): { ref: string; kind: Kind; name: string } {
    const { name, node: shown } = this.#view.folding.itemOf(node);
    return { ref: this.#view.index.refOf(shown), kind: this.#view.kindOf(shown), name };
  }

  #briefs(nodes: readonly number[], most: number): { ref: string; kind: Kind; name: string }[] {
    const briefs = nodes.map((node) => this.#brief(node));
    return briefs
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.ref < b.ref ? -1 : 1))
      .slice(0, most);
  }
}

/** A step as shown to people and in `--json`. */
export function describeStep(view: View, step: WitnessStep): PathStep {
  const base = {
    ref: view.index.refOf(step.node),
    kind: view.kindOf(step.node),
    name: bestLabel(view.labelsOf(step.node)) ?? view.index.refOf(step.node),
  };
  if (step.mark === undefined) return base;
  const { relation, document } = unpackMark(step.mark);
  const name = RELATION_NAMES[relation];
  return {
    ...base,
    ...(name === undefined ? {} : { relation: name }),
    document: view.document(document)?.digest ?? '',
    source: view.sourceOf(document),
    class: classOfRank(view.tables.asThreat[document] ?? 0),
  };
}

/** Deployments first, then by kind and name; the internal reach is dropped. */
function inOrder(hits: readonly (Hit & { reach: number })[]): Hit[] {
  const rank = (hit: Hit): number => (hit.kind === 'Deployment' ? -1 : KINDS.indexOf(hit.kind));
  return hits
    .map(({ reach: _, ...hit }) => hit)
    .sort(
      (a, b) =>
        rank(a) - rank(b) ||
        (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) ||
        (a.ref < b.ref ? -1 : 1),
    );
}
