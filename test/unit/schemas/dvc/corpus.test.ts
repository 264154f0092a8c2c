// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { dvcReader } from '../../../../ingest/extract/dvc.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { detectDvc } from '../../../../schemas/dvc/detect.ts';
import { parseDvcLock, parseDvcPointer } from '../../../../schemas/dvc/parse.ts';
import { Comparison, corpusOf, readWith } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { DvcPath, DvcStage } from '../../../../schemas/dvc/model.ts';

const line = ({ path, md5 }: DvcPath): string => `${path}|md5:${md5 ?? ''}`;

function byStage(
  stages: readonly DvcStage[],
  pick: (stage: DvcStage) => readonly DvcPath[],
): Record<string, string[]> {
  const byPath = (a: DvcPath, b: DvcPath): number => (a.path < b.path ? -1 : 1);
  const entries = stages.map(
    (stage) => [stage.name, [...pick(stage)].sort(byPath).map(line)] as const,
  );
  return Object.fromEntries(entries.filter(([, lines]) => lines.length > 0));
}

/** Which stage reads what another wrote, from the extracted facts. */
function stageEdges(bytes: Uint8Array): string[] {
  const { facts } = readWith(detectDvc, dvcReader, bytes);
  const step = (id: number): string => facts.nodes[id]?.attributes?.['step'] ?? '?';
  return facts.edges
    .filter(({ relation }) => relation === 'wasInformedBy')
    .map(({ from, to }) => `${step(to)}->${step(from)}`)
    .sort();
}

describeShared('DVC documents of the corpus', () => {
  test('every fact', () => {
    const comparison = new Comparison();
    for (const { path, version, expect: expected } of corpusOf('dvc')) {
      const bytes = readShared('corpus', path);
      const text = new TextDecoder().decode(bytes);
      const detected = detectDvc(decode(bytes));
      const check = (name: string, found: unknown): void =>
        comparison.check(`${path} ${name}`, found, expected[name]);
      if (expected['kind'] === 'dvc.lock') {
        const lock = parseDvcLock(text);
        comparison.check(`${path} detected`, detected, { format: 'dvc-lock', version });
        check('schema', lock.schema);
        check('stages', lock.stages.map(({ name }) => name).sort());
        const ordered = (record: Record<string, string[]>, like: unknown): unknown =>
          Object.fromEntries(Object.keys(like as object).map((key) => [key, record[key]]));
        check(
          'deps',
          ordered(
            byStage(lock.stages, ({ deps }) => deps),
            expected['deps'],
          ),
        );
        check(
          'outs',
          ordered(
            byStage(lock.stages, ({ outs }) => outs),
            expected['outs'],
          ),
        );
        check('edges_stage_to_stage', stageEdges(bytes));
        const isDirectory = ({ md5 }: DvcPath): boolean => md5?.endsWith('.dir') === true;
        check('dir_outputs', lock.stages.flatMap(({ outs }) => outs).filter(isDirectory).length);
        continue;
      }
      const pointer = parseDvcPointer(text);
      comparison.check(`${path} detected`, detected?.format, 'dvc-pointer');
      const [out] = pointer.outs;
      check('outs', pointer.outs.map(line));
      check('deps', pointer.deps.map(line));
      check('dir', out?.md5?.endsWith('.dir'));
      check('size', Number(out?.sizeBytes));
      check('nfiles', Number(out?.fileCount));
    }
    comparison.report('dvc');
    expect(comparison.wrong).toEqual([]);
    expect(comparison.compared).toBeGreaterThan(40);
  });
});
