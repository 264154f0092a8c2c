// SPDX-License-Identifier: Apache-2.0
import { hexOf, sha256 } from '../../../core/digest.ts';
import { boundRef, nameRef } from '../../../graph/domain/node-ref.ts';
import { findGitRef } from '../git-ref.ts';
import { datasetEntity, namedEntity, producerKey } from './identity.ts';
import type {
  LineageSource,
  OpenLineageDataset,
  OpenLineageEvent,
  OpenLineageName,
  ParentRun,
} from '../../../schemas/openlineage/model.ts';
import type { FactsBuilder } from '../facts-builder.ts';

/** Hex digits that tell the steps inside one run apart. */
const PART_HEX = 16;

/** The node of a dataset that is only named: what the same event says of it elsewhere counts. */
export type NodeOfName = (name: OpenLineageName) => number;

/** The explicit causes of one dataset, from whichever facet names them. */
type ExplicitLineage = ReadonlyMap<string, readonly LineageSource[]>;

/** States what one event says: of a run, of a job as designed, or of a dataset. */
export function stateEvent(builder: FactsBuilder, event: OpenLineageEvent): void {
  const datasets = new DescribedDatasets(builder, event.producer);
  const nodeOf = namesOf(builder, event, datasets);
  for (const dataset of datasetsOf(event)) {
    const node = datasets.nodeOf(dataset);
    stateColumns(builder, node, dataset, nodeOf);
    if (event.kind === 'dataset') stateDatasetEvent(builder, node, dataset, nodeOf);
  }
  if (event.kind === 'dataset') return;
  const explicit = explicitLineage(event);
  const run = addRun(builder, event);
  builder.subject(run);
  for (const input of event.inputs) {
    const node = datasets.nodeOf(input);
    builder.edge(run, 'used', node, input.pointer, { qualifiers: { role: 'input' } });
  }
  for (const output of event.outputs) {
    const node = datasets.nodeOf(output);
    const causes = explicit.size === 0 ? undefined : explicit.get(keyOf(output));
    if (causes === undefined) builder.edge(node, 'wasGeneratedBy', run, output.pointer);
    else stateExplicitOutput(builder, { run, output, node, causes }, nodeOf);
  }
  stateJobLineage(builder, event, run, nodeOf);
}

function datasetsOf({ dataset, inputs, outputs }: OpenLineageEvent): readonly OpenLineageDataset[] {
  return dataset === undefined ? [...inputs, ...outputs] : [dataset, ...inputs, ...outputs];
}

/** The nodes of the datasets that one event describes. */
class DescribedDatasets {
  readonly #builder: FactsBuilder;
  readonly #producer: string | undefined;
  readonly #nodes = new Map<OpenLineageDataset, number>();

  constructor(builder: FactsBuilder, producer: string | undefined) {
    this.#builder = builder;
    this.#producer = producer;
  }

  /** Each field of a dataset asks for it again. That adds nothing, unless it has attributes: of these the last ones count. */
  nodeOf(dataset: OpenLineageDataset): number {
    const known = this.#nodes.get(dataset);
    if (known !== undefined) return known;
    const node = this.#builder.entity(datasetEntity(dataset, this.#producer));
    const hasAttributes = dataset.version !== undefined || dataset.datasetType !== undefined;
    if (!hasAttributes) this.#nodes.set(dataset, node);
    return node;
  }
}

/** A dataset that is read and written under one name is, as a cause, the one that was read. */
function namesOf(
  builder: FactsBuilder,
  event: OpenLineageEvent,
  datasets: DescribedDatasets,
): NodeOfName {
  let known: ReadonlyMap<string, OpenLineageDataset> | undefined;
  return (name) => {
    known ??= byName(event);
    const described = known.get(keyOf(name));
    if (described !== undefined) return datasets.nodeOf(described);
    return builder.entity(namedEntity(name, event.producer));
  };
}

