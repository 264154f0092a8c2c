// SPDX-License-Identifier: Apache-2.0
import { crc32 } from 'node:zlib';
import { fromBufferPromise, getFileNameLowLevel, type Entry, type ZipFile } from 'yauzl';
import { excerpt, isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { findNameFault, refuse } from './member-name.ts';
import type { ArchiveBudget } from './budget.ts';
import type { ArchiveMember, ArchiveProblem } from './model.ts';

/** POSIX file type bits of the external attributes. */
const TYPE_MASK = 0o170000;
const REGULAR_FILE = 0o100000;
const SYMLINK = 0o120000;

/** A member that may be read. */
interface ReadableEntry {
  readonly name: string;
  readonly entry: Entry;
}

/** A zip whose members are listed and not yet unpacked. */
export interface ZipListing {
  readonly names: readonly string[];
  readonly problems: readonly ArchiveProblem[];
  /** Unpacks the listed members. Call once. */
  readMembers(): Promise<{ members: ArchiveMember[]; problems: ArchiveProblem[] }>;
}

/**
 * Lists a zip by its central directory. Members that cannot be read safely (encrypted, links, paths that leave the archive,
 * compression that is not read) are problems, not members.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT for a damaged or truncated zip, ERR_LIMIT_ITEMS
 * @see PKWARE APPNOTE 6.3.10
 */
export async function listZip(bytes: Uint8Array, budget: ArchiveBudget): Promise<ZipListing> {
  const problems: ArchiveProblem[] = [];
  const entries: ReadableEntry[] = [];
  const zip = await damaged(openZip(bytes));
  budget.addMembers(zip.entryCount);
  await damaged(collectEntries(zip, entries, problems));
  return {
    names: entries.map(({ name }) => name),
    problems,
    readMembers: () => readMembers(zip, entries, budget),
  };
}

async function openZip(bytes: Uint8Array): Promise<ZipFile> {
  return fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
    lazyEntries: true,
    // names are decoded and judged here, so that one bad name refuses one member and not the archive
    decodeStrings: false,
    validateEntrySizes: true,
    autoClose: false,
  });
}

async function collectEntries(
  zip: ZipFile,
  entries: ReadableEntry[],
  problems: ArchiveProblem[],
): Promise<void> {
  const seen = new Set<string>();
  for await (const entry of zip.eachEntry()) {
    const name = getFileNameLowLevel(
      entry.generalPurposeBitFlag,
      entry.fileNameRaw,
      entry.extraFields,
      false,
    );
    if (name.endsWith('/') && entry.uncompressedSize === 0) continue;
    const fault = findNameFault(name) ?? findEntryFault(entry, name);
    if (fault !== undefined) {
      problems.push(fault);
      continue;
    }
    if (seen.has(name)) problems.push(refuse('duplicate-member', name, 'a name used twice'));
    seen.add(name);
    entries.push({ name, entry });
  }
}

function findEntryFault(entry: Entry, name: string): ArchiveProblem | undefined {
  if (entry.isEncrypted()) return refuse('member-encrypted', name, 'encrypted');
  const type = (entry.externalFileAttributes >>> 16) & TYPE_MASK;
  if (type === SYMLINK) return refuse('member-link', name, 'a symbolic link');
  if (type !== 0 && type !== REGULAR_FILE)
    return refuse('member-special', name, 'not a plain file');
  if (!entry.canDecodeFileData()) {
    return refuse('member-compression', name, `compression method ${entry.compressionMethod}`);
  }
  return undefined;
}

async function readMembers(
  zip: ZipFile,
  entries: readonly ReadableEntry[],
  budget: ArchiveBudget,
): Promise<{ members: ArchiveMember[]; problems: ArchiveProblem[] }> {
  const members: ArchiveMember[] = [];
  const problems: ArchiveProblem[] = [];
  for (const { name, entry } of entries) {
    const bytes = await damaged(readEntry(zip, entry, budget));
    if (crc32(bytes) === entry.crc32) members.push({ name, bytes });
    else problems.push(refuse('member-damaged', name, 'its checksum does not match'));
  }
  return { members, problems };
}

async function readEntry(zip: ZipFile, entry: Entry, budget: ArchiveBudget): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    budget.addBytes((chunk as Uint8Array).length);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

/** Every fault that the zip reader itself finds means the same: these bytes are no sound zip. */
async function damaged<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    if (isPedigreeError(cause)) throw cause;
    const reason = cause instanceof Error ? excerpt(cause.message) : 'unreadable';
    throw new PedigreeError('ERR_PARSE_DOCUMENT', `damaged or truncated zip: ${reason}`, { cause });
  }
}
