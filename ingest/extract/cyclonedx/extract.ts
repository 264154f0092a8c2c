// SPDX-License-Identifier: Apache-2.0
import { findDigest } from '../../../core/digest.ts';
import { nameRef } from '../../../graph/domain/node-ref.ts';
import { FactsBuilder } from '../facts-builder.ts';
import { BomGraph } from './bom-graph.ts';
import { compileBoundary } from './boundary.ts';
import { stateComponentLineage } from './component-lineage.ts';
import { stateDependencies } from './dependencies.ts';
import { createFormulaRuns, stateFormulation } from './formulation.ts';
import { stateLinkTargets } from './link-targets.ts';
import { stateMlLineage } from './ml-lineage.ts';
import { stateStatements } from './statements.ts';
import type { Facts } from '../../../graph/domain/facts.ts';
import type { Bom, Tool } from '../../../schemas/cyclonedx/model.ts';
import type { ReadContext } from '../extractor.ts';

/**
 * What a BOM says, as facts. The same for every encoding of the model.
 * @param format `cyclonedx-json`, `cyclonedx-xml`
 * @throws {PedigreeError} ERR_LIMIT_ITEMS
 */
export function extractCyclonedx(bom: Bom, format: string, context: ReadContext): Facts {
  const builder = new FactsBuilder(context.digest);
  for (const { code, pointer, message } of bom.problems) builder.problem(code, pointer, message);
  const graph = new BomGraph(bom, builder, createBomNode(bom, builder, context));
  const runs = createFormulaRuns(graph);
  stateComponentLineage(graph);
  stateMlLineage(graph);
  stateFormulation(graph, runs);
  stateDependencies(graph);
  const root = createRoot(graph, context);
  compileBoundary(graph, root);
  stateStatements(graph);
  stateLinkTargets(graph);
  return builder.build({ format, version: bom.specVersion, statementKind: 'sbom' });
}

/** What the document is about: metadata.component, else what the caller says it is about, else the BOM itself. */
function createRoot(graph: BomGraph, context: ReadContext): number {
  const { builder, bomNode, main, mainNode } = graph;
  const root = mainNode ?? subjectNode(builder, context.subject) ?? bomNode;
  builder.subject(root);
  if (main === undefined)
    builder.problem('no-subject', '/metadata/component', 'the BOM does not say what it describes');
  if (root !== bomNode) {
    builder.edge(bomNode, 'describes', root, main === undefined ? '' : graph.pointerOf(main));
  }
  return root;
}

/** `--subject`: a digest, a purl, or a name. */
function subjectNode(builder: FactsBuilder, subject: string | undefined): number | undefined {
  if (subject === undefined || subject === '') return undefined;
  const colon = subject.indexOf(':');
  const [algorithm, hex] = [subject.slice(0, Math.max(colon, 0)), subject.slice(colon + 1)];
  const common = { kinds: ['Package'] as const, pointer: '', local: 'subject' };
  if (findDigest(algorithm, hex) !== undefined) {
    return builder.entity({ ...common, digests: [{ algorithm, hex }] });
  }
  if (subject.startsWith('pkg:')) return builder.entity({ ...common, purls: [subject] });
  return builder.entity({ ...common, names: [subject], nameRefs: [nameRef('cdx', subject)] });
}

/** A serial number and version are the BOM's own name; without them only its bytes are. */
function createBomNode(bom: Bom, builder: FactsBuilder, context: ReadContext): number {
  const ref =
    bom.serialUuid === undefined
      ? `document:${context.digest}`
      : `bom:${bom.serialUuid}/${bom.version}`;
  return builder.entity({
    kinds: ['Bom'],
    pointer: '',
    names: bom.serialNumber === undefined ? [] : [bom.serialNumber],
    coordinates: [ref],
    attributes: bomAttributes(bom),
  });
}

function bomAttributes({ metadata, signed }: Bom): Record<string, string> {
  const found: Record<string, string> = {};
  if (metadata.timestamp !== undefined) found['timestamp'] = metadata.timestamp.slice(0, 64);
  if (metadata.tools.length > 0)
    found['tools'] = metadata.tools.map(toolText).join(', ').slice(0, 512);
  if (metadata.authors.length > 0) found['authors'] = metadata.authors.join(', ').slice(0, 512);
  if (signed) found['signature'] = 'jsf';
  return found;
}

function toolText({ vendor, name, version }: Tool): string {
  return [vendor, name, version].filter((part) => part !== undefined).join(' ');
}
