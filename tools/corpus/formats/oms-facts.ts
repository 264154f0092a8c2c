// SPDX-License-Identifier: Apache-2.0
import { hexOf } from '../../../core/digest.ts';
import { OMS_SIGNATURE_PREDICATE } from '../../../schemas/intoto/predicates.ts';
import { parseOmsManifest, type OmsManifest } from '../../../schemas/oms/manifest.ts';
import type { PreparedDocument } from '../../../ingest/prepare.ts';
import type { Statement } from '../../../schemas/intoto/statement.ts';
import type { FoundFacts } from '../comparer.ts';

/** What a model signature says of the model; undefined for other statements. */
export function omsFacts(
  statement: Statement,
  document: PreparedDocument | undefined,
): FoundFacts | undefined {
  const facts = document?.facts ?? undefined;
  if (document?.format !== 'oms-signature' || facts === undefined) return undefined;
  const root = facts.nodes[facts.subjects[0] ?? -1];
  const isManifest = statement.predicateType === OMS_SIGNATURE_PREDICATE;
  const manifest = isManifest ? parseOmsManifest(statement) : undefined;
  const { method, hashType, allowSymlinks, shardSize, ignorePaths } = manifest?.serialization ?? {};
  const [first] = statement.subjects;
  return {
    predicate_type: document.version,
    name: root?.names[0],
    root_digest: { sha256: first?.digest.find(({ algorithm }) => algorithm === 'sha256')?.value },
    root_digest_recomputed: manifest?.computedRoot && hexOf(manifest.computedRoot),
    serialization_method: method,
    hash_type: hashType,
    allow_symlinks: allowSymlinks,
    ignore_paths: ignorePaths,
    shard_size: shardSize,
    files: new Set(manifest === undefined ? subjectLines(statement) : resourceLines(manifest)),
    resources_count: manifest?.resources.length,
  };
}

function resourceLines({ resources }: OmsManifest): string[] {
  return resources.map(({ name, algorithm, hex }) => `${name}|${algorithm}:${hex}`);
}

/** v0.2.0: the files are the subjects. */
function subjectLines({ subjects }: Statement): string[] {
  return subjects.flatMap(({ name, digest }) =>
    digest.map(({ algorithm, value }) => `${name}|${algorithm}:${value}`),
  );
}
