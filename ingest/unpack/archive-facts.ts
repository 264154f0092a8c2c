// SPDX-License-Identifier: Apache-2.0
import { sha256 } from '../../core/digest.ts';
import { kindsOfFileName } from '../../schemas/file-kind.ts';
import { FactsBuilder } from '../extract/facts-builder.ts';
import type { Facts } from '../../graph/domain/facts.ts';
import type { ReadContext } from '../extract/extractor.ts';
import type { Unpacked } from './unpack-archive.ts';

/**
 * What opening an archive proves by hashing: the archive contains each member. Strength `computed`: no document says so, the
 * bytes do. Members that were left out are problems, so the list does not claim to be complete.
 */
export function extractArchiveFacts(unpacked: Unpacked, context: ReadContext): Facts {
  const builder = new FactsBuilder(context.digest);
  const labels = context.source === undefined ? [] : [context.source];
  const archive = builder.nodeOf(context.digest, ['File'], labels);
  for (const { code, pointer, message } of unpacked.problems)
    builder.problem(code, pointer, message);
  for (const [at, { name, bytes }] of unpacked.members.entries()) {
    const pointer = `/${at}`;
    if (bytes.length === 0) {
      builder.problem('empty-content', pointer, `"${name}" is empty and joins nothing`);
      continue;
    }
    const member = builder.nodeOf(sha256(bytes), [...kindsOfFileName(name)], [name]);
    builder.edge(archive, 'contains', member, pointer, { strength: 'computed' });
  }
  return builder.build({
    format: unpacked.kind,
    version: null,
    statementKind: 'listing',
  });
}
