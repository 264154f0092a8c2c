// SPDX-License-Identifier: Apache-2.0
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** The folder of other people’s documents. */
export const SHARED = resolve(
  process.env['PEDIGREE_SHARED'] ?? join(import.meta.dirname, '../../../shared'),
);

/** What the generator knows about one package: how many subjects contain it, directly or through one another. */
export interface Target {
  readonly purl: string;
  readonly by_n: Readonly<
    Record<string, { readonly blast_transitive: number; readonly direct_docs: number }>
  >;
}

export interface Corpus {
  /** Folder with the documents in sub-folders. */
  readonly folder: string;
  readonly documents: number;
  readonly bytes: number;
  readonly targets: Readonly<Record<string, Target>>;
}

/** A scratch folder that is gone when the work is done. */
export async function withScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pedigree-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** CycloneDX documents with known answers, written by gen-sboms.py (python3). */
export async function generateSboms(
  scratch: string,
  documents: number,
  components: number,
  seed?: number,
): Promise<Corpus> {
  const name = `sboms-${documents}-${components}-${seed ?? 'default'}`;
  const folder = join(scratch, name);
  const script = join(SHARED, 'bench/gen-sboms.py');
  const numbers = [documents, components, ...(seed === undefined ? [] : [seed])].map(String);
  await promisify(execFile)('python3', [script, folder, ...numbers]);
  const manifest = await readFile(join(scratch, `${name}-manifest.json`), 'utf8');
  const { bytes, targets } = JSON.parse(manifest) as Pick<Corpus, 'bytes' | 'targets'>;
  return { folder, documents, bytes, targets };
}

/** Every file of a corpus, in name order. */
export async function filesOf(corpus: Corpus): Promise<string[]> {
  const entries = await readdir(corpus.folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
