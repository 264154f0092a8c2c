// SPDX-License-Identifier: Apache-2.0
import { SPDX_TERMS, type RdfNode, type RdfValue } from './rdf-graph.ts';

const LISTED = /^https?:\/\/spdx\.org\/licenses\/([^/#]+?)(?:\.html|\.jsonld)?$/;
/** Nodes looked at for one expression: sets may hold each other. */
const MAX_NODES = 500;
/** Longer expressions are cut: they are shown, never evaluated. */
const MAX_LENGTH = 1024;

/**
 * The licence expression that an RDF value stands for: sets become `AND` and `OR`, operators `+` and `WITH`.
 * @returns undefined where it stands for none, or for a circle
 * @see https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/
 */
export function licenseText(
  nodes: ReadonlyMap<string, RdfNode>,
  value: RdfValue | undefined,
): string | undefined {
  if (value === undefined) return undefined;
  const text = new ExpressionReader(nodes).textOf(value);
  return text === undefined || text === '' ? undefined : text.slice(0, MAX_LENGTH);
}

class ExpressionReader {
  readonly #nodes: ReadonlyMap<string, RdfNode>;
  readonly #open = new Set<string>();
  #left = MAX_NODES;

  constructor(nodes: ReadonlyMap<string, RdfNode>) {
    this.#nodes = nodes;
  }

  textOf(value: RdfValue): string | undefined {
    if (value.form === 'text') return value.text;
    if (--this.#left < 0 || this.#open.has(value.id)) return undefined;
    this.#open.add(value.id);
    const text = this.#expression(value.id, this.#nodes.get(value.id));
    this.#open.delete(value.id);
    return text;
  }

  #expression(id: string, node: RdfNode | undefined): string | undefined {
    if (node?.types.has('ConjunctiveLicenseSet')) return this.#joined(node, ' AND ');
    if (node?.types.has('DisjunctiveLicenseSet')) return this.#joined(node, ' OR ');
    if (node?.types.has('OrLaterOperator')) return `${this.#part(node, 'member')}+`;
    if (node?.types.has('WithExceptionOperator')) {
      return `${this.#part(node, 'member')} WITH ${this.#part(node, 'licenseException')}`;
    }
    return nameOf(id, node);
  }

  #part(node: RdfNode, name: string): string {
    const value = node.properties.get(name)?.[0];
    return (value === undefined ? undefined : this.textOf(value)) ?? '';
  }

  #joined(node: RdfNode, operator: string): string {
    const members = (node.properties.get('member') ?? []).slice(0, MAX_NODES);
    const parts = members.flatMap((member) => this.textOf(member) ?? []);
    const isSet = (part: string): boolean => / (?:AND|OR) /.test(part);
    return parts.map((part) => (isSet(part) ? `(${part})` : part)).join(operator);
  }
}

function nameOf(id: string, node: RdfNode | undefined): string | undefined {
  if (id === `${SPDX_TERMS}noassertion`) return 'NOASSERTION';
  if (id === `${SPDX_TERMS}none`) return 'NONE';
  const listed = LISTED.exec(id)?.[1];
  if (listed !== undefined) return listed;
  const hash = id.lastIndexOf('#');
  if (hash >= 0) return id.slice(hash + 1);
  const stated = node?.properties.get('licenseId')?.[0] ?? node?.properties.get('name')?.[0];
  return stated?.form === 'text' ? stated.text : undefined;
}
