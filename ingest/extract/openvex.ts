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
} from './tool-report/vulnerability.ts';
import type { OpenVex, VexComponent, VexStatement } from '../../schemas/openvex/model.ts';
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
  const { vulnerability, aliases, products, status } = statement;
  const nodes: number[] = [];
  const node = vulnerabilityNode(builder, vulnerability);
  if (node !== undefined)
    stateAliases(builder, node, aliases, `${statement.pointer}/vulnerability`);
  for (const product of products) {
    const parts = product.subcomponents.length === 0 ? [undefined] : product.subcomponents;
    for (const part of parts) {
      const qualifiers = qualifiersOf({
        status,
        justification: statement.justification ?? '',
        impact: statement.impact ?? '',
        action: statement.action ?? '',
        subcomponent: part?.id ?? '',
        time: statement.time ?? '',
        current: isLatest(statement, product, part) ? '' : 'false',
      });
      if (node === undefined) listNameless(builder, product.pointer);
      else {
        const things = thingNodes(builder, thingOf(product));
        stateJudgement(builder, node, { qualifiers }, things, product.pointer);
        nodes.push(...things);
      }
    }
  }
  return nodes;
}

type IsLatest = (
  statement: VexStatement,
  product: VexComponent,
  part: VexComponent | undefined,
) => boolean;

/** Of several statements on one vulnerability in one product the latest counts; of equal times the last one written. */
function latestStatements(statements: readonly VexStatement[]): IsLatest {
  if (statements.length < 2) return () => true;
  const latest = new Map<string, VexStatement>();
  for (const statement of statements) {
    for (const product of statement.products) {
      const parts = product.subcomponents.length === 0 ? [undefined] : product.subcomponents;
      for (const part of parts) {
        const key = keyOf(statement.vulnerability, product, part);
        const known = latest.get(key);
        if (known === undefined || timeOf(statement) >= timeOf(known)) latest.set(key, statement);
      }
    }
  }
  return (statement, product, part) =>
    latest.get(keyOf(statement.vulnerability, product, part)) === statement;
}

function timeOf({ time }: VexStatement): string {
  return time === undefined ? '' : (findInstant(time) ?? '');
}

function keyOf(
  vulnerability: string,
  product: VexComponent,
  part: VexComponent | undefined,
): string {
  return JSON.stringify([vulnerability, product.id, part?.id ?? '']);
}

function thingOf({ id, purls, cpes, digests, pointer }: VexComponent): ReportThing {
  const names = [id, ...cpes].filter((name) => !name.startsWith('pkg:'));
  const sharedNames = names.map((name) => ['product', name] as const);
  const kind = purls.some((purl) => /^pkg:(?:oci|docker)\//.test(purl)) ? 'Image' : 'Package';
  return { kind, pointer, names: [id, ...cpes], purls, digests, sharedNames };
}
