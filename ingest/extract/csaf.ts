// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { findCsafFaults } from '../../schemas/csaf/conform.ts';
import { parseCsaf } from '../../schemas/csaf/parse.ts';
import { FactsBuilder } from './facts-builder.ts';
import { addReport } from './tool-report/report-node.ts';
import { knownThing, type KnownThing } from './tool-report/things.ts';
import {
  qualifiersOf,
  stateAliases,
  stateJudgement,
  vulnerabilityNode,
  type Judgement,
} from './tool-report/vulnerability.ts';
import type { Csaf, CsafNote, CsafProduct, CsafVulnerability } from '../../schemas/csaf/model.ts';
import type { ReportThing } from '../../schemas/tool-report/model.ts';
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

/** Products by their ids. */
type Things = ReadonlyMap<string, KnownThing>;

function readCsaf(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  if (decoded.kind !== 'json') throw new PedigreeError('ERR_PARSE_DOCUMENT', 'CSAF is JSON');
  const csaf = parseCsaf(decoded.json);
  const builder = new FactsBuilder(context.digest);
  const report = addReport(builder, context, attributesOf(csaf));
  const things: Things = new Map(
    csaf.products.map((product) => [product.id, knownThing(builder, thingOf(product))]),
  );
  for (const { pointer, nodes } of things.values()) {
    for (const node of nodes()) {
      builder.edge(report, 'describes', node, pointer);
      builder.subject(node);
    }
  }
  stateRelationships(builder, csaf, things);
  for (const vulnerability of csaf.vulnerabilities) {
    stateVulnerability(builder, vulnerability, things);
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

/** A CPE is a shared name; a product that has only a name of its publisher stays in the document. */
function thingOf(product: CsafProduct): ReportThing {
  const { id, name, purls, cpe, hashes, pointer } = product;
  return {
    kind: 'Package',
    pointer,
    local: `product/${id}`,
    names: [name, id],
    purls,
    digests: hashes.map(({ algorithm, value }) => ({ algorithm, hex: value })),
    sharedNames: cpe === undefined ? [] : [['cpe', cpe]],
  };
}

/** Only a component that is always there is part of the whole; what may be installed beside it is not. */
function stateRelationships(builder: FactsBuilder, csaf: Csaf, things: Things): void {
  for (const { category, component, whole, product, pointer } of csaf.relationships) {
    if (category !== 'default_component_of') continue;
    const part = things.get(component);
    const container = things.get(whole);
    if (part === undefined || container === undefined) {
      builder.problem('dangling-ref', pointer, 'relates a product that the tree does not define');
      continue;
    }
    const combined = product === undefined ? undefined : things.get(product);
    const parts = part.nodes();
    stateParts(builder, container.nodes(), parts, pointer);
    if (combined !== undefined) stateParts(builder, combined.nodes(), parts, pointer);
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
  things: Things,
): void {
  const { cve, ids, statuses } = vulnerability;
  const others = ids.map(([, text]) => text);
  const id = cve ?? others[0] ?? '';
  const aliases = others.filter((other) => other !== id);
  const node = vulnerabilityNode(builder, id);
  if (node !== undefined) stateAliases(builder, node, aliases, `${vulnerability.pointer}/ids`);
  const flags = labelsOf(vulnerability.flags);
  const remediations = labelsOf(vulnerability.remediations);
  const judge = rememberingJudge();
  for (const { list, product, pointer } of statuses) {
    const thing = things.get(product);
    const status = STATUS_OF_LIST.get(list);
    if (thing === undefined) {
      builder.problem('dangling-ref', pointer, `no product "${product}" in the tree`);
    } else if (status === undefined) {
      builder.problem('unknown-status', pointer, `no such list: "${list}"`);
    } else {
      const justification = flags.get(product) ?? '';
      const remediation = remediations.get(product) ?? '';
      const judgement = judge(list, status, justification, remediation);
      stateJudgement(builder, node, judgement, thing.nodes, pointer);
    }
  }
}

type Judge = (
  list: string,
  status: string,
  justification: string,
  remediation: string,
) => Judgement;

/** Nearly all products of a list are judged alike, so the last judgement is remembered. */
function rememberingJudge(): Judge {
  let known: readonly string[] = [];
  let judgement: Judgement = { qualifiers: {} };
  return (list, status, justification, remediation) => {
    if (known[0] !== list || known[1] !== justification || known[2] !== remediation) {
      const listed = list === status || list === `known_${status}` ? '' : list;
      judgement = {
        qualifiers: qualifiersOf({ status, list: listed, justification, remediation }),
      };
      known = [list, justification, remediation];
    }
    return judgement;
  };
}

/** What is said of each product: one label, nearly always, or several. */
function labelsOf(notes: readonly CsafNote[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const several = new Map<string, Set<string>>();
  for (const { label, products } of notes) {
    for (const product of products) {
      const known = found.get(product);
      if (known === undefined) found.set(product, label);
      else if (known !== label) {
        several.set(product, (several.get(product) ?? new Set([known])).add(label));
      }
    }
  }
  for (const [product, labels] of several) found.set(product, [...labels].join(', '));
  return found;
}
