// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { sha256 } from '../../../core/digest.ts';
import { findInstant } from '../../../core/instant.ts';
import { qualifierFacts, type Account } from '../account.ts';
import type { Citations } from '../citations.ts';
import type { Projection } from '../projection.ts';
import type { Thing, Things } from '../things.ts';
import { bomRefOf, property } from './component.ts';
import type { Plan, PlannedEdge } from './plan.ts';

type Mutable = Record<string, unknown>;

/** Task types that mean what a run's activity means. */
const TASK_TYPES: ReadonlySet<string> = new Set(['build', 'scan', 'deploy']);
/** Attributes of runs that tasks have fields for. */
const START = ['startedOn', 'timeStart'];
const END = ['finishedOn', 'timeEnd'];

/** The runs, and where each of them is told. */
export interface Formulation {
  /** The member of the BOM; empty where there is no run. */
  readonly formulas: readonly object[];
  readonly tasks: ReadonlyMap<Thing, Mutable>;
}

/** The runs as tasks of one workflow: what each read, made and followed. */
export function formulationOf(
  projection: Projection,
  things: Things,
  plan: Plan,
  account: Account,
  citations: Citations,
): Formulation {
  const tasks = new Map(plan.tasks.map((run) => [run, taskOf(run, account)]));
  if (tasks.size === 0) return { formulas: [], tasks };
  stateActivities(projection, things, tasks, account, citations);
  const order: Mutable[] = [];
  for (const planned of plan.edges) {
    if (planned.slot === 'task-order') order.push(orderOf(planned, citations));
    else stateUse(planned, tasks, citations);
  }
  const workflow = {
    'bom-ref': 'pedigree:workflow',
    uid: 'pedigree:workflow',
    name: 'what led here',
    taskTypes: ['other'],
    tasks: [...tasks.values()],
    ...(order.length > 0 && { taskDependencies: order }),
  };
  return { formulas: [{ 'bom-ref': 'pedigree:formula', workflows: [workflow] }], tasks };
}

function taskOf(run: Thing, account: Account): Mutable {
  const attributes = new Map(Object.entries(run.attributes));
  const start = takeTime(attributes, START);
  const end = takeTime(attributes, END);
  const command = attributes.get('command');
  attributes.delete('command');
  for (const node of run.nodes) {
    account.carry('thing', node.ref);
    account.leave(
      'identity',
      node.ref,
      'a task is known by its place in the BOM; kept as its bom-ref',
    );
    account.carry('kind Run', node.ref);
    for (const name of node.names) account.carry(`name ${name}`, node.ref);
    for (const [key, value] of Object.entries(node.attributes)) {
      if (run.attributes[key] === value) account.carry(`attribute ${key} ${value}`, node.ref);
    }
  }
  const others = run.nodes.flatMap(({ names }) => names).filter((name) => name !== run.name);
  return {
    'bom-ref': bomRefOf(run),
    uid: uidOf(run),
    name: run.name,
    taskTypes: ['other'],
    ...(command !== undefined && { steps: [{ commands: [{ executed: command }] }] }),
    ...(start !== undefined && { timeStart: start }),
    ...(end !== undefined && { timeEnd: end }),
    properties: [
      ...[...new Set(others)].sort().map((name) => property('name', name)),
      ...[...attributes].map(([key, value]) => property(`attribute:${key}`, value)),
    ],
  };
}

/** A run's number in its system; without one, something short that follows from what it is. */
function uidOf({ ref }: Thing): string {
  const hash = ref.startsWith('run:') ? ref.indexOf('#') : -1;
  return hash < 0
    ? sha256(ref).slice('sha256:'.length, 'sha256:'.length + 12)
    : ref.slice(hash + 1);
}

/** Only times that the schema takes. */
function takeTime(attributes: Map<string, string>, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = attributes.get(key);
    if (
      value === undefined ||
      findInstant(value) === undefined ||
      !/T.*(?:Z|[+-]\d\d:\d\d)$/.test(value)
    )
      continue;
    attributes.delete(key);
    return value;
  }
  return undefined;
}

function stateActivities(
  projection: Projection,
  things: Things,
  tasks: ReadonlyMap<Thing, Mutable>,
  account: Account,
  citations: Citations,
): void {
  const byRun = new Map<Thing, Projection['activities'][number][]>();
  for (const activity of projection.activities) {
    const run = things.thingOf(activity.about);
    if (run !== undefined) byRun.set(run, [...(byRun.get(run) ?? []), activity]);
  }
  for (const [run, activities] of byRun) {
    const task = tasks.get(run);
    const names = new Set(activities.map(({ activity }) => activity));
    const [only] = names;
    for (const { about, activity, evidence } of activities) {
      if (task === undefined || names.size !== 1 || only === undefined || !TASK_TYPES.has(only)) {
        account.leave(`activity ${activity}`, about, 'no task type of CycloneDX means it');
        if (task !== undefined) {
          const told = property('activity', activity);
          (task['properties'] as JsonObject[]).push(told);
          citations.cite(told, evidence);
        }
        continue;
      }
      const types = [only];
      task['taskTypes'] = types;
      citations.cite(types, evidence);
      account.carry(`activity ${activity}`, about);
    }
  }
}

function stateUse(
  { slot, from, to, edges }: PlannedEdge,
  tasks: ReadonlyMap<Thing, Mutable>,
  citations: Citations,
): void {
  const isInput = slot === 'input';
  if ((!isInput && slot !== 'output') || to === undefined) return;
  const [run, thing] = isInput ? [from, to] : [to, from];
  const task = tasks.get(run);
  if (task === undefined) return;
  const properties = qualifierProperties(edges);
  const use = {
    ...(isInput ? {} : { type: 'artifact' }),
    resource: { ref: bomRefOf(thing) },
    ...(properties.length > 0 && { properties }),
  };
  const key = isInput ? 'inputs' : 'outputs';
  const uses = (task[key] ?? []) as unknown[];
  uses.push(use);
  task[key] = uses;
  for (const { evidence } of edges) citations.cite(use, evidence);
}

/** What documents say of how something was used: its role, its scope. */
export function qualifierProperties(edges: PlannedEdge['edges']): JsonObject[] {
  const texts = new Map(
    edges
      .flatMap(qualifierFacts)
      .map(
        ({ key, value }) => [`${key}\u0000${value}`, property(`qualifier:${key}`, value)] as const,
      ),
  );
  return [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, told]) => told);
}

function orderOf({ from, to, edges }: PlannedEdge, citations: Citations): Mutable {
  const order = { ref: bomRefOf(from), dependsOn: to === undefined ? [] : [bomRefOf(to)] };
  for (const { evidence } of edges) citations.cite(order, evidence);
  return order;
}
