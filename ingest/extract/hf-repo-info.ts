// SPDX-License-Identifier: Apache-2.0
import { kindsOfFileName } from '../../schemas/file-kind.ts';
import { parseHfRepoInfo, type HfRepoFile } from '../../schemas/hf-repo-info/parse.ts';
import type { FormatReader } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { hubRecord } from './hub-reference.ts';
import { finishReading, jsonOf } from './reading.ts';
import { boundedLocal } from './resource-entity.ts';
import { addSubject } from './subject.ts';

/** Repositories of the Hugging Face Hub: which files a commit holds, by the Hub's word. The card is a document inside. */
export const hfRepoInfoReader: FormatReader = {
  formats: ['hf-repo-info'],
  extractor: 'hf-repo-info@1',
  read(decoded, detected, context) {
    const info = parseHfRepoInfo(jsonOf(decoded));
    const builder = new FactsBuilder(context.digest);
    const { type, id, commit, lastModified } = info;
    const record = hubRecord(builder, { type, text: id, revision: commit, pointer: '/id' });
    const attributes = { commit, ...(lastModified === undefined ? {} : { lastModified }) };
    const repository = addSubject(builder, context, { ...record, attributes });
    for (const file of info.files.filter(({ sha256 }) => sha256 !== undefined)) {
      builder.edge(repository, 'contains', addFile(builder, file), file.pointer);
    }
    const bare = info.files.filter(({ sha256 }) => sha256 === undefined).length;
    if (bare > 0) builder.problem('no-digest', '/siblings', `${bare} files without a SHA-256`);
    const [coordinate] = record.coordinates ?? [];
    return {
      ...finishReading(builder, { detected, statementKind: 'listing' }, context, []),
      inner: info.documents.map(({ path, text }) => ({
        name: path,
        bytes: new TextEncoder().encode(text),
        ...(coordinate === undefined ? {} : { subject: coordinate }),
      })),
    };
  },
};

function addFile(builder: FactsBuilder, { path, sha256, pointer }: HfRepoFile): number {
  return builder.entity({
    kinds: kindsOfFileName(path),
    pointer,
    names: [path],
    digests: [{ algorithm: 'sha256', hex: sha256 ?? '' }],
    local: boundedLocal(`path:${path}`),
  });
}
