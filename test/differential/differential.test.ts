// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeShared } from '../support/shared.ts';
import { arePeersBuilt, peersFolder } from './build.ts';
import { DISAGREEMENT_CLASSES } from './classes.ts';
import { describe as describeDisagreement, runDifferential } from './report.ts';

const isCi = process.env['CI'] === 'true';

describe('classes of disagreement', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/tee-differential.md'), 'utf8');
  const explained = [...text.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, id]) => id);

  test('each is explained in docs/tee-differential.md, and nothing else is', () => {
    const ids = new Set(DISAGREEMENT_CLASSES.map(({ id }) => id));
    expect(explained.toSorted()).toEqual([...ids].toSorted());
  });

  test('none takes everything', () => {
    for (const { id, ours, theirs, change } of DISAGREEMENT_CLASSES) {
      const conditions = [ours, theirs, change].filter((one) => one !== undefined);
      // the one that does says that a package merges no statuses at all
      expect([id, id === 'phala-status' ? 1 : conditions.length]).not.toEqual([id, 0]);
    }
  });
});

function definePeerSuite(): void {
  test(
    'they agree with us, or differ in a way that is explained',
    { timeout: 280_000 },
    async () => {
      const { comparisons, unexplained, unused } = await runDifferential();
      expect(unexplained.map(describeDisagreement)).toEqual([]);
      expect(unused).toEqual([]);
      // a comparison in which everybody refuses everything would agree as well
      const agreed = comparisons.filter(({ outcome }) => outcome === 'both-accept');
      expect(agreed.length).toBeGreaterThan(700);
      expect(comparisons.length).toBeGreaterThan(5000);
    },
  );
}

// without the compilers of other languages the suite says by name that it did not run; CI has built them
if (isCi || arePeersBuilt()) {
  describeShared('other verifiers of the same evidence', definePeerSuite);
} else {
  process.stderr.write(`did not run (npm run differential builds it): ${peersFolder()}\n`);
}
