// SPDX-License-Identifier: Apache-2.0
import { sharedName } from './identity.ts';
import type { Kind } from '../../../graph/domain/kinds.ts';
import type {
  Affected,
  AffectedVersion,
  Composition,
  Vulnerability,
} from '../../../schemas/cyclonedx/model.ts';
import type { BomGraph } from './bom-graph.ts';

/** analysis.state in the words of the edge vocabulary. */
const STATUS_OF_STATE: ReadonlyMap<string, string> = new Map([
  ['exploitable', 'affected'],
  ['in_triage', 'under_investigation'],
  ['resolved', 'fixed'],
  ['resolved_with_pedigree', 'fixed'],
  ['not_affected', 'not_affected'],
  ['false_positive', 'not_affected'],
]);

/**
 * States vulnerabilities, completeness, conformance claims and succession.
 */
export function stateStatements(graph: BomGraph): void {
  for (const vulnerability of graph.bom.vulnerabilities) stateVulnerability(graph, vulnerability);
  for (const composition of graph.bom.compositions) stateComposition(graph, composition);
  for (const { target, predicate, pointer } of graph.bom.declarations?.claims ?? []) {
    const node = target === undefined ? undefined : graph.resolveOrList(target, pointer);
    if (node === undefined || node === graph.bomNode) continue;
    const qualifiers = predicate === undefined ? {} : { predicate: predicate.slice(0, 256) };
    graph.builder.edge(graph.bomNode, 'attests', node, pointer, { qualifiers });
  }
  stateSuccession(graph);
}

/** "When a system is presented with multiple BOMs with identical serial numbers, the system SHOULD use the most recent version of the BOM." */
function stateSuccession({ bom, builder }: BomGraph): void {
  if (bom.serialUuid === undefined) return;
  builder.claim({
    type: 'supersession',
    family: `bom:${bom.serialUuid}`,
    version: String(bom.version),
    pointer: '/version',
  });
}

/**
 * `complete` makes "no further relationships … are known to exist" a claim of the document. "Assemblies refer to nested
 * relationships": its parts are all there. "Dependencies refer to a relationship whereby an independent constituent part
 * requires another": its inputs are all there, where what it requires is what it takes content from. That holds for software;
 * a model or a data set takes it from what it learned or was made from, of which these words say nothing (docs/adr/0007). Both
 * are "explicit for the specified constituent part only", so nothing is handed down; every other aggregate claims nothing. Without targets the claim is about nothing.
 * @see https://cyclonedx.org/docs/1.7/json/#compositions
 */
function stateComposition(graph: BomGraph, composition: Composition): void {
  const { aggregate, assemblies, dependencies, pointer } = composition;
  const isComplete = aggregate === 'complete';
  stateComplete(graph, assemblies, 'parts', `${pointer}/assemblies`, isComplete);
  stateComplete(graph, dependencies, 'inputs', `${pointer}/dependencies`, isComplete);
  if (isComplete && assemblies.length === 0 && dependencies.length === 0) {
    graph.builder.problem('composition-without-target', pointer, 'complete, and about nothing');
  }
}

function stateComplete(
  graph: BomGraph,
  refs: readonly string[],
  covers: 'parts' | 'inputs',
  pointer: string,
  isComplete: boolean,
): void {
  refs.forEach((ref, at) => {
    const about = graph.resolve(ref);
    if (about === undefined) graph.listDangling(ref, `${pointer}/${at}`);
    if (about === undefined || !isComplete) return;
    if (covers === 'inputs' && !isSoftware(graph, ref)) return;
    graph.builder.claim({ type: 'completeness', about, covers, pointer: `${pointer}/${at}` });
  });
}

/** A reference into another BOM is to something of which this one does not say what it is. */
function isSoftware(graph: BomGraph, ref: string): boolean {
  const elements = graph.elementsByRef(ref);
  return elements.length > 0 && !elements.some((element) => isLearned(graph.kindOf(element)));
}

function isLearned(kind: Kind): boolean {
  return kind === 'Model' || kind === 'Dataset';
}

function stateVulnerability(graph: BomGraph, vulnerability: Vulnerability): void {
  const { id, pointer, affects } = vulnerability;
  const ref = sharedName('vulnerability', id)[0];
  if (id === undefined || ref === undefined) {
    graph.builder.problem('vulnerability-without-id', pointer, 'cannot be told from others');
    return;
  }
  const node = graph.builder.nodeOf(ref, ['Name'], [id]);
  graph.bind(vulnerability.bomRef, node);
  for (const affected of affects) stateAffected(graph, node, vulnerability, affected);
}

function stateAffected(
  graph: BomGraph,
  node: number,
  vulnerability: Vulnerability,
  { ref, pointer, versions }: Affected,
): void {
  const thing = graph.resolveOrList(ref, `${pointer}/ref`);
  if (thing === undefined) return;
  const judged = judgement(vulnerability);
  const entries: readonly (AffectedVersion | undefined)[] =
    versions.length === 0 ? [undefined] : versions;
  for (const entry of entries) {
    const qualifiers = { ...judged, ...versionQualifiers(entry) };
    graph.builder.edge(node, 'hasStatus', thing, pointer, { qualifiers });
  }
}

/** A vulnerability without analysis was found and not judged. */
function judgement({ state, justification, source }: Vulnerability): Record<string, string> {
  const found: Record<string, string> = { status: STATUS_OF_STATE.get(state ?? '') ?? 'found' };
  if (state !== undefined) found['state'] = state.slice(0, 64);
  if (justification !== undefined) found['justification'] = justification.slice(0, 64);
  if (source !== undefined) found['source'] = source.slice(0, 64);
  return found;
}

function versionQualifiers(entry: AffectedVersion | undefined): Record<string, string> {
  if (entry === undefined) return {};
  const found: Record<string, string> = {};
  if (entry.version !== undefined) found['version'] = entry.version.slice(0, 256);
  if (entry.range !== undefined) found['range'] = entry.range.slice(0, 256);
  if (entry.status === 'unaffected') found['status'] = 'not_affected';
  return found;
}
