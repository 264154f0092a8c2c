// SPDX-License-Identifier: Apache-2.0
import { boundRef } from '../../../graph/domain/node-ref.ts';
import type { BomGraph, Element } from './bom-graph.ts';

/**
 * Gives what other BOMs link to the name by which they do: `urn:cdx:<serial>/<version>#<bom-ref>` elsewhere is
 * `bom:<serial>/<version>#<bom-ref>` here, a coordinate that this document resolves to the element, as a purl is resolved to a
 * digest: who goes by the link reaches the element as a possibility, and the element is as closed as it is without it. For the
 * product, models and data only: for all the other components a large BOM would have twice as many nodes, for links that
 * nobody makes (docs/LIMITATIONS.md).
 * @see https://cyclonedx.org/capabilities/bomlink/
 */
export function stateLinkTargets(graph: BomGraph): void {
  const { serialUuid, version } = graph.bom;
  if (serialUuid === undefined) return;
  for (let element = 0; element < graph.elementCount; element++) {
    if (!isLinkedTo(graph, element)) continue;
    const bomRef = graph.bomRefOf(element);
    // a repeated bom-ref names nothing in particular
    if (bomRef === undefined || graph.elementsByRef(bomRef).length !== 1) continue;
    const ref = boundRef(`bom:${serialUuid}/${version}#${bomRef}`);
    const named = graph.builder.nodeOf(ref, [], [bomRef]);
    const [node, pointer] = [graph.nodeOf(element), graph.pointerOf(element)];
    graph.builder.edge(node, 'specializationOf', named, pointer, { strength: 'implied' });
  }
}

function isLinkedTo(graph: BomGraph, element: Element): boolean {
  const kind = graph.kindOf(element);
  return element === graph.main || kind === 'Model' || kind === 'Dataset';
}
