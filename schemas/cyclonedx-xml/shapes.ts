// SPDX-License-Identifier: Apache-2.0
import { childrenNamed, type XmlElement } from '../xml/element.ts';
import { attribute, list, object, plainAttributes, repeated, text, wrapped } from './make.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Make, Origins } from './make.ts';

/**
 * How the elements of CycloneDX XML are called in CycloneDX JSON. One specification defines both; only the members that the
 * model keeps are here.
 * @see https://cyclonedx.org/docs/1.7/xml/
 */
const NOTHING = object(() => ({}));

const organization = object(() => ({ name: text }));
const hashes = list(() => ({ hash: object(() => ({}), 'content') }));

const license = object(() => ({ id: text, name: text }));
const expression = object(() => ({}), 'expression');
const licenses = list(() => ({
  license: wrapped('license', license),
  expression,
  // 1.7: the expression is an attribute, its elements are texts of licences
  'expression-detailed': NOTHING,
}));

const externalReference = object(() => ({ url: text, hashes }));
const externalReferences = list(() => ({ reference: externalReference }));

const dataEntry = object(() => ({
  type: text,
  name: text,
  contents: object(() => ({ url: text })),
  classification: text,
}));

const modelCard = object(() => ({
  modelParameters: object(() => ({
    task: text,
    architectureFamily: text,
    modelArchitecture: text,
    datasets: list(() => ({ dataset: dataEntry, ref: wrapped('ref', text) })),
  })),
  quantitativeAnalysis: object(() => ({
    performanceMetrics: list(() => ({
      performanceMetric: object(() => ({ type: text, value: text, slice: text })),
    })),
  })),
}));

const component: Make = object(() => ({
  supplier: organization,
  manufacturer: organization,
  publisher: text,
  group: text,
  name: text,
  version: text,
  scope: text,
  hashes,
  licenses,
  cpe: text,
  purl: text,
  omniborId: repeated(text),
  swhid: repeated(text),
  swid: NOTHING,
  pedigree: object(() => ({
    ancestors: components,
    descendants: components,
    variants: components,
    commits: list(() => ({ commit: object(() => ({ uid: text, url: text })) })),
  })),
  externalReferences,
  components,
  properties: list(() => ({ property: object(() => ({}), 'value') })),
  modelCard,
  data: repeated(dataEntry),
}));
const components = list(() => ({ component }));

const service: Make = object(() => ({
  provider: organization,
  group: text,
  name: text,
  version: text,
  licenses,
  externalReferences,
  services,
}));
const services = list(() => ({ service }));

const composition = object(() => ({
  aggregate: text,
  assemblies: list(() => ({ assembly: attribute('ref') })),
  dependencies: list(() => ({ dependency: attribute('ref') })),
}));

const vulnerability = object(() => ({
  id: text,
  source: object(() => ({ name: text })),
  analysis: object(() => ({ state: text, justification: text })),
  affects: list(() => ({
    target: object(() => ({
      ref: text,
      versions: list(() => ({
        version: object(() => ({ version: text, range: text, status: text })),
      })),
    })),
  })),
}));

const resource = object(() => ({ ref: text, externalReference }));

const taskMembers = {
  uid: text,
  name: text,
  taskTypes: list(() => ({ taskType: text })),
  resourceReferences: list(() => ({ resourceReference: resource })),
  inputs: list(() => ({ input: object(() => ({ resource })) })),
  outputs: list(() => ({ output: object(() => ({ resource })) })),
  runtimeTopology: dependencyList,
  timeStart: text,
  timeEnd: text,
};

const workflow = object(() => ({
  ...taskMembers,
  tasks: list(() => ({ task: object(() => taskMembers) })),
  taskDependencies: dependencyList,
}));

const formula = object(() => ({
  components,
  services,
  workflows: list(() => ({ workflow })),
}));

const metadata = object(() => ({
  timestamp: text,
  tools,
  authors: list(() => ({ author: object(() => ({ name: text, email: text })) })),
  component,
  manufacture: organization,
  manufacturer: organization,
  supplier: organization,
}));

/** The document element. */
export const bom: Make = object(() => ({
  metadata,
  components,
  services,
  externalReferences,
  dependencies: dependencyList,
  compositions: list(() => ({ composition })),
  vulnerabilities: list(() => ({ vulnerability })),
  annotations: list(() => ({ annotation: NOTHING })),
  formulation: list(() => ({ formula })),
  declarations: object(() => ({
    assessors: list(() => ({ assessor: NOTHING })),
    attestations: list(() => ({ attestation: NOTHING })),
    evidence: list(() => ({ evidence: NOTHING })),
    claims: list(() => ({ claim: object(() => ({ target: text, predicate: text })) })),
    targets: object(() => ({ components, services })),
  })),
  definitions: object(() => ({ standards: list(() => ({ standard: NOTHING })) })),
  citations: list(() => ({ citation: NOTHING })),
}));

/** A list of `tool` up to 1.4 (and later still allowed); components and services from 1.5 on. */
function tools(origins: Origins, element: XmlElement): JsonValue | undefined {
  const isList = element.children.some(({ name }) => name === 'tool');
  return (isList ? toolList : toolObject)(origins, element);
}

const toolList = list(() => ({
  tool: object(() => ({ vendor: text, name: text, version: text })),
}));
const toolObject = object(() => ({ components, services }));

/**
 * The entries of a dependency graph. JSON has one entry for each thing; an XML dependency may hold dependencies of its own,
 * which are entries too. An entry without children says nothing about what it depends on: XML has no way to write "none".
 * Names count in any namespace: an extension of 1.1 writes them in its own.
 */
export function dependencyList(origins: Origins, element: XmlElement): JsonObject[] {
  const value: JsonObject[] = [];
  const elements: XmlElement[] = [];
  const stack = childrenNamed(element, 'dependency').toReversed();
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    value.push(dependencyEntry(origins, entry));
    elements.push(entry);
    const nested = childrenNamed(entry, 'dependency').filter(({ children }) => children.length > 0);
    stack.push(...nested.toReversed());
  }
  origins.setItems(value, elements);
  return value;
}

function dependencyEntry(origins: Origins, entry: XmlElement): JsonObject {
  const value: JsonObject = Object.fromEntries([
    ...plainAttributes(entry),
    ...refsOf(origins, entry, 'dependency', 'dependsOn'),
    ...refsOf(origins, entry, 'provides', 'provides'),
  ]);
  origins.setObject(value, entry);
  return value;
}

function refsOf(
  origins: Origins,
  entry: XmlElement,
  name: string,
  key: string,
): (readonly [string, JsonValue])[] {
  const named = childrenNamed(entry, name);
  if (named.length === 0) return [];
  const elements = named.filter(({ attributes }) => attributes.has('ref'));
  const refs = elements.map(({ attributes }) => attributes.get('ref') ?? '');
  origins.setItems(refs, elements);
  return [[key, refs]];
}
