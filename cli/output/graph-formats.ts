// SPDX-License-Identifier: Apache-2.0
import type { LineageGraph } from '../../graph/lineage/lineage-graph.ts';

/** Graphviz DOT. */
export function toDot(graph: LineageGraph): string {
  const quote = (text: string): string =>
    `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', ' ')}"`;
  const nodes = graph.nodes.map(
    ({ ref, kind, name }) => `  ${quote(ref)} [label=${quote(`${name} (${kind})`)}];\n`,
  );
  const edges = graph.edges.map(
    ({ from, relation, to }) => `  ${quote(from)} -> ${quote(to)} [label=${quote(relation)}];\n`,
  );
  return `digraph lineage {\n  rankdir=LR;\n${nodes.join('')}${edges.join('')}}\n`;
}

/** Mermaid flowchart; ids are positions, so that no ref is read as syntax. */
export function toMermaid(graph: LineageGraph): string {
  const ids = new Map(graph.nodes.map(({ ref }, at) => [ref, `n${at}`]));
  const text = (value: string): string =>
    value.replace(/["<>#;&`]/g, (c) => `#${c.charCodeAt(0)};`).replaceAll('\n', ' ');
  const nodes = graph.nodes.map(
    ({ ref, kind, name }) => `  ${ids.get(ref)}["${text(name)} (${kind})"]\n`,
  );
  const edges = graph.edges.map(
    ({ from, relation, to }) => `  ${ids.get(from)} -->|${relation}| ${ids.get(to)}\n`,
  );
  return `flowchart LR\n${nodes.join('')}${edges.join('')}`;
}

/** GraphML with ref, kind and name of nodes, relation and documents of edges. */
export function toGraphml(graph: LineageGraph): string {
  const text = (value: string): string =>
    // XML 1.0 has no way to write most control characters
    value
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  const keys = [
    ['name', 'node'],
    ['kind', 'node'],
    ['relation', 'edge'],
    ['documents', 'edge'],
  ].map(([id, on]) => `  <key id="${id}" for="${on}" attr.name="${id}" attr.type="string"/>\n`);
  const nodes = graph.nodes.map(
    ({ ref, name, kind }) =>
      `    <node id="${text(ref)}"><data key="name">${text(name)}</data><data key="kind">${kind}</data></node>\n`,
  );
  const edges = graph.edges.map(
    ({ from, relation, to, evidence }) =>
      `    <edge source="${text(from)}" target="${text(to)}"><data key="relation">${relation}</data><data key="documents">${text(evidence.map(({ document }) => document).join(' '))}</data></edge>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n${keys.join('')}  <graph edgedefault="directed">\n${nodes.join('')}${edges.join('')}  </graph>\n</graphml>\n`;
}
