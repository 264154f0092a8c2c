// SPDX-License-Identifier: Apache-2.0
import { parseDvcLock, parseDvcPointer } from '../../../schemas/dvc/parse.ts';
import { textOf } from './reading.ts';
import type { Facts } from '../../../graph/domain/facts.ts';
import type { DvcPath, DvcStage } from '../../../schemas/dvc/model.ts';
import type { FormatComparer, FoundFacts } from '../comparer.ts';

/** `dvc.lock` and `.dvc` files. */
export const dvc: FormatComparer = {
  formats: ['dvc'],
  facts(document) {
    const text = textOf(document);
    const format = document.prepared[0]?.format;
    return format === 'dvc-lock'
      ? lockFacts(text, document.prepared[0]?.facts ?? undefined)
      : pointerFacts(text);
  },
  detected: ({ version, expect }) =>
    expect['kind'] === 'dvc.lock'
      ? { format: 'dvc-lock', version: String(version) }
      : { format: 'dvc-pointer', version: null },
};

function lockFacts(text: string, facts: Facts | undefined): FoundFacts {
  const { schema, stages } = parseDvcLock(text);
  return {
    kind: 'dvc.lock',
    schema,
    stages: stages.map(({ name }) => name).sort(),
    deps: byStage(stages, ({ deps }) => deps),
    outs: byStage(stages, ({ outs }) => outs),
    edges_stage_to_stage: stageEdges(facts),
    dir_outputs: stages.flatMap(({ outs }) => outs).filter(isDirectory).length,
  };
}

function pointerFacts(text: string): FoundFacts {
  const { outs, deps } = parseDvcPointer(text);
  const [out] = outs;
  return {
    kind: '.dvc',
    outs: outs.map(line),
    deps: deps.map(line),
    dir: out !== undefined && isDirectory(out),
    size: Number(out?.sizeBytes),
    nfiles: Number(out?.fileCount),
  };
}

const line = ({ path, md5 }: DvcPath): string => `${path}|md5:${md5 ?? ''}`;

function isDirectory({ md5 }: DvcPath): boolean {
  return md5?.endsWith('.dir') === true;
}

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

/** Which stage reads what another wrote, from the facts that the graph is given. */
function stageEdges(facts: Facts | undefined): string[] {
  const step = (id: number): string => facts?.nodes[id]?.attributes?.['step'] ?? '?';
  return (facts?.edges ?? [])
    .filter(({ relation }) => relation === 'wasInformedBy')
    .map(({ from, to }) => `${step(to)}->${step(from)}`)
    .sort();
}
