// SPDX-License-Identifier: Apache-2.0
import { EMPTY_SHA256 } from '../../core/digest.ts';
import type { Facts } from '../../graph/domain/facts.ts';
import { kindsOfFileName } from '../../schemas/file-kind.ts';
import { omsRef } from '../../schemas/oms/manifest.ts';
import type { ModelFolder } from '../receive/model-folder.ts';
import { FactsBuilder } from './facts-builder.ts';

/** What hashing a folder shows: it is the thing that an OMS signature of it signs, and it contains each file. */
export function extractModelFolder({ name, root, files }: ModelFolder): Facts {
  const builder = new FactsBuilder(root);
  const kinds = files.flatMap(({ path }) => kindsOfFileName(path));
  // as a signature of the same files is read
  const kind = kinds.includes('Dataset') && !kinds.includes('Model') ? 'Dataset' : 'Model';
  const folder = builder.nodeOf(omsRef(root), [kind], [name]);
  builder.subject(folder);
  for (const [at, { path, digest }] of files.entries()) {
    const pointer = `/${at}`;
    if (digest === EMPTY_SHA256) {
      builder.problem('empty-content', pointer, `"${path}" is empty and joins nothing`);
      continue;
    }
    const file = builder.nodeOf(digest, kindsOfFileName(path), [path]);
    builder.edge(folder, 'contains', file, pointer, { strength: 'computed' });
  }
  return builder.build({ format: 'model-folder', version: 'oms/1.0', statementKind: 'listing' });
}
