// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DOCUMENT_FORMATS, exportAs, type DocumentFormat } from '../../api/export/formats.ts';
import {
  EXPORT_DIRECTIONS,
  type ExportDirection,
  type Projection,
} from '../../api/export/projection.ts';
import { projectRef } from '../../api/service/exports.ts';
import { isPedigreeError } from '../../core/errors.ts';
import { parseJson } from '../../core/json.ts';
import { checkCyclonedxConformance } from '../../schemas/cyclonedx/conformance.ts';
import { checkSpdx3Conformance } from '../../schemas/spdx3/conformance.ts';
import { worldArbitrary, WORLD_TARGETS } from '../support/arbitrary-world.ts';
import { compareRoundTrip } from '../support/round-trip.ts';
import { inWorld, type Handed } from '../support/world.ts';

const ENGINE = 'pedigree/test';
const RUNS = 30;
const NOTHING = { missing: [], invented: [], wronglyListed: [] };

const CONFORMANCE: Readonly<
  Record<DocumentFormat, (root: Parameters<typeof checkCyclonedxConformance>[0]) => unknown>
> = {
  cyclonedx: (root) => checkCyclonedxConformance(root).problems,
  spdx3: (root) => checkSpdx3Conformance(root).problems,
};

/** Undefined where the world knows nothing of the target. */
function projectWorld(
  documents: readonly Handed[],
  target: string,
  direction: ExportDirection,
): Promise<Projection | undefined> {
  return inWorld({}, async (world) => {
    await world.ingest(documents);
    try {
      return await projectRef(world.pedigree, target, direction);
    } catch (error) {
      if (isPedigreeError(error) && error.code === 'ERR_NOT_FOUND') return undefined;
      throw error;
    }
  });
}

describe.each(DOCUMENT_FORMATS)('any world as %s', (format) => {
  test(
    'is valid, and read back says what was said, and no more',
    { timeout: 120_000 },
    async () => {
      let exports = 0;
      await fc.assert(
        fc.asyncProperty(
          worldArbitrary,
          fc.constantFrom(...WORLD_TARGETS),
          fc.constantFrom(...EXPORT_DIRECTIONS),
          async (documents, target, direction) => {
            const projection = await projectWorld(documents, target, direction);
            if (projection === undefined) return;
            exports++;
            const exported = exportAs(format, projection, ENGINE);
            expect(CONFORMANCE[format](parseJson(exported.bytes).value)).toEqual([]);
            expect(await compareRoundTrip(projection, exported, exported.bytes)).toEqual(NOTHING);
            expect(exportAs(format, structuredClone(projection), ENGINE)).toEqual(exported);
          },
        ),
        { numRuns: RUNS },
      );
      expect(exports).toBeGreaterThan(RUNS / 6);
    },
  );

  test('in another order of arrival the same is stated', { timeout: 120_000 }, async () => {
    const stated = ({ nodes, edges, scores, completeness }: Projection): unknown => {
      return { nodes, edges, scores, completeness };
    };
    await fc.assert(
      fc.asyncProperty(
        worldArbitrary,
        fc.constantFrom(...WORLD_TARGETS),
        async (documents, target) => {
          const one = await projectWorld(documents, target, 'both');
          const other = await projectWorld(documents.toReversed(), target, 'both');
          expect(other === undefined).toBe(one === undefined);
          if (one !== undefined && other !== undefined) expect(stated(other)).toEqual(stated(one));
        },
      ),
      { numRuns: 8 },
    );
  });
});
