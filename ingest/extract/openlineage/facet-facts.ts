// SPDX-License-Identifier: Apache-2.0
import { addSubject } from '../subject.ts';
import { namedEntity } from './identity.ts';
import { stateCause, stateColumns, type NodeOfName } from './event-facts.ts';
import type { LineageEntry, OpenLineageDataset } from '../../../schemas/openlineage/model.ts';
import type { ReadContext } from '../extractor.ts';
import type { FactsBuilder } from '../facts-builder.ts';

/** States what facets say of the dataset they belong to, which only the caller can name. */
export function stateFacets(
  builder: FactsBuilder,
  context: ReadContext,
  facets: OpenLineageDataset & { readonly entries: readonly LineageEntry[] },
): void {
  const nodeOf: NodeOfName = (name) => builder.entity(namedEntity(name, undefined));
  const dataset = addSubject(builder, context, {
    kinds: ['Dataset'],
    pointer: '',
    local: 'dataset',
    attributes: {
      facets: facets.facets.join(', '),
      ...(facets.version !== undefined && { version: facets.version }),
    },
  });
  if (context.subject === undefined) {
    builder.problem('no-subject', '', 'facets alone do not say whose they are');
  }
  for (const symlink of facets.symlinks) {
    const other = nodeOf(symlink);
    builder.edge(dataset, 'alternateOf', other, symlink.pointer);
  }
  stateColumns(builder, dataset, facets, nodeOf);
  for (const source of facets.lineage ?? []) stateCause(builder, dataset, source, nodeOf);
  for (const { target, inputs } of facets.entries) {
    if (target === undefined || target.type === 'JOB') continue;
    const node = nodeOf(target);
    for (const source of inputs) stateCause(builder, node, source, nodeOf);
  }
}