/** Of several with one name the last one: an input rather than an output. */
function byName({
  dataset,
  inputs,
  outputs,
}: OpenLineageEvent): ReadonlyMap<string, OpenLineageDataset> {
  const all = dataset === undefined ? [...outputs, ...inputs] : [dataset, ...outputs, ...inputs];
  return new Map(all.map((one) => [keyOf(one), one]));
}

function stateDatasetEvent(
  builder: FactsBuilder,
  node: number,
  dataset: OpenLineageDataset,
  nodeOf: NodeOfName,
): void {
  builder.subject(node);
  for (const source of dataset.lineage ?? []) stateCause(builder, node, source, nodeOf);
}

function addRun(builder: FactsBuilder, event: OpenLineageEvent): number {
  const { job, runId, source, parent } = event;
  const label = job === undefined ? '' : `${job.namespace}/${job.name}`;
  const run = builder.entity({
    kinds: ['Run'],
    pointer: event.pointer,
    names: [job?.name ?? '', runId ?? ''],
    coordinates: runId === undefined ? [] : [runRef(runId)],
    nameRefs: runId === undefined && job !== undefined ? [jobName(job)] : [],
    local: `job/${label}`,
    attributes: runAttributes(event, label),
  });
  const producer = producerKey(event.producer);
  if (producer !== undefined) {
    const builderNode = builder.nodeOf(boundRef(`builder:${producer}`), ['Builder'], [producer]);
    const qualifiers = { role: 'producer' };
    builder.edge(run, 'wasAssociatedWith', builderNode, `${event.pointer}/producer`, {
      qualifiers,
    });
  }
  const commit = source === undefined ? undefined : findGitRef(source.url, source.version ?? '');
  if (commit !== undefined && source !== undefined) {
    const code = builder.nodeOf(commit, ['Code'], [source.url]);
    builder.edge(run, 'used', code, source.pointer, { qualifiers: { role: 'code' } });
  }
  if (parent !== undefined) informedBy(builder, run, parent, 'parent');
  for (const before of event.upstreamRuns) informedBy(builder, run, before, 'precedes');
  return run;
}

function runAttributes(event: OpenLineageEvent, label: string): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = { job: label };
  if (event.job !== undefined) attributes['step'] = event.job.name;
  if (event.producer !== undefined) attributes['builder'] = event.producer;
  if (event.engine?.name !== undefined) attributes['engine'] = event.engine.name;
  if (event.engine?.version !== undefined) attributes['engineVersion'] = event.engine.version;
  if (event.eventType !== undefined && event.eventTime !== undefined) {
    attributes[event.eventType.toLowerCase()] = event.eventTime;
  }
  return attributes;
}

/** An output of a run whose causes are named. */
interface ExplicitOutput {
  readonly run: number;
  readonly output: OpenLineageDataset;
  readonly node: number;
  readonly causes: readonly LineageSource[];
}

/**
 * Where a lineage facet names the causes of an output, these are its causes, not every input of the run ("a consumer should
 * use it instead of inferring inputs x outputs"): the output comes from a step of the run that used only them.
 */
function stateExplicitOutput(
  builder: FactsBuilder,
  { run, output, node, causes }: ExplicitOutput,
  nodeOf: NodeOfName,
): void {
  const part = builder.nodeOf(partRef(builder, run, output), ['Run'], [output.name]);
  builder.edge(node, 'wasGeneratedBy', part, output.pointer);
  builder.edge(part, 'wasInformedBy', run, output.pointer, { qualifiers: { role: 'part' } });
  for (const source of causes) stateCause(builder, node, source, nodeOf);
}

/** What the facets of the job or run say of things that are no outputs of this event, and of the job itself. */
function stateJobLineage(
  builder: FactsBuilder,
  event: OpenLineageEvent,
  run: number,
  nodeOf: NodeOfName,
): void {
  if (event.lineage.length === 0) return;
  const outputs = new Set(event.outputs.map(keyOf));
  for (const { target, inputs, pointer } of event.lineage) {
    if (target === undefined || target.type === 'JOB') {
      const subject = target?.runId === undefined ? run : runNode(builder, target.runId, target);
      for (const source of inputs) stateUse(builder, subject, source, nodeOf);
      continue;
    }
    if (outputs.has(keyOf(target))) continue;
    const node = builder.entity({ ...namedEntity(target, event.producer), pointer });
    for (const source of inputs) stateCause(builder, node, source, nodeOf);
  }
}

