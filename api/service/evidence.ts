// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import type { IngestOutcome } from '../../ingest/pipeline.ts';
import type { Pedigree } from './pedigree.ts';

export interface Upload {
  readonly project: string;
  /** Label of where it comes from, for people. */
  readonly source: string;
  /** What a report is about that names nothing itself. */
  readonly subject?: string;
  readonly bytes: Uint8Array;
}

/** Ingests one document on behalf of the local owner, with the trust roots of the moment pinned in the log. */
export async function ingestUpload(
  pedigree: Pedigree,
  { project, source, subject, bytes }: Upload,
): Promise<IngestOutcome[]> {
  const { owner } = pedigree;
  if (owner !== null) await pedigree.logTrustRoots(project);
  return pedigree.ingest([{ source: source.slice(0, LIMITS.refChars), bytes }], {
    project,
    submittedBy: owner?.identity ?? 'loopback',
    ...(subject === undefined ? {} : { subject }),
  });
}

/** How an upload ended: something was kept and all of it reads; something waits for a person; nothing was kept. */
export function uploadResult(outcomes: readonly IngestOutcome[]): 'stored' | 'waiting' | 'refused' {
  if (outcomes.every(({ standing }) => standing === 'refused')) return 'refused';
  const isGood = outcomes.every(({ standing }) => standing === 'accepted' || standing === 'opaque');
  return isGood ? 'stored' : 'waiting';
}

/**
 * Bytes of a document that the log names, in whatever project and standing.
 * @throws {PedigreeError} ERR_NOT_FOUND, ERR_STORE_CORRUPT where they are damaged
 */
export async function getEvidence(pedigree: Pedigree, digest: Digest): Promise<Uint8Array> {
  await pedigree.ledger.refresh();
  const { documents } = pedigree.ledger.knowledge;
  const isLogged = documents.some((document) => document.digest === digest);
  const bytes = isLogged ? await pedigree.blobs.find(digest) : undefined;
  if (bytes === undefined)
    throw new PedigreeError('ERR_NOT_FOUND', `no document ${digest} is kept`);
  return bytes;
}
