// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { pointerJoin } from '../../core/json.ts';
import { ArchiveBudget } from '../../schemas/archive/budget.ts';
import { detectArchive, type ArchiveKind } from '../../schemas/archive/detect.ts';
import { inflate } from '../../schemas/archive/inflate.ts';
import { findArtefactKind, mayHoldDocuments } from '../../schemas/archive/purpose.ts';
import { readTar } from '../../schemas/archive/read-tar.ts';
import { listZip } from '../../schemas/archive/read-zip.ts';
import type { ArchiveLimits } from '../../schemas/archive/model.ts';
import type { Problem } from '../../graph/domain/facts.ts';
import type { InnerDocument } from '../extract/extractor.ts';
import {
  findLayoutFiles,
  isOfDigest,
  LAYOUT_BLOBS,
  LAYOUT_INDEX,
  LAYOUT_MARK,
} from './oci-layout.ts';

/** The documents found in an archive. */
export interface Unpacked {
  readonly kind: ArchiveKind;
  /** Empty where the archive is an artefact and not a bundle of documents (problem `artefact-archive`). */
  readonly members: readonly InnerDocument[];
  /** Members that were left out, and why. */
  readonly problems: readonly Problem[];
}

/**
 * Opens one layer of an archive. Whether what is inside is opened again, and how deep, is the caller's decision
 * (LIMITS.unpackDepth). A model file, a package or an office document that happens to be a zip or tar is not opened: it is
 * one artefact, known by its own digest (purpose.ts says how that is told).
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the bytes are no archive, damaged or truncated; ERR_LIMIT_ITEMS,
 *   ERR_LIMIT_SIZE, ERR_LIMIT_RATIO
 */
export async function unpackArchive(bytes: Uint8Array, limits: ArchiveLimits): Promise<Unpacked> {
  const kind = detectArchive(bytes);
  if (kind === undefined) throw new PedigreeError('ERR_PARSE_DOCUMENT', 'not an archive');
  // not slice(): of a Buffer that is a view of the same memory
  const own = new Uint8Array(bytes);
  const budget = new ArchiveBudget(limits, own.length);
  switch (kind) {
    case 'zip':
      return unpackZip(own, budget);
    case 'tar':
      return unpackTar(own, budget);
    case 'gzip':
    case 'zstd': {
      budget.addMembers(1);
      const content = await inflate(kind, own, budget);
      return { kind, members: [{ name: 'content', bytes: content }], problems: [] };
    }
  }
}

async function unpackZip(bytes: Uint8Array, budget: ArchiveBudget): Promise<Unpacked> {
  const listing = await listZip(bytes, budget);
  const artefact = findArtefactProblem(listing.names);
  if (artefact !== undefined) {
    return { kind: 'zip', members: [], problems: [...listing.problems, artefact] };
  }
  const { members, problems } = await listing.readMembers();
  return withoutParts({ kind: 'zip', members, problems: [...listing.problems, ...problems] });
}

async function unpackTar(bytes: Uint8Array, budget: ArchiveBudget): Promise<Unpacked> {
  const { members, problems } = await readTar(bytes, budget);
  const artefact = findArtefactProblem(members.map(({ name }) => name));
  return artefact === undefined
    ? withoutParts({ kind: 'tar', members, problems })
    : { kind: 'tar', members: [], problems: [...problems, artefact] };
}

/** Of an OCI layout only what says something: the parts of images are no documents that somebody handed in. */
async function withoutParts(unpacked: Unpacked): Promise<Unpacked> {
  const byPath = new Map(
    unpacked.members.map((member) => [member.name.replace(/^\.\//, ''), member]),
  );
  if (!byPath.has(LAYOUT_MARK) || !byPath.has(LAYOUT_INDEX)) return unpacked;
  const files = await findLayoutFiles(
    async (path, maxBytes) => {
      const bytes = byPath.get(path)?.bytes;
      return bytes === undefined || bytes.length > maxBytes ? undefined : bytes;
    },
    async (path) => byPath.has(path),
  );
  const isOther = (path: string): boolean =>
    path !== LAYOUT_MARK && path !== LAYOUT_INDEX && !path.startsWith(`${LAYOUT_BLOBS}/`);
  const members = [...byPath].flatMap(([path, member]) => (isOther(path) ? [member] : []));
  const problems: Problem[] = [...unpacked.problems];
  for (const { path, fault } of files) {
    const member = byPath.get(path);
    if (fault === 'missing' || member === undefined)
      problems.push(
        layoutProblem(path, 'blob-missing', 'named by a manifest, and not in the archive'),
      );
    else if (fault === 'altered' || !isOfDigest(path, member.bytes))
      problems.push(
        layoutProblem(path, 'digest-mismatch', 'its content is not what its name says'),
      );
    else members.push(member);
  }
  return { kind: unpacked.kind, members, problems };
}

function layoutProblem(path: string, code: string, message: string): Problem {
  return { code, pointer: pointerJoin('', path), message: `${path}: ${message}` };
}

function findArtefactProblem(names: readonly string[]): Problem | undefined {
  const kind = findArtefactKind(names);
  if (kind !== undefined) return artefactProblem(`a ${kind}`);
  if (names.length === 0 || mayHoldDocuments(names)) return undefined;
  return artefactProblem('an archive in which nothing can be a document');
}

function artefactProblem(what: string): Problem {
  return {
    code: 'artefact-archive',
    pointer: '',
    message: `${what}: kept as one artefact, not opened`,
  };
}
