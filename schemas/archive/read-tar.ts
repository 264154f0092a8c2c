// SPDX-License-Identifier: Apache-2.0
import { extract, type Header } from 'tar-stream';
import { excerpt, isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { findNameFault, refuse } from './member-name.ts';
import type { ArchiveBudget } from './budget.ts';
import type { ArchiveMember, ArchiveProblem } from './model.ts';

const BLOCK = 512;

/** One member as tar-stream gives it: a header, then the bytes. */
type TarEntry = AsyncIterable<unknown> & { readonly header: Header };

/**
 * Reads every plain file of a tar. Links, devices and paths that leave the archive are problems, not members.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT for a damaged or truncated tar, ERR_LIMIT_ITEMS, ERR_LIMIT_SIZE
 * @see POSIX.1-2017 pax, "ustar Interchange Format" and "pax Interchange Format"
 */
export async function readTar(
  bytes: Uint8Array,
  budget: ArchiveBudget,
): Promise<{ members: ArchiveMember[]; problems: ArchiveProblem[] }> {
  const members: ArchiveMember[] = [];
  const problems: ArchiveProblem[] = [];
  const seen = new Set<string>();
  const reader = extract();
  reader.end(bytes);
  try {
    for await (const entry of reader) {
      budget.addMembers(1);
      await readTarEntry(entry, budget, seen, members, problems);
    }
  } catch (cause) {
    if (isPedigreeError(cause)) throw cause;
    const reason = cause instanceof Error ? excerpt(cause.message) : 'unreadable';
    throw new PedigreeError('ERR_PARSE_DOCUMENT', `damaged or truncated tar: ${reason}`, { cause });
  }
  if (!endsInZeros(bytes)) {
    problems.push({
      code: 'no-end-marker',
      pointer: '',
      message: 'the tar ends without its end marker: members may be missing',
    });
  }
  return { members, problems };
}

async function readTarEntry(
  entry: TarEntry,
  budget: ArchiveBudget,
  seen: Set<string>,
  members: ArchiveMember[],
  problems: ArchiveProblem[],
): Promise<void> {
  const { name, type } = entry.header;
  const fault =
    type === 'directory' ? undefined : (findNameFault(name) ?? findTypeFault(entry.header));
  const isFile = fault === undefined && type !== 'directory';
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) {
    if (!(chunk instanceof Uint8Array)) continue;
    budget.addBytes(chunk.length);
    if (isFile) chunks.push(chunk);
  }
  if (fault !== undefined) problems.push(fault);
  if (!isFile) return;
  if (seen.has(name)) problems.push(refuse('duplicate-member', name, 'a name used twice'));
  seen.add(name);
  members.push({ name, bytes: Buffer.concat(chunks) });
}

function findTypeFault({ name, type }: Header): ArchiveProblem | undefined {
  switch (type) {
    case 'file':
    case 'contiguous-file':
      return undefined;
    case 'symlink':
    case 'link':
      return refuse('member-link', name, 'a link');
    default:
      return refuse('member-special', name, 'not a plain file');
  }
}

/** Two blocks of zeros end a tar; readers in use accept one. */
function endsInZeros(bytes: Uint8Array): boolean {
  return bytes.length >= BLOCK && bytes.subarray(-BLOCK).every((byte) => byte === 0);
}
