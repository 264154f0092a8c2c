// SPDX-License-Identifier: Apache-2.0
import { findDigest } from '../../core/digest.ts';
import { levelOf } from '../../graph/domain/node-ref.ts';
import type { ReadContext } from './extractor.ts';
import type { EntityInput, FactsBuilder } from './facts-builder.ts';

/**
 * Adds what a document is about: the caller's `--subject` where there is one, together with what the document itself says of
 * it, else the document's own record. Declares it as the document's subject.
 */
export function addSubject(
  builder: FactsBuilder,
  context: ReadContext,
  record: EntityInput,
): number {
  const id = builder.entity(
    context.subject === undefined ? record : withRef(record, context.subject),
  );
  builder.subject(id);
  return id;
}

/** The record with one more identity, sorted into what the ref is worth. */
function withRef(record: EntityInput, ref: string): EntityInput {
  const colon = ref.indexOf(':');
  const [algorithm, hex] = [ref.slice(0, colon), ref.slice(colon + 1)];
  if (colon > 0 && findDigest(algorithm, hex) !== undefined) {
    return { ...record, digests: [{ algorithm, hex }, ...(record.digests ?? [])] };
  }
  if (ref.startsWith('pkg:')) return { ...record, purls: [ref, ...(record.purls ?? [])] };
  switch (levelOf(ref)) {
    case 'digest':
      return { ...record, contentRefs: [ref, ...(record.contentRefs ?? [])] };
    case 'coordinate':
      return { ...record, coordinates: [ref, ...(record.coordinates ?? [])] };
    default:
      return { ...record, nameRefs: [ref, ...(record.nameRefs ?? [])] };
  }
}
