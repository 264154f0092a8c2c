// SPDX-License-Identifier: Apache-2.0
// Exactness: what gen-sboms.py knows about its own documents against what we answer, for several seeds and sizes.
// Exits with 1 on any difference.
//   node bench/run.ts truth
import { join } from 'node:path';
import { ingestPath, openHomeAt } from './support/home.ts';
import { report } from './support/measure.ts';
import { generateSboms, withScratch } from './support/sboms.ts';
import { differencesIn } from './support/truth.ts';

const COMPONENTS = 300;
/** The generator's own seed (undefined) and three others. */
const SEEDS = [undefined, 1, 7, 1234];
const SIZES = [100, 300];

await withScratch(async (scratch) => {
  for (const seed of SEEDS) for (const size of SIZES) await check(scratch, size, seed);
});

async function check(scratch: string, documents: number, seed: number | undefined): Promise<void> {
  const name = `seed ${seed ?? 'of the generator'}, ${documents} documents`;
  const corpus = await generateSboms(scratch, documents, COMPONENTS, seed);
  const opened = await openHomeAt(join(scratch, `home-${documents}-${seed ?? 'default'}`));
  try {
    await ingestPath(opened, corpus.folder);
    const { checked, differences } = await differencesIn(opened.pedigree, corpus, documents);
    for (const difference of differences) process.stderr.write(`${name}: ${difference}\n`);
    const wrong = differences.length;
    report({ what: name, value: wrong, unit: 'wrong answers', most: 0, note: `${checked} asked` });
    if (wrong > 0 || checked === 0) process.exitCode = 1;
  } finally {
    await opened.close();
  }
}
