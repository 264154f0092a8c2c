// SPDX-License-Identifier: Apache-2.0
import { kindsOfFileName } from '../../../schemas/file-kind.ts';
import { parseSourceTree } from '../../../schemas/statements/source-tree.ts';
import type { FormatReader } from '../extractor.ts';
import { FactsBuilder } from '../facts-builder.ts';
import { finishReading, jsonOf } from '../reading.ts';

/** A commit contains files: what provenance knows by its commit and what links know by their digests meet here. */
export const sourceTreeReader: FormatReader = {
  formats: ['pedigree-source-tree'],
  extractor: 'pedigree-source-tree/1',
  read(decoded, detected, context) {
    const { repository, commit, files } = parseSourceTree(jsonOf(decoded));
    const builder = new FactsBuilder(context.digest);
    const pointer = '/subject/0';
    const code = builder.entity({
      kinds: ['Code'],
      pointer,
      names: [repository],
      coordinates: [`git:${repository}@${commit}`],
      local: pointer,
    });
    builder.subject(code);
    for (const [at, { path, sha256 }] of files.entries()) {
      const place = `/predicate/files/${at}`;
      const file = builder.entity({
        kinds: [...kindsOfFileName(path)],
        pointer: place,
        names: [path],
        digests: [{ algorithm: 'sha256', hex: sha256 }],
        local: place,
      });
      builder.edge(code, 'contains', file, place);
    }
    return finishReading(builder, { detected, statementKind: 'listing' }, context, []);
  },
};
