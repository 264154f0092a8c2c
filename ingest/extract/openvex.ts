// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { findInstant } from '../../core/instant.ts';
import { findOpenVexFaults } from '../../schemas/openvex/conform.ts';
import { parseOpenVex } from '../../schemas/openvex/parse.ts';
import { FactsBuilder } from './facts-builder.ts';
import { addReport } from './tool-report/report-node.ts';
import { thingNodes } from './tool-report/things.ts';
import {
  listNameless,
  qualifiersOf,
  stateAliases,
  stateJudgement,
  vulnerabilityNode,
  type Judgement,
} from './tool-report/vulnerability.ts';
import type { OpenVex, VexProduct, VexStatement } from '../../schemas/openvex/model.ts';
import type { ReportThing } from '../../schemas/tool-report/model.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** OpenVEX: what its author says of vulnerabilities in products. */
export const openVexReader: FormatReader = {
  formats: ['openvex'],
  extractor: 'openvex@1',
  read: readOpenVex,
};

function readOpenVex(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  if (decoded.kind !== 'json') throw new PedigreeError('ERR_PARSE_DOCUMENT', 'OpenVEX is JSON');
  const vex = parseOpenVex(decoded.json);
  const builder = new FactsBuilder(context.digest);
  const report = addReport(builder, context, attributesOf(vex));
  const isLatest = latestStatements(vex.statements);
  for (const statement of vex.statements) {
    if (statement.products.length === 0) {
      builder.problem('no-product', statement.pointer, 'about no product that it names');
    }
    for (const node of stateProducts(builder, statement, isLatest)) {
      builder.edge(report, 'describes', node, statement.pointer);
      builder.subject(node);
    }
  }
  if (vex.id !== undefined && vex.version !== undefined) {
    const family = `openvex:${vex.id}`;
    builder.claim({ type: 'supersession', family, version: vex.version, pointer: '/version' });
  }
  const isStrict = context.strict === true;
  const faults = isStrict ? findOpenVexFaults(decoded.json, detected.version) : [];
  const { format, version } = detected;
  return {
    facts: builder.build({ format, version, statementKind: 'vex' }),
    conformant: isStrict ? faults.length === 0 : null,
    conformanceProblems: faults,
  };
}

function attributesOf(vex: OpenVex): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {};
  if (vex.id !== undefined) attributes['id'] = vex.id;
  if (vex.author !== undefined) attributes['author'] = vex.author;
  if (vex.role !== undefined) attributes['role'] = vex.role;
  if (vex.version !== undefined) attributes['version'] = vex.version;
  if (vex.time !== undefined) attributes['time'] = vex.time;
  if (vex.lastUpdated !== undefined) attributes['lastUpdated'] = vex.lastUpdated;
  if (vex.tooling !== undefined) attributes['tool'] = vex.tooling;
  return attributes;
}

function stateProducts(
  builder: FactsBuilder,
  statement: VexStatement,
  isLatest: IsLatest,
): readonly number[] {
  const { vulnerability, aliases, products, pointer } = statement;
  const nodes: number[] = [];
  const node = vulnerabilityNode(builder, vulnerability);
  if (node !== undefined) stateAliases(builder, node, aliases, `${pointer}/vulnerability`);
  for (const product of products) {
    for (const part of partsOf(product)) {
      if (node === undefined) {
        listNameless(builder, product.pointer);
        continue;
      }
      const judgement = judgementOf(statement, part, isLatest(statement, product, part));
      const things = thingNodes(builder, thingOf(product));
      stateJudgement(builder, node, judgement, things, product.pointer);
      nodes.push(...things);
    }
  }
  return nodes;
}

/** The subcomponents that a status is about; an empty id where it is about the product as a whole. */
function partsOf({ subcomponents }: VexProduct): readonly string[] {
  return subcomponents.length === 0 ? WHOLE : subcomponents;
}

const WHOLE: readonly string[] = [''];

function judgementOf(
  { status, justification = '', impact = '', action = '', time = '' }: VexStatement,
  subcomponent: string,
  isCurrent: boolean,
): Judgement {
  const current = isCurrent ? '' : 'false';
  const said = { status, justification, impact, action, subcomponent, time, current };
  return { qualifiers: qualifiersOf(said) };
}

type IsLatest = (statement: VexStatement, product: VexProduct, part: string) => boolean;

/** Of several statements on one vulnerability in one product the latest counts; of equal times the last one written. */
function latestStatements(statements: readonly VexStatement[]): IsLatest {
  if (eachOnItsOwn(statements)) return () => true;
  const latest = new Map<string, VexStatement>();
  for (const statement of statements) {
    for (const product of statement.products) {
      for (const part of partsOf(product)) {
        const key = keyOf(statement, product, part);
        const known = latest.get(key);
        if (known === undefined || timeOf(statement) >= timeOf(known)) latest.set(key, statement);
      }
    }
  }
  return (statement, product, part) => latest.get(keyOf(statement, product, part)) === statement;
}

/** True where no two statements are on one vulnerability. */
function eachOnItsOwn(statements: readonly VexStatement[]): boolean {
  if (statements.length < 2) return true;
  const vulnerabilities = new Set<string>();
  for (const { vulnerability } of statements) vulnerabilities.add(vulnerability);
  return vulnerabilities.size === statements.length;
}

function timeOf({ time }: VexStatement): string {
  return time === undefined ? '' : (findInstant(time) ?? '');
}

function keyOf({ vulnerability }: VexStatement, { id }: VexProduct, part: string): string {
  return JSON.stringify([vulnerability, id, part]);
}

function thingOf({ id, purls, cpes, digests, pointer }: VexProduct): ReportThing {
  const names = cpes.length === 0 ? [id] : [id, ...cpes];
  const isImage = purls.some(
    (purl) => purl.startsWith('pkg:oci/') || purl.startsWith('pkg:docker/'),
  );
  // what else its author calls it others may call it too; a purl is known as such
  const sharedNames = names.flatMap((name) =>
    name.startsWith('pkg:') ? [] : [['product', name] as const],
  );
  return { kind: isImage ? 'Image' : 'Package', pointer, names, purls, digests, sharedNames };
}
