// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ingestPath, openHomeAt } from '../../bench/support/home.ts';
import { filesOf, generateSboms, withScratch, type Corpus } from '../../bench/support/sboms.ts';
import { differencesIn, subjectsReached } from '../../bench/support/truth.ts';
import type { Opened } from '../../cli/wire.ts';
import { describeShared } from '../support/shared.ts';

const DOCUMENTS = 120;
/** The largest size up to DOCUMENTS that the generator has counted. */
const COUNTED = 100;
const COMPONENTS = 300;
const SEEDS = [20261121, 4];

interface Sbom {
  readonly metadata: { readonly component: { readonly purl: string } };
  readonly components: readonly { readonly purl: string }[];
}

/** Read off the documents without any of our code: subjects that contain a purl, or a subject that does, however deep. */
function subjectsContaining(purl: string, sboms: readonly Sbom[]): string[] {
  const reached = new Set([purl]);
  for (let before = 0; before < reached.size;) {
    before = reached.size;
    for (const { metadata, components } of sboms) {
      if (components.some((part) => reached.has(part.purl))) reached.add(metadata.component.purl);
    }
  }
  reached.delete(purl);
  return [...reached].sort();
}

async function inHome<T>(
  seed: number,
  work: (corpus: Corpus, opened: Opened) => Promise<T>,
): Promise<T> {
  return withScratch(async (scratch) => {
    const corpus = await generateSboms(scratch, DOCUMENTS, COMPONENTS, seed);
    const opened = await openHomeAt(join(scratch, 'home'));
    try {
      return await work(corpus, opened);
    } finally {
      await opened.close();
    }
  });
}

describeShared('generated SBOMs: every blast radius is exact', () => {
  test.each(SEEDS)(
    'seed %i: as many as the generator counted, and these and no others',
    async (seed) => {
      await inHome(seed, async (corpus, opened) => {
        const files = await filesOf(corpus);
        const sboms = await Promise.all(
          files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as Sbom),
        );

        for (const file of files.slice(0, COUNTED)) expect(await ingestPath(opened, file)).toBe(1);
        const { checked, differences } = await differencesIn(opened.pedigree, corpus, COUNTED);
        expect(differences).toEqual([]);
        expect(checked).toBe(4);

        expect(await ingestPath(opened, corpus.folder)).toBe(DOCUMENTS);
        const libraries = [
          ...new Set(sboms.flatMap(({ components }) => components.map((one) => one.purl))),
        ];
        const sampled = libraries.filter((_, at) => at % 400 === 0);
        const asked = [...sampled, ...Object.values(corpus.targets).map(({ purl }) => purl)];
        expect(asked.length).toBeGreaterThan(15);
        for (const purl of asked) {
          const reached = await subjectsReached(opened.pedigree, purl);
          expect(reached.affected).toEqual(subjectsContaining(purl, sboms));
          expect(reached.possible).toEqual([]);
        }
      });
    },
  );

  test('a package that no document lists reaches nothing, and is not invented', async () => {
    await inHome(SEEDS[0] ?? 0, async (corpus, opened) => {
      const [file] = await filesOf(corpus);
      expect(await ingestPath(opened, file ?? '')).toBe(1);
      await expect(
        opened.pedigree.blastRadius(['pkg:pypi/no-such-lib@1.0.0']),
      ).rejects.toMatchObject({
        code: 'ERR_NOT_FOUND',
      });
    });
  });

  test('once its only document is retracted, a package reaches nobody', async () => {
    await inHome(SEEDS[1] ?? 0, async (corpus, opened) => {
      const [file] = await filesOf(corpus);
      const path = file ?? '';
      await ingestPath(opened, path);
      const sbom = JSON.parse(await readFile(path, 'utf8')) as Sbom;
      const purl = sbom.components[0]?.purl ?? '';
      const before = await subjectsReached(opened.pedigree, purl);
      expect(before.affected).toEqual([sbom.metadata.component.purl]);
      const digest = opened.pedigree.ledger.knowledge.documents[0]?.digest;
      if (digest === undefined) throw new Error('nothing was logged');
      await opened.pedigree.retract('default', digest, 'a test');
      await expect(opened.pedigree.blastRadius([purl])).rejects.toMatchObject({
        code: 'ERR_NOT_FOUND',
      });
    });
  });
});
