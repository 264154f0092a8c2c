// SPDX-License-Identifier: Apache-2.0
import { documentOf, edgeOf, factsOf, nodeOf, type TestDocument } from './store-documents.ts';

/** The document of one log index: writer and checker make the same. Sizes differ, so that kills hit different pages. */
export function crashDocument(index: number): TestDocument {
  const parts = 10 + ((index * 37) % 400);
  const nodes = Array.from({ length: parts }, (_, at) => nodeOf(`pkg:npm/part${at}@${index % 5}`));
  const edges = nodes.slice(1).map((_, at) => edgeOf(0, 'contains', at + 1));
  return documentOf(`crash ${index}`, factsOf(nodes, edges));
}
