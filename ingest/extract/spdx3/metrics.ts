// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../../../schemas/spdx3/model.ts';
import type { Spdx3Graph } from './spdx3-graph.ts';

/**
 * One implied Evaluation for each metric of an AI package. SPDX 3 does not say what a metric was measured on: where the model
 * was tested on one dataset, it was that one; with several, the dataset stays unknown.
 */
export function stateMetrics(graph: Spdx3Graph): void {
  if (graph.particular.length === 0) return;
  const tested = datasetsOf(graph);
  for (const position of graph.particular) {
    const { id, pointer, metrics } = graph.source.artifacts[position] ?? NO_ARTIFACT;
    const model = id === undefined || metrics.length === 0 ? undefined : graph.resolve(id, pointer);
    if (model === undefined) continue;
    const datasets = tested.get(model);
    const only = datasets?.size === 1 ? [...datasets][0] : undefined;
    for (const metric of metrics) stateMetric(graph, model, only, metric);
  }
}

const NO_ARTIFACT = { id: undefined, pointer: '', metrics: [] };

function datasetsOf(graph: Spdx3Graph): ReadonlyMap<number, ReadonlySet<number>> {
  const found = new Map<number, Set<number>>();
  for (const position of graph.testing) {
    const relationship = graph.source.relationships[position];
    if (relationship === undefined) continue;
    const { from, to, pointer } = relationship;
    const model = graph.resolve(from, pointer);
    if (model === undefined) continue;
    const datasets = found.get(model) ?? new Set();
    for (const id of to) {
      const dataset = graph.resolve(id, pointer);
      if (dataset !== undefined) datasets.add(dataset);
    }
    found.set(model, datasets);
  }
  return found;
}

function stateMetric(
  graph: Spdx3Graph,
  model: number,
  dataset: number | undefined,
  { key, value, pointer }: Artifact['metrics'][number],
): void {
  const { builder } = graph;
  const metric = key.slice(0, 256);
  const score = value.slice(0, 256);
  const about = builder.entity({
    kinds: ['Evaluation'],
    pointer,
    names: [metric],
    local: pointer,
    attributes: { metric, value: score },
  });
  builder.edge(about, 'evaluates', model, pointer, { strength: 'implied' });
  if (dataset === undefined) return;
  const qualifiers = { metric, value: score };
  builder.edge(about, 'testedOn', dataset, pointer, { strength: 'implied', qualifiers });
  builder.claim({ type: 'evaluation', about, model, dataset, metric, value: score, pointer });
}