/** A dataset comes from a dataset, or from what a job made. */
export function stateCause(
  builder: FactsBuilder,
  node: number,
  source: LineageSource,
  nodeOf: NodeOfName,
): void {
  if (source.type === 'JOB') {
    const run = runNode(builder, source.runId, source);
    builder.edge(node, 'wasGeneratedBy', run, source.pointer);
    return;
  }
  const cause = nodeOf(source);
  // a field of a table computed from another field of it is no derivation of the table
  if (cause !== node) builder.edge(node, 'wasDerivedFrom', cause, source.pointer, DATASET_LEVEL);
}

function stateUse(
  builder: FactsBuilder,
  run: number,
  source: LineageSource,
  nodeOf: NodeOfName,
): void {
  if (source.type === 'JOB') {
    const before = runNode(builder, source.runId, source);
    if (before !== run) builder.edge(run, 'wasInformedBy', before, source.pointer);
    return;
  }
  const cause = nodeOf(source);
  builder.edge(run, 'used', cause, source.pointer, { qualifiers: { role: 'input' } });
}

const DATASET_LEVEL = { qualifiers: { granularity: 'dataset' } };

/** One edge for each two datasets, with the place of each field that relates them. */
export function stateColumns(
  builder: FactsBuilder,
  node: number,
  dataset: OpenLineageDataset,
  nodeOf: NodeOfName,
): void {
  for (const { from } of dataset.columns) {
    const cause = nodeOf(from);
    if (cause === node) continue;
    const qualifiers = { granularity: 'field' };
    builder.edge(node, 'wasDerivedFrom', cause, from.pointer, { qualifiers });
  }
}

function explicitLineage(event: OpenLineageEvent): ExplicitLineage {
  const found = new Map<string, LineageSource[]>();
  const add = (key: string, sources: readonly LineageSource[]): void => {
    const known = found.get(key) ?? [];
    for (const source of sources) known.push(source);
    found.set(key, known);
  };
  for (const { target, inputs } of event.lineage) {
    if (target !== undefined && target.type === 'DATASET') add(keyOf(target), inputs);
  }
  for (const output of event.outputs) {
    if (output.lineage !== undefined) add(keyOf(output), output.lineage);
  }
  return found;
}

function informedBy(builder: FactsBuilder, run: number, other: ParentRun, role: string): void {
  if (other.runId === undefined) return;
  const node = runNode(builder, other.runId, other.job);
  if (node === run) return;
  builder.edge(run, 'wasInformedBy', node, other.pointer, { qualifiers: { role } });
}

function runNode(
  builder: FactsBuilder,
  runId: string | undefined,
  job: OpenLineageName | undefined,
): number {
  const names = job === undefined ? [] : [job.name];
  if (runId !== undefined) return builder.nodeOf(runRef(runId), ['Run'], names);
  return builder.entity({
    kinds: ['Run'],
    pointer: job?.pointer ?? '',
    names,
    nameRefs: job === undefined ? [] : [jobName(job)],
    local: `job/${job?.namespace ?? ''}/${job?.name ?? ''}`,
  });
}

function jobName({ namespace, name }: OpenLineageName): string {
  return nameRef(`openlineage/job/${namespace}`, name);
}

function runRef(runId: string): string {
  return boundRef(`run:openlineage#${runId}`);
}

function partRef(builder: FactsBuilder, run: number, output: OpenLineageName): string {
  const part = hexOf(sha256(keyOf(output))).slice(0, PART_HEX);
  return boundRef(`${builder.refOf(run)}/${part}`);
}

function keyOf({ namespace, name }: { namespace: string; name: string }): string {
  return JSON.stringify([namespace, name]);
}
