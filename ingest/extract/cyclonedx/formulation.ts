// SPDX-License-Identifier: Apache-2.0
import { sharedName } from './identity.ts';
import type { RunActivity } from '../../../graph/domain/facts.ts';
import type {
  Dependency,
  Formula,
  ResourceUse,
  Task,
  Workflow,
} from '../../../schemas/cyclonedx/model.ts';
import type { BomGraph } from './bom-graph.ts';

/** A formula's runs. Made before any reference is followed: tasks name each other, and anything may name a task. */
interface FormulaRuns {
  readonly formula: Formula;
  readonly node: number;
  readonly workflows: readonly { readonly workflow: Workflow; readonly node: number }[];
  readonly tasks: readonly { readonly task: Task; readonly node: number; readonly of: number }[];
}

/** Makes the Run of each formula, workflow and task, and lets references find them. */
export function createFormulaRuns(graph: BomGraph): readonly FormulaRuns[] {
  return graph.bom.formulation.map((formula) => {
    const node = graph.builder.entity({
      kinds: ['Run'],
      pointer: formula.pointer,
      names: formula.bomRef === undefined ? [] : [formula.bomRef],
      local: formula.pointer,
      attributes: { type: 'formula' },
    });
    graph.bind(formula.bomRef, node);
    const workflows = formula.workflows.map((workflow) => ({
      workflow,
      node: createRun(graph, workflow, 'workflow'),
    }));
    const tasks = workflows.flatMap(({ workflow, node: of }) =>
      workflow.tasks.map((task) => ({ task, node: createRun(graph, task, 'task'), of })),
    );
    return { formula, node, workflows, tasks };
  });
}

/** States what the runs read, made and followed. */
export function stateFormulation(graph: BomGraph, runs: readonly FormulaRuns[]): void {
  for (const { formula, node, workflows, tasks } of runs) {
    stateFormulaParts(graph, formula, node);
    let outputs = 0;
    for (const { workflow, node: run } of workflows) {
      outputs += stateRun(graph, workflow, run, node);
      graph.builder.edge(run, 'wasInformedBy', node, workflow.pointer, {
        qualifiers: { role: 'parent' },
      });
      for (const order of workflow.taskDependencies) stateTaskOrder(graph, order);
    }
    for (const { task, node: run, of } of tasks) {
      outputs += stateRun(graph, task, run, node);
      graph.builder.edge(run, 'wasInformedBy', of, task.pointer, {
        qualifiers: { role: 'parent' },
      });
    }
    if (outputs === 0) inferProduct(graph, formula, node);
  }
}

/** Runs are known by their place: `uid` is unique "within its deployment context", and the BOM does not say which that is. */
function createRun(graph: BomGraph, task: Task, type: 'workflow' | 'task'): number {
  const attributes: Record<string, string> = { type };
  if (task.uid !== undefined) attributes['uid'] = task.uid.slice(0, 256);
  if (task.taskTypes.length > 0) attributes['taskTypes'] = task.taskTypes.join(', ').slice(0, 256);
  if (task.timeStart !== undefined) attributes['timeStart'] = task.timeStart.slice(0, 64);
  if (task.timeEnd !== undefined) attributes['timeEnd'] = task.timeEnd.slice(0, 64);
  const node = graph.builder.entity({
    kinds: ['Run'],
    pointer: task.pointer,
    names: [task.name, task.uid].filter((name) => name !== undefined),
    local: task.pointer,
    attributes,
  });
  graph.bind(task.bomRef, node);
  return node;
}

/** "Transient components that are used in tasks that constitute one or more of this formula's workflows." */
function stateFormulaParts(graph: BomGraph, formula: Formula, node: number): void {
  for (const source of [...formula.components, ...formula.services]) {
    const part = graph.nodeOfSource(source);
    if (part === undefined) continue;
    graph.typed(node, 'used', part, source.pointer, {
      strength: 'implied',
      qualifiers: { role: 'formula' },
    });
  }
}

/** @returns how many outputs the run states */
function stateRun(graph: BomGraph, task: Task, run: number, formula: number): number {
  stateRole(graph, task, run);
  stateUses(graph, run, task.inputs, 'input');
  stateUses(graph, run, task.resources, 'resource');
  for (const entry of task.runtimeTopology) stateTopology(graph, run, entry);
  let outputs = 0;
  for (const output of task.outputs) {
    const product = resourceNode(graph, output);
    if (product === undefined) continue;
    outputs++;
    graph.typed(product, 'wasGeneratedBy', run, output.pointer);
    graph.typed(product, 'wasGeneratedBy', formula, output.pointer, { strength: 'implied' });
  }
  return outputs;
}

function stateUses(
  graph: BomGraph,
  run: number,
  uses: readonly ResourceUse[],
  role: 'input' | 'resource',
): void {
  for (const use of uses) {
    const thing = resourceNode(graph, use);
    if (thing !== undefined) graph.typed(run, 'used', thing, use.pointer, { qualifiers: { role } });
  }
}

/** "A graph of the component runtime topology for workflow's instance": everything in it took part. */
function stateTopology(graph: BomGraph, run: number, entry: Dependency): void {
  const refs = entry.ref === undefined ? entry.dependsOn : [entry.ref, ...entry.dependsOn];
  for (const ref of refs) {
    const thing = graph.resolveOrList(ref, entry.pointer);
    if (thing === undefined || thing === run) continue;
    graph.typed(run, 'used', thing, entry.pointer, { qualifiers: { role: 'runtime' } });
  }
}

function resourceNode(graph: BomGraph, use: ResourceUse): number | undefined {
  if (use.form === 'ref') return graph.resolveOrList(use.ref, use.pointer);
  const { url, hashes } = use.reference;
  return graph.builder.entity({
    kinds: ['File'],
    pointer: use.pointer,
    names: [url],
    digests: hashes,
    nameRefs: sharedName('uri', url),
    local: use.pointer,
    attributes: { url: url.slice(0, 1024) },
  });
}

function stateTaskOrder(graph: BomGraph, { ref, dependsOn, pointer }: Dependency): void {
  const later = ref === undefined ? undefined : graph.resolveOrList(ref, pointer);
  for (const earlierRef of dependsOn) {
    const earlier = graph.resolveOrList(earlierRef, pointer);
    if (later === undefined || earlier === undefined) continue;
    graph.builder.edge(later, 'wasInformedBy', earlier, pointer, {
      qualifiers: { role: 'precedes' },
    });
  }
}

/**
 * Task types that say what a run did to lineage. `test` runs tests of whatever kind, so it is no evaluation by itself, and
 * `merge` is of source code.
 */
function stateRole(graph: BomGraph, { taskTypes, pointer }: Task, about: number): void {
  const activity = activityOf(taskTypes);
  if (activity !== undefined) graph.builder.claim({ type: 'run-role', about, activity, pointer });
}

function activityOf(taskTypes: readonly string[]): RunActivity | undefined {
  if (taskTypes.includes('build')) return 'build';
  // scan and deploy carry less than content, so nothing else may be mixed in
  const first = taskTypes[0];
  const isOnly = taskTypes.every((type) => type === first);
  return isOnly && (first === 'scan' || first === 'deploy') ? first : undefined;
}

/** A formula that states no output describes how "any referencable object within the BOM" came to be: most likely the one that the BOM is about, and no more than likely. */
function inferProduct(graph: BomGraph, formula: Formula, node: number): void {
  if (graph.mainNode === undefined) return;
  graph.typed(graph.mainNode, 'wasGeneratedBy', node, formula.pointer, {
    strength: 'inferred',
    qualifiers: { basis: 'formulation' },
  });
}
