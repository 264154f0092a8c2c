// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { findCsafFaults } from '../../schemas/csaf/conform.ts';
import { parseCsaf } from '../../schemas/csaf/parse.ts';
import { FactsBuilder } from './facts-builder.ts';
import { ProductFinder, Products, type Product } from './csaf/products.ts';
import { addReport } from './tool-report/report-node.ts';
import {
  listNameless,
  qualifiersOf,
  stateAliases,
  stateJudgement,
  vulnerabilityNode,
  type Judgement,
} from './tool-report/vulnerability.ts';
import type { Csaf, CsafStatusList, CsafVulnerability } from '../../schemas/csaf/model.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** CSAF advisories and VEX: the status of vulnerabilities in the products of one publisher. */
export const csafReader: FormatReader = {
  formats: ['csaf'],
  extractor: 'csaf@1',
  read: readCsaf,
};

/** The status lists in the words of the edge vocabulary. */
const STATUS_OF_LIST: ReadonlyMap<string, string> = new Map([
  ['known_affected', 'affected'],
  ['first_affected', 'affected'],
  ['last_affected', 'affected'],
  ['fixed', 'fixed'],
  ['first_fixed', 'fixed'],
  ['known_not_affected', 'not_affected'],
  ['under_investigation', 'under_investigation'],
  ['recommended', 'recommended'],
  ['unknown', 'unknown'],
]);

function readCsaf(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  if (decoded.kind !== 'json') throw new PedigreeError('ERR_PARSE_DOCUMENT', 'CSAF is JSON');
  const csaf = parseCsaf(decoded.json);
  const builder = new FactsBuilder(context.digest);
  const report = addReport(builder, context, attributesOf(csaf));
  const products = new Products(builder, csaf.products);
  for (const thing of products.all) {
    for (const node of thing.nodes()) {
      builder.edge(report, 'describes', node, thing.pointer);
      builder.subject(node);
    }
  }
  stateRelationships(builder, csaf, products);
  for (const vulnerability of csaf.vulnerabilities) {
    stateVulnerability(builder, vulnerability, products);
  }
  if (csaf.trackingId !== undefined && csaf.trackingVersion !== undefined) {
    const family = `csaf:${csaf.publisherNamespace ?? ''}/${csaf.trackingId}`;
    const version = csaf.trackingVersion;
    const pointer = '/document/tracking/version';
    builder.claim({ type: 'supersession', family, version, pointer });
  }
  const faults = context.strict === true ? findCsafFaults(decoded.json) : [];
  const { format, version } = detected;
  const statementKind = csaf.category === 'csaf_vex' ? 'vex' : 'advisory';
  return {
    facts: builder.build({ format, version, statementKind }),
    conformant: context.strict === true ? faults.length === 0 : null,
    conformanceProblems: faults,
  };
}

function attributesOf(csaf: Csaf): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {};
  if (csaf.category !== undefined) attributes['category'] = csaf.category;
  if (csaf.title !== undefined) attributes['title'] = csaf.title;
  if (csaf.publisher !== undefined) attributes['author'] = csaf.publisher;
  if (csaf.trackingId !== undefined) attributes['id'] = csaf.trackingId;
  if (csaf.trackingVersion !== undefined) attributes['version'] = csaf.trackingVersion;
  if (csaf.trackingStatus !== undefined) attributes['status'] = csaf.trackingStatus;
  if (csaf.releasedAt !== undefined) attributes['time'] = csaf.releasedAt;
  return attributes;
}

/** Only a component that is always there is part of the whole; what may be installed beside it is not. */
function stateRelationships(builder: FactsBuilder, csaf: Csaf, products: Products): void {
  const parts = new ProductFinder(products);
  const wholes = new ProductFinder(products);
  const combinations = new ProductFinder(products);
  for (const { category, component, whole, product, pointer } of csaf.relationships) {
    if (category !== 'default_component_of') continue;
    const part = parts.find(component);
    const container = wholes.find(whole);
    if (part === undefined || container === undefined) {
      builder.problem('dangling-ref', pointer, 'relates a product that the tree does not define');
      continue;
    }
    const combined = product === undefined ? undefined : combinations.find(product);
    const nodes = part.nodes();
    stateParts(builder, container.nodes(), nodes, pointer);
    if (combined !== undefined) stateParts(builder, combined.nodes(), nodes, pointer);
  }
}

function stateParts(
  builder: FactsBuilder,
  wholes: readonly number[],
  parts: readonly number[],
  pointer: string,
): void {
  for (const from of wholes) {
    for (const to of parts) if (from !== to) builder.edge(from, 'contains', to, pointer);
  }
}

function stateVulnerability(
  builder: FactsBuilder,
  vulnerability: CsafVulnerability,
  products: Products,
): void {
  const { cve, ids, statuses, pointer } = vulnerability;
  const id = cve ?? ids[0] ?? '';
  const node = vulnerabilityNode(builder, id);
  if (node !== undefined) {
    const aliases = ids.filter((other) => other !== id);
    stateAliases(builder, node, aliases, `${pointer}/ids`);
  }
  const justified = products.label(vulnerability.flags, 'justification');
  const remedied = products.label(vulnerability.remediations, 'remediation');
  for (const status of statuses) stateStatuses(builder, node, status, products);
  for (const product of justified) product.justification = undefined;
  for (const product of remedied) product.remediation = undefined;
}

function stateStatuses(
  builder: FactsBuilder,
  vulnerability: number | undefined,
  { list, products: ids, pointer }: CsafStatusList,
  products: Products,
): void {
  const judge = new Judge(list);
  const finder = new ProductFinder(products);
  const base = `${pointer}/`;
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at];
    if (typeof id !== 'string' || id === '') continue;
    const product = finder.find(id);
    if (product === undefined) {
      builder.problem('dangling-ref', base + at, `no product "${id}" in the tree`);
    } else if (!judge.isKnown) {
      builder.problem('unknown-status', base + at, `no such list: "${list}"`);
    } else if (vulnerability === undefined) {
      listNameless(builder, base + at);
    } else {
      stateJudgement(
        builder,
        vulnerability,
        judge.judgementOf(product),
        product.nodes(),
        base + at,
      );
    }
  }
}

/** What is said of the products of one list. Nearly all are judged alike, so the last judgement is remembered. */
class Judge {
  readonly #list: string;
  readonly #status: string | undefined;
  #justification = '';
  #remediation = '';
  #judgement: Judgement | undefined;

  constructor(list: string) {
    this.#list = list;
    this.#status = STATUS_OF_LIST.get(list);
  }

  /** False for a list that no specification has. */
  get isKnown(): boolean {
    return this.#status !== undefined;
  }

  judgementOf({ justification = '', remediation = '' }: Product): Judgement {
    const isSame = justification === this.#justification && remediation === this.#remediation;
    if (this.#judgement !== undefined && isSame) return this.#judgement;
    const status = this.#status ?? '';
    const list = this.#list === status || this.#list === `known_${status}` ? '' : this.#list;
    this.#justification = justification;
    this.#remediation = remediation;
    this.#judgement = { qualifiers: qualifiersOf({ status, list, justification, remediation }) };
    return this.#judgement;
  }
}
