// SPDX-License-Identifier: Apache-2.0
import { isJsonObject } from '../../../core/json.ts';
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';
import { countBy } from '../values.ts';
import type { Bom, Component, License, Service, Task } from '../../../schemas/cyclonedx/model.ts';

/**
 * The facts of a BOM under the names and counting rules of the corpus manifest (its README, "Counting rules"), from the
 * parsed model alone; `raw` only answers for BOM-Links, which may stand in members that carry no lineage.
 */
export function bomFacts(bom: Bom, raw: JsonValue): Readonly<Record<string, unknown>> {
  const listed = bom.components.flatMap(withNested);
  const { component } = bom.metadata;
  const services = bom.services.flatMap(withNestedServices);
  const described = component === undefined ? listed : [...listed, component];
  return {
    spec_version: bom.specVersion ?? undefined,
    serial_number: bom.serialNumber,
    bom_version: bom.versionStated ? bom.version : undefined,
    metadata_component: component === undefined ? undefined : identityOf(component),
    metadata_component_nested: component === undefined ? 0 : withNested(component).length - 1,
    components: listed.length,
    components_top_level: bom.components.length,
    component_types: countBy(listed.map(({ type }) => type ?? 'None')),
    purls: new Set(described.flatMap(({ purl }) => purl ?? [])),
    hashes: new Set(
      described.flatMap(({ hashes }) => hashes.map(({ algorithm, hex }) => `${algorithm}:${hex}`)),
    ),
    licenses: new Set(described.flatMap(({ licenses }) => licenses.map(licenseName))),
    services: services.length,
    dependency_entries: bom.dependencies.length,
    dependency_edges: new Set(pairs(bom, 'dependsOn')).size,
    provides_edges: new Set(pairs(bom, 'provides')).size,
    dangling_dependency_refs: new Set(danglingRefs(bom)),
    duplicate_bom_refs: new Set(bom.duplicateRefs.map(({ ref }) => ref)),
    bom_links: new Set(bomLinks(raw)),
    compositions: countBy(bom.compositions.map(({ aggregate }) => aggregate ?? '')),
    vulnerabilities: bom.vulnerabilities.length,
    vex: new Set(vexRows(bom)),
    pedigree: new Set(described.flatMap(pedigreeRows)),
    models: described.filter(({ type }) => type === 'machine-learning-model').map(modelRow),
    data_components: listed.filter(({ type }) => type === 'data').map(dataRow),
    formulation: formulationRow(bom),
    annotations: bom.counts.annotations,
    citations: bom.counts.citations,
    definitions_standards: bom.counts.standards,
    declarations: declarationsRow(bom),
    jsf_signature: bom.signed,
  };
}

function withNested(component: Component): Component[] {
  return [component, ...component.components.flatMap(withNested)];
}

function withNestedServices(service: Service): Service[] {
  return [service, ...service.services.flatMap(withNestedServices)];
}

function identityOf(component: Component): Record<string, string> {
  const { bomRef, type, group, name, version, purl } = component;
  const all = { 'bom-ref': bomRef, type, group, name, version, purl };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function licenseName({ text }: License): string {
  return text;
}

function pairs(bom: Bom, key: 'dependsOn' | 'provides'): string[] {
  return bom.dependencies.flatMap((entry) =>
    entry[key].map((target) => JSON.stringify([entry.ref ?? '', target])),
  );
}

function danglingRefs(bom: Bom): string[] {
  const named = bom.dependencies.flatMap(({ ref, dependsOn, provides }) => [
    ref ?? '',
    ...dependsOn,
    ...provides,
  ]);
  return named.filter((ref) => !bom.bomRefs.has(ref));
}

function bomLinks(root: JsonValue): string[] {
  const found: string[] = [];
  const stack: JsonValue[] = [root];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (typeof value === 'string' && value.startsWith('urn:cdx:')) found.push(value);
    else if (Array.isArray(value)) stack.push(...(value as readonly JsonValue[]));
    else if (isJsonObject(value)) stack.push(...Object.values(value));
  }
  return found;
}

function vexRows(bom: Bom): string[] {
  return bom.vulnerabilities.map(({ id, state, justification, affects }) => {
    const refs = affects.map(({ ref }) => ref).sort();
    return `${id}|${state ?? 'None'}|${justification ?? 'None'}|${refs.join(',')}`;
  });
}

function pedigreeRows(component: Component): string[] {
  const { pedigree } = component;
  if (pedigree === undefined) return [];
  const from = component.bomRef ?? component.name ?? '';
  const rows = (role: string, related: readonly Component[]): string[] =>
    related.map(({ purl, name }) => `${from}|${role}|${purl ?? name}`);
  return [
    ...rows('ancestor', pedigree.ancestors),
    ...rows('descendant', pedigree.descendants),
    ...rows('variant', pedigree.variants),
  ];
}

function modelRow(model: Component): Record<string, unknown> {
  const card = model.modelCard;
  return {
    bom_ref: model.bomRef ?? null,
    name: model.name ?? null,
    version: model.version ?? null,
    group: model.group ?? null,
    task: card?.task ?? null,
    architecture_family: card?.architectureFamily ?? null,
    model_architecture: card?.modelArchitecture ?? null,
    datasets: (card?.datasets ?? []).map((use) => (use.form === 'ref' ? use.ref : use.data.name)),
    ancestors: (model.pedigree?.ancestors ?? []).map(({ purl, name }) => purl ?? name),
    performance_metrics: card?.performanceMetrics.length ?? 0,
    licenses: model.licenses.map(licenseName),
  };
}

function dataRow(data: Component): Record<string, unknown> {
  return {
    bom_ref: data.bomRef ?? null,
    name: data.name ?? null,
    data_entries: data.data.length,
  };
}

function formulationRow(bom: Bom): Record<string, unknown> {
  const workflows = bom.formulation.flatMap((formula) => formula.workflows);
  const tasks: Task[] = workflows.flatMap((workflow) => workflow.tasks);
  const types = [...workflows, ...tasks].flatMap(({ taskTypes }) => taskTypes);
  return {
    formulas: bom.formulation.length,
    components: bom.formulation.flatMap(({ components }) => components).length,
    workflows: workflows.length,
    tasks: tasks.length,
    task_types: [...new Set(types)].sort(),
    workflow_uids: workflows.flatMap(({ uid }) => uid ?? []),
    task_uids: tasks.flatMap(({ uid }) => uid ?? []),
  };
}

function declarationsRow({ declarations }: Bom): Record<string, number> | undefined {
  if (declarations === undefined) return undefined;
  return {
    assessors: declarations.assessors,
    attestations: declarations.attestations,
    claims: declarations.claims.length,
    evidence: declarations.evidence,
    target_components: declarations.targetComponents.length,
  };
}
