// SPDX-License-Identifier: Apache-2.0
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOCUMENT_FORMATS, exportAs, type DocumentFormat } from '../../api/export/formats.ts';
import { projectRef } from '../../api/service/exports.ts';
import { isPedigreeError } from '../../core/errors.ts';
import { worldArbitrary, WORLD_TARGETS } from '../support/arbitrary-world.ts';
import { describePeer, peerPath } from '../support/peers.ts';
import { hasShared } from '../support/shared.ts';
import {
  CHAIN,
  ingestSamples,
  OBSERVERS,
  openStoryWorld,
  storyDigest,
} from '../support/story-world.ts';
import { inWorld, type World } from '../support/world.ts';

type Json = Record<string, unknown>;
const run = promisify(execFile);
const CHECKER = join(import.meta.dirname, '../../tools/peers/check-boms.py');

/** Other people's checkers, against what we export. `tools/peers/bom-checkers.sh` installs them. */
describePeer('the official schemas and their validators', 'spdx3-model/.complete', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pedigree-exports-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const documents: { format: DocumentFormat; bytes: Uint8Array }[] = [];
  const addAll = async (world: World, ref: string, direction: 'up' | 'both'): Promise<void> => {
    try {
      const projection = await projectRef(world.pedigree, ref, direction);
      for (const format of DOCUMENT_FORMATS) {
        documents.push({ format, bytes: exportAs(format, projection, 'pedigree/test').bytes });
      }
    } catch (error) {
      if (!isPedigreeError(error) || error.code !== 'ERR_NOT_FOUND') throw error;
    }
  };

  beforeAll(async () => {
    for (const [at, received] of fc.sample(worldArbitrary, { numRuns: 12, seed: 7 }).entries()) {
      await inWorld({}, async (world) => {
        await world.ingest(received);
        for (const target of WORLD_TARGETS)
          await addAll(world, target, at % 2 === 0 ? 'up' : 'both');
      });
    }
    if (!hasShared()) return;
    const world = await openStoryWorld();
    try {
      await ingestSamples(world, [...CHAIN, ...OBSERVERS]);
      await addAll(world, storyDigest('models/triage-v2/model.onnx'), 'up');
      await addAll(world, storyDigest('data/raw/newbatch.csv'), 'both');
    } finally {
      await world.close();
    }
  });

  const check = async (
    wanted: readonly { format: DocumentFormat; bytes: Uint8Array | string }[],
  ): Promise<{ valid: boolean; errors: string[] }[]> => {
    const files = wanted.map(({ format, bytes }, at) => {
      const file = join(folder, `${at}.${format}.json`);
      writeFileSync(file, bytes);
      return `${format}=${file}`;
    });
    const python = peerPath('bom-checkers', 'bin', 'python');
    const { stdout } = await run(python, [CHECKER, peerPath('spdx3-model'), ...files], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { valid: boolean; errors: string[] });
  };

  const spdx3Schema = (): ((document: unknown) => unknown) => {
    const file = peerPath('spdx3-model', 'resources', 'schema-v3.0.1.json');
    const checkSchema = new Ajv2020({ strict: false }).compile(
      JSON.parse(readFileSync(file, 'utf8')) as Json,
    );
    return (document) => (checkSchema(document) ? [] : checkSchema.errors?.slice(0, 5));
  };

  test('SPDX 3.0.1: the JSON schema takes each document', () => {
    const errorsOf = spdx3Schema();
    const exported = documents.filter(({ format }) => format === 'spdx3');
    expect(exported.length).toBeGreaterThan(10);
    for (const { bytes } of exported) {
      expect(errorsOf(JSON.parse(new TextDecoder().decode(bytes)))).toEqual([]);
    }
  });

  test('SPDX 3.0.1: and refuses one that is broken', () => {
    const errorsOf = spdx3Schema();
    const text = new TextDecoder().decode(
      documents.find(({ format }) => format === 'spdx3')?.bytes,
    );
    const broken = (change: (graph: Json[]) => void): unknown => {
      const root = JSON.parse(text) as { '@graph': Json[] };
      change(root['@graph']);
      return errorsOf(root);
    };
    expect(broken(() => undefined)).toEqual([]);
    expect(broken((graph) => delete graph.at(-1)?.['creationInfo'])).not.toEqual([]);
    expect(broken((graph) => graph.push({ type: 'Relationship' }))).not.toEqual([]);
    expect(broken((graph) => Object.assign(graph.at(-1) ?? {}, { surprise: 1 }))).not.toEqual([]);
  });

  test(
    'cyclonedx-python-lib and the SHACL model take each document',
    { timeout: 300_000 },
    async () => {
      const sample = [
        ...documents.filter(({ format }) => format === 'cyclonedx'),
        // shapes are checked slowly
        ...documents.filter(({ format }) => format === 'spdx3').slice(-6),
      ];
      const verdicts = await check(sample);
      expect(verdicts).toHaveLength(sample.length);
      expect(verdicts.filter(({ valid }) => !valid).map(({ errors }) => errors)).toEqual([]);
    },
  );

  test('and refuse what is broken', { timeout: 120_000 }, async () => {
    const last = (format: DocumentFormat): string =>
      new TextDecoder().decode(documents.findLast((one) => one.format === format)?.bytes);
    const verdicts = await check([
      {
        format: 'cyclonedx',
        bytes: last('cyclonedx').replace(
          '"specVersion": "1.7"',
          '"specVersion": "1.7", "surprise": 1',
        ),
      },
      {
        format: 'spdx3',
        bytes: last('spdx3').replace('"relationshipType": "', '"relationshipType": "not'),
      },
    ]);
    expect(verdicts.map(({ valid }) => valid)).toEqual([false, false]);
  });
});
