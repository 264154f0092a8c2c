// SPDX-License-Identifier: Apache-2.0
import { hubIdentityOfDatasetUrl } from './hub.ts';
import { sharedName } from './identity.ts';
import { scoreLabel } from '../score-label.ts';
import type {
  Component,
  DataEntry,
  DatasetUse,
  ModelCard,
  PerformanceMetric,
  Property,
  Service,
} from '../../../schemas/cyclonedx/model.ts';
import type { BomGraph, Element } from './bom-graph.ts';

/** Registered property: in which stage of a model's making the data was used. */
const STAGE_PROPERTY = 'cdx:ai-ml:dataset:stage';
/** Stages that judge a model instead of shaping it. */
const TEST_STAGES = new Set(['test', 'testing', 'evaluation', 'eval', 'benchmark', 'benchmarking']);
/** The vocabulary of FORMATS.md for stages; others keep their own word only. */
const ROLE_OF_STAGE: ReadonlyMap<string, string> = new Map([
  ['pre-training', 'pretrain'],
  ['pretraining', 'pretrain'],
  ['fine-tuning', 'finetune'],
  ['finetuning', 'finetune'],
  ['instruction-tuning', 'finetune'],
  ['post-training', 'finetune'],
  ['alignment', 'align'],
  ['preference-tuning', 'align'],
  ['rlhf', 'align'],
  ['validation', 'validation'],
]);
/** More models than this beside loose data: a catalogue, not a description of how one was made. */
const MAX_CANDIDATES = 16;

/** A dataset that some model card described in place, so that a metric's slice can find it by name. */
type NamedData = Map<string, Set<number>>;

/** States what models learned from and were judged on, in each of the three ways in which BOMs really say it. */
export function stateMlLineage(graph: BomGraph): void {
  const cards: { readonly model: number; readonly card: ModelCard }[] = [];
  for (const [element, source] of graph.sources) {
    if (source.form === 'component' && source.modelCard !== undefined) {
      cards.push({ model: graph.nodeOf(element), card: source.modelCard });
    }
  }
  const referenced = new Set<number>();
  const inline: NamedData = new Map();
  for (const { model, card } of cards) {
    for (const use of card.datasets) referenced.add(stateDataset(graph, model, use, inline));
  }
  stateLooseData(graph, referenced);
  const slices = cards.some(({ card }) => card.performanceMetrics.length > 0)
    ? dataByName(graph, inline)
    : inline;
  for (const { model, card } of cards) stateMetrics(graph, model, card, slices);
}

/** (a) described in place, (b) by reference: modelCard.modelParameters.datasets. */
function stateDataset(graph: BomGraph, model: number, use: DatasetUse, inline: NamedData): number {
  if (use.form === 'inline') {
    const node = inlineDataset(graph, use.data);
    remember(inline, use.data.name, node);
    graph.typed(model, 'trainedOn', node, use.pointer);
    return node;
  }
  // a model that says it learned from something the BOM lacks did learn from something: it stays visible, unnamed
  const known = graph.resolveOrList(use.ref, `${use.pointer}/ref`);
  const node = known ?? graph.builder.localNode(use.pointer, ['Dataset'], [use.ref]);
  if (known !== undefined) graph.builder.addKind(known, 'Dataset');
  const [first] = graph.elementsByRef(use.ref);
  const stages = first === undefined ? [] : stagesOf(graph.sourceOf(first));
  if (stages.length === 0) graph.typed(model, 'trainedOn', node, use.pointer);
  for (const stage of stages) stateStage(graph, model, node, stage, 'explicit');
  return node;
}

function inlineDataset(graph: BomGraph, data: DataEntry): number {
  const attributes: Record<string, string> = {};
  if (data.url !== undefined) attributes['url'] = data.url.slice(0, 1024);
  if (data.classification !== undefined) attributes['classification'] = data.classification;
  const node = graph.builder.entity({
    kinds: ['Dataset'],
    pointer: data.pointer,
    names: data.name === undefined ? [] : [data.name],
    nameRefs: [
      ...sharedName('cdx', data.name),
      ...sharedName('uri', data.url),
      ...hubIdentityOfDatasetUrl(data.url).nameRefs,
    ],
    local: data.pointer,
    attributes,
  });
  graph.bind(data.bomRef, node);
  return node;
}

/** Models that a loose dataset may belong to, and how sure that is. */
interface Candidates {
  readonly models: readonly number[];
  readonly strength: 'implied' | 'inferred';
}

/** (c) data components beside (or inside) a model, with a stage and no edge. */
function stateLooseData(graph: BomGraph, referenced: ReadonlySet<number>): void {
  let ofDocument: Candidates | undefined;
  for (const [element, source] of graph.sources) {
    if (element >= graph.listedCount) break;
    const stages = stagesOf(source);
    const data = graph.nodeOf(element);
    if (stages.length === 0 || referenced.has(data)) continue;
    const { models, strength } =
      enclosingModel(graph, element) ?? (ofDocument ??= documentModels(graph));
    if (models.length === 0) {
      graph.builder.problem(
        'stage-without-model',
        source.pointer,
        'a stage of training, and no one model it could belong to',
      );
    }
    for (const model of models) {
      for (const stage of stages) stateStage(graph, model, data, stage, strength);
    }
  }
}

