// SPDX-License-Identifier: Apache-2.0
import type { Kind } from '../../../graph/domain/kinds.ts';
import type { Artefact } from '../../../schemas/statements/artefact.ts';
import type { FactsBuilder } from '../facts-builder.ts';

/** Adds (or finds) the thing that a statement of ours names. */
export function addArtefact(
  builder: FactsBuilder,
  artefact: Artefact,
  kinds: readonly Kind[],
  pointer: string,
): number {
  const { name, uri, digest } = artefact;
  const entries = Object.entries(digest);
  return builder.entity({
    kinds,
    pointer,
    names: [name, uri].filter((text) => text !== undefined),
    digests: entries
      .filter(([algorithm]) => algorithm !== 'oms')
      .map(([algorithm, hex]) => ({ algorithm, hex })),
    contentRefs: entries
      .filter(([algorithm]) => algorithm === 'oms')
      .map(([, hex]) => `oms:${hex}`),
    purls: uri?.startsWith('pkg:') === true ? [uri] : [],
    local: pointer,
  });
}
