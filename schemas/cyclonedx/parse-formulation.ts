// SPDX-License-Identifier: Apache-2.0
import { parseExternalReference, toComponent, toService } from './parse-component.ts';
import { member } from '../../core/json.ts';
import type { WireReader, Located } from '../wire-reader.ts';
import type { Dependency, Formula, ResourceUse, Task, Workflow } from './model.ts';

/** Parses an entry of a dependency graph: of the BOM, of the tasks of a workflow, of a runtime topology. */
export function parseDependency(read: WireReader, item: Located): Dependency {
  const ref = read.text(item, 'ref');
  if (ref === undefined) read.problem('dependency-without-ref', item.pointer, 'names no element');
  return {
    pointer: item.pointer,
    ref,
    dependsOn: read.texts(item, 'dependsOn'),
    dependsOnStated: Array.isArray(member(item.value, 'dependsOn')),
    provides: read.texts(item, 'provides'),
  };
}

/**
 * Parses a formula (1.5 and later).
 * @see https://cyclonedx.org/docs/1.7/json/#formulation
 */
export function parseFormula(read: WireReader, item: Located): Formula {
  return {
    pointer: item.pointer,
    bomRef: read.text(item, 'bom-ref'),
    components: read.each(item, 'components', toComponent),
    services: read.each(item, 'services', toService),
    workflows: read.each(item, 'workflows', (nested) => parseWorkflow(read, nested)),
  };
}

function parseWorkflow(read: WireReader, item: Located): Workflow {
  return {
    ...parseTask(read, item),
    tasks: read.each(item, 'tasks', (nested) => parseTask(read, nested)),
    taskDependencies: read.each(item, 'taskDependencies', (entry) => parseDependency(read, entry)),
  };
}

function parseTask(read: WireReader, item: Located): Task {
  const resourceOf = (use: Located): ResourceUse | undefined => {
    const resource = read.object(use, 'resource');
    return resource === undefined ? undefined : parseResource(read, resource);
  };
  return {
    pointer: item.pointer,
    bomRef: read.text(item, 'bom-ref'),
    uid: read.text(item, 'uid'),
    name: read.text(item, 'name'),
    taskTypes: read.texts(item, 'taskTypes'),
    resources: read.each(item, 'resourceReferences', (use) => parseResource(read, use)),
    inputs: read.each(item, 'inputs', resourceOf),
    outputs: read.each(item, 'outputs', resourceOf),
    runtimeTopology: read.each(item, 'runtimeTopology', (entry) => parseDependency(read, entry)),
    timeStart: read.text(item, 'timeStart'),
    timeEnd: read.text(item, 'timeEnd'),
  };
}

/** `ref` or `externalReference`, one of them (resourceReferenceChoice). */
function parseResource(read: WireReader, item: Located): ResourceUse | undefined {
  const { pointer } = item;
  const ref = read.text(item, 'ref');
  if (ref !== undefined) return { form: 'ref', pointer, ref };
  const external = read.object(item, 'externalReference');
  const reference = external === undefined ? undefined : parseExternalReference(read, external);
  return reference === undefined ? undefined : { form: 'external', pointer, reference };
}
