// SPDX-License-Identifier: Apache-2.0
import type { Kind } from '../../../graph/domain/kinds.ts';
import type { ReadContext } from '../extractor.ts';
import type { FactsBuilder } from '../facts-builder.ts';

/** The report itself: its own bytes, with what it says of itself as attributes. */
export function addReport(
  builder: FactsBuilder,
  context: ReadContext,
  attributes: Readonly<Record<string, string>>,
  kind: Kind = 'File',
): number {
  return builder.entity({
    kinds: [kind],
    pointer: '',
    names: context.source === undefined ? [] : [context.source],
    contentRefs: [context.digest],
    local: 'report',
    attributes,
  });
}
