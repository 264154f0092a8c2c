// SPDX-License-Identifier: Apache-2.0
import type { LineageEdge, LineageGraph, LineageNode } from '../../graph/lineage/lineage-graph.ts';
import { refBeside, shortName, shortRef, styled, type Terminal } from './terminal.ts';

/** Edges that say two refs are one thing: shown on the node, not as a step. */
const SAME = new Set(['alternateOf', 'namedAs', 'specializationOf']);

interface Branch {
  readonly node: LineageNode;
  readonly label: string;
  readonly sources: readonly string[];
  readonly children: readonly Branch[];
  readonly isRepeat: boolean;
}

/** The graph as a tree from its roots: each step with the documents behind it; what was shown above is not unfolded again. */
export function printLineageTree(terminal: Terminal, graph: LineageGraph): void {
  const builder = new TreeBuilder(graph);
  for (const root of graph.roots) {
    const branch = builder.build(root);
    if (branch === undefined) continue;
    terminal.out(`${nodeText(terminal, branch.node)}\n`);
    printChildren(terminal, branch.children, '');
  }
  if (graph.truncated) terminal.out('… more than can be shown; --format json has the limits\n');
  for (const ref of graph.skipped) {
    terminal.out(styled(terminal, 'dim', `stepped over boilerplate ${shortRef(ref)}\n`));
  }
}

function nodeText(
  terminal: Terminal,
  { kind, name, ref, reach }: LineageNode,
  isRepeat = false,
): string {
  // of code the commit tells more than the address that it was fetched from
  const shown = ref.startsWith('git:') ? ref : name;
  const beside = isRepeat ? ' (see above)' : styled(terminal, 'dim', refBeside(shown, ref));
  const sure = reach === 'certain' ? '' : ` (${reach})`;
  return `${kind} ${styled(terminal, 'bold', shortName(shown))}${beside}${sure}`;
}

function printChildren(terminal: Terminal, children: readonly Branch[], indent: string): void {
  children.forEach((branch, at) => {
    const last = at === children.length - 1;
    const step = `${indent}${last ? '└─' : '├─'} ${branch.label} `;
    const evidence = styled(terminal, 'dim', `← ${sourcesText(branch.sources)}`);
    terminal.out(`${step}${nodeText(terminal, branch.node, branch.isRepeat)}  ${evidence}\n`);
    printChildren(terminal, branch.children, `${indent}${last ? '   ' : '│  '}`);
  });
}

/** The first document that states a step, and how many more do. */
function sourcesText([first = '', ...more]: readonly string[]): string {
  return `${shortName(first)}${more.length === 0 ? '' : ` +${more.length}`}`;
}

class TreeBuilder {
  readonly #nodes: ReadonlyMap<string, LineageNode>;
  readonly #next = new Map<string, { ref: string; edge: LineageEdge }[]>();
  readonly #shown = new Set<string>();

  constructor(graph: LineageGraph) {
    this.#nodes = new Map(graph.nodes.map((node) => [node.ref, node]));
    const up = graph.direction === 'up';
    for (const edge of graph.edges) {
      if (SAME.has(edge.relation)) continue;
      const [here, there] = up ? [edge.from, edge.to] : [edge.to, edge.from];
      const list = this.#next.get(here) ?? [];
      list.push({ ref: there, edge });
      this.#next.set(here, list);
    }
  }

  build(root: string): Branch | undefined {
    const node = this.#nodes.get(root);
    if (node === undefined) return undefined;
    this.#shown.add(root);
    return { node, label: '', sources: [], children: this.#children(root), isRepeat: false };
  }

  #children(ref: string): Branch[] {
    const steps = [...(this.#next.get(ref) ?? [])].sort(
      (a, b) => this.#weight(b.ref) - this.#weight(a.ref) || (a.ref < b.ref ? -1 : 1),
    );
    const branches: Branch[] = [];
    for (const { ref: next, edge } of steps) {
      const node = this.#nodes.get(next);
      if (node === undefined) continue;
      const isRepeat = this.#shown.has(next) || this.#addsNothing(next);
      this.#shown.add(next);
      branches.push({
        node,
        label: edge.relation,
        sources: [...new Set(edge.evidence.map(({ source }) => source))],
        children: isRepeat ? [] : this.#children(next),
        isRepeat,
      });
    }
    return branches;
  }

  /** True where everything that a node leads to was shown already: a second report of the same run, a co-product. */
  #addsNothing(ref: string): boolean {
    const next = this.#next.get(ref) ?? [];
    return next.length > 0 && next.every((step) => this.#shown.has(step.ref));
  }

  /** What leads further is unfolded first, so that repeats point upwards to the fuller branch. */
  #weight(ref: string): number {
    return this.#next.get(ref)?.length ?? 0;
  }
}
