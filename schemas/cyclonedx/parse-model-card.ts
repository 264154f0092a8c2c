// SPDX-License-Identifier: Apache-2.0
import type { WireReader, Located } from '../wire-reader.ts';
import type { DataEntry, DatasetUse, ModelCard, PerformanceMetric } from './model.ts';

/**
 * Parses a model card.
 * @see https://cyclonedx.org/docs/1.7/json/#components_items_modelCard
 */
export function parseModelCard(read: WireReader, at: Located): ModelCard {
  const parameters = read.object(at, 'modelParameters') ?? { value: {}, pointer: at.pointer };
  const analysis = read.object(at, 'quantitativeAnalysis') ?? { value: {}, pointer: at.pointer };
  return {
    pointer: at.pointer,
    task: read.text(parameters, 'task'),
    architectureFamily: read.text(parameters, 'architectureFamily'),
    modelArchitecture: read.text(parameters, 'modelArchitecture'),
    datasets: read.each(parameters, 'datasets', (item) => parseDatasetUse(read, item)),
    performanceMetrics: read.each(analysis, 'performanceMetrics', (item) =>
      parseMetric(read, item),
    ),
  };
}

/** Parses one entry of `data`, or a dataset described in place. */
export function parseDataEntry(read: WireReader, item: Located): DataEntry {
  const contents = read.object(item, 'contents');
  return {
    pointer: item.pointer,
    bomRef: read.text(item, 'bom-ref'),
    type: read.text(item, 'type'),
    name: read.text(item, 'name'),
    url: contents === undefined ? undefined : read.text(contents, 'url'),
    classification: read.text(item, 'classification'),
  };
}

/** The schema says one of the two forms; a `ref` decides. */
function parseDatasetUse(read: WireReader, item: Located): DatasetUse {
  const ref = read.text(item, 'ref');
  const { pointer } = item;
  if (ref !== undefined) return { form: 'ref', pointer, ref };
  return { form: 'inline', pointer, data: parseDataEntry(read, item) };
}

function parseMetric(read: WireReader, item: Located): PerformanceMetric {
  return {
    pointer: item.pointer,
    type: read.text(item, 'type'),
    value: read.textOrNumber(item, 'value'),
    slice: read.text(item, 'slice'),
  };
}
