// SPDX-License-Identifier: Apache-2.0
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openPedigree, type Opened } from '../../cli/wire.ts';
import { receivePath } from '../../ingest/receive/files.ts';

/** A fresh home with an embedded store, as `pedigree` makes it. */
export async function openHomeAt(folder: string): Promise<Opened> {
  return openPedigree({ home: folder, store: 'embedded', allowSimulated: true });
}

/** Ingests a file or folder as the command does. @returns how many documents were accepted */
export async function ingestPath(opened: Opened, path: string): Promise<number> {
  const outcomes = await opened.pedigree.ingest(receivePath(path), {
    project: 'default',
    submittedBy: 'bench',
  });
  return outcomes.filter(({ standing }) => standing === 'accepted').length;
}

/** Bytes of all files below a folder. */
export async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