function enclosingModel(graph: BomGraph, data: Element): Candidates | undefined {
  for (let at = graph.parentOf(data); at !== undefined; at = graph.parentOf(at)) {
    if (graph.kindOf(at) === 'Model') return { models: [graph.nodeOf(at)], strength: 'implied' };
  }
  return undefined;
}

/** The model that the BOM describes, or the only one there is. Several equal ones are possibilities, each marked inferred. */
function documentModels(graph: BomGraph): Candidates {
  const { main, mainNode } = graph;
  if (main !== undefined && mainNode !== undefined && graph.kindOf(main) === 'Model') {
    return { models: [mainNode], strength: 'implied' };
  }
  const found: number[] = [];
  for (let element = 0; element < graph.listedCount; element++) {
    if (graph.kindOf(element) === 'Model') found.push(graph.nodeOf(element));
  }
  const models = [...new Set(found)];
  if (models.length > MAX_CANDIDATES) return { models: [], strength: 'inferred' };
  return { models, strength: models.length === 1 ? 'implied' : 'inferred' };
}

function stagesOf(source: Component | Service | undefined): readonly Property[] {
  if (source?.form !== 'component' || source.mlProperties.length === 0) return NO_STAGES;
  return source.mlProperties.filter(({ name }) => name === STAGE_PROPERTY);
}

const NO_STAGES: readonly Property[] = [];

function stateStage(
  graph: BomGraph,
  model: number,
  data: number,
  property: Property,
  strength: 'explicit' | 'implied' | 'inferred',
): void {
  const stage = property.value
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  const role = ROLE_OF_STAGE.get(stage);
  const qualifiers = role === undefined ? { stage } : { stage, role };
  const relation = TEST_STAGES.has(stage) ? 'testedOn' : 'trainedOn';
  graph.typed(model, relation, data, property.pointer, { strength, qualifiers });
}

/** One implied Evaluation for each metric. The value stays as written; what it was measured on is known only where the slice names data of this BOM. */
function stateMetrics(graph: BomGraph, model: number, card: ModelCard, slices: NamedData): void {
  for (const metric of card.performanceMetrics) {
    const evaluation = evaluationNode(graph, metric);
    graph.builder.edge(evaluation, 'evaluates', model, metric.pointer, { strength: 'implied' });
    const dataset = sliceOf(graph, metric, slices);
    if (dataset !== undefined) stateScore(graph, evaluation, model, dataset, metric);
  }
}

function evaluationNode(graph: BomGraph, metric: PerformanceMetric): number {
  const attributes: Record<string, string> = {};
  if (metric.type !== undefined) attributes['metric'] = metric.type.slice(0, 256);
  if (metric.value !== undefined) attributes['value'] = metric.value.slice(0, 256);
  if (metric.slice !== undefined) attributes['slice'] = metric.slice.slice(0, 256);
  return graph.builder.entity({
    kinds: ['Evaluation'],
    pointer: metric.pointer,
    names: metric.type === undefined ? [] : [scoreLabel(metric.type, metric.value)],
    local: metric.pointer,
    attributes,
  });
}

function stateScore(
  graph: BomGraph,
  about: number,
  model: number,
  dataset: number,
  { pointer, type, value }: PerformanceMetric,
): void {
  const metric = type?.slice(0, 256);
  const score = value?.slice(0, 256);
  const qualifiers: Record<string, string> = {};
  if (metric !== undefined) qualifiers['metric'] = metric;
  if (score !== undefined) qualifiers['value'] = score;
  graph.builder.edge(about, 'testedOn', dataset, pointer, { strength: 'implied', qualifiers });
  graph.builder.addKind(dataset, 'Dataset');
  // test data is accounted for by the evaluation of the model: it is no part of what contains the model
  graph.leadsTo(model, dataset);
  if (metric === undefined || score === undefined) return;
  graph.builder.claim({ type: 'evaluation', about, model, dataset, metric, value: score, pointer });
}

function sliceOf(
  graph: BomGraph,
  { slice, pointer }: PerformanceMetric,
  slices: NamedData,
): number | undefined {
  const found = slice === undefined ? undefined : slices.get(slice);
  if (found === undefined) return undefined;
  if (found.size > 1) {
    graph.builder.problem('ambiguous-slice', pointer, `several datasets are named "${slice}"`);
    return undefined;
  }
  return [...found][0];
}

/** Data components by name, bom-ref and purl, with the names of their entries and of the datasets described in place. */
function dataByName(graph: BomGraph, inline: NamedData): NamedData {
  for (const [element, source] of graph.sources) {
    if (source.form !== 'component' || source.type !== 'data') continue;
    for (const name of dataNames(source)) remember(inline, name, graph.nodeOf(element));
  }
  return inline;
}

function dataNames(source: Component): (string | undefined)[] {
  return [source.name, source.bomRef, source.purl, ...source.data.map(({ name }) => name)];
}

function remember(into: NamedData, name: string | undefined, node: number): void {
  if (name === undefined) return;
  const known = into.get(name);
  if (known === undefined) into.set(name, new Set([node]));
  else known.add(node);
}
