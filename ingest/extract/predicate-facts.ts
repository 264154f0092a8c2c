// SPDX-License-Identifier: Apache-2.0
import type {
  PredicateMention,
  PredicateReport,
  PredicateVulnerability,
} from '../../schemas/intoto-predicate/adapter.ts';
import type { FactsBuilder } from './facts-builder.ts';
import { addResource } from './resource-entity.ts';
import { listMoreResults, reportAttributes } from './tool-report/attributes.ts';
import { qualifiersOf, vulnerabilityNode } from './tool-report/vulnerability.ts';

/**
 * States what a statement's predicate says about its subjects. All of it hangs on the statement's own node by relations
 * that carry nothing: a verdict of somebody's is shown, and closes, completes or clears nothing (docs/adr/0007).
 * @param statement the statement's own node
 */
export function addPredicateFacts(
  builder: FactsBuilder,
  statement: number,
  subjects: readonly number[],
  report: PredicateReport,
): void {
  const attributes = reportAttributes({ ...report, stages: report.stages ?? [] });
  builder.entity({
    kinds: ['File'],
    pointer: '/predicate',
    coordinates: [builder.refOf(statement)],
    attributes,
  });
  listMoreResults(builder, report.results);
  for (const mention of report.mentions ?? []) addMention(builder, statement, mention);
  for (const found of report.vulnerabilities ?? []) addVulnerability(builder, subjects, found);
  if (report.distributes !== undefined) addPackage(builder, subjects, report.distributes);
}

function addMention(
  builder: FactsBuilder,
  statement: number,
  { resource, role, says }: PredicateMention,
): void {
  const node = addResource(builder, resource);
  if (role === 'configuration') builder.addKind(node, 'Config');
  const qualifiers = qualifiersOf({ role, says: says ?? '' });
  const relation = role === 'target' ? 'attests' : 'describes';
  builder.edge(statement, relation, node, resource.pointer, { qualifiers });
}

function addVulnerability(
  builder: FactsBuilder,
  subjects: readonly number[],
  { id, details, pointer }: PredicateVulnerability,
): void {
  const node = vulnerabilityNode(builder, id);
  if (node === undefined) {
    builder.problem('vulnerability-without-id', pointer, 'cannot be told from others');
    return;
  }
  const qualifiers = qualifiersOf({ status: 'found', ...details });
  for (const subject of subjects) builder.edge(node, 'hasStatus', subject, pointer, { qualifiers });
}

/** The release is of that package, and its files are what the package is distributed as. */
function addPackage(
  builder: FactsBuilder,
  subjects: readonly number[],
  { purl, pointer }: { readonly purl: string; readonly pointer: string },
): void {
  const node = builder.entity({
    kinds: ['Package'],
    pointer,
    purls: [purl],
    local: `purl:${purl}`,
  });
  for (const subject of subjects) {
    if (subject !== node) builder.edge(node, 'hasDistributionArtifact', subject, pointer);
  }
}
