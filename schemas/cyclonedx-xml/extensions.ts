// SPDX-License-Identifier: Apache-2.0
import { member } from '../../core/json.ts';
import { findChild, type XmlElement } from '../xml/element.ts';
import { withDescendants } from './bom-refs.ts';
import { DEPENDENCY_GRAPH, VULNERABILITY } from './namespaces.ts';
import { dependencyList } from './shapes.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Origins } from './make.ts';

/** Something that an extension says, in JSON form, and the element that says it. */
interface Stated {
  readonly value: JsonObject;
  readonly element: XmlElement;
}

/** What the extensions of 1.0 and 1.1 say, below the BOM and below each component, in the words of later versions. */
interface Extensions {
  readonly dependencies: readonly Stated[];
  readonly vulnerabilities: readonly Stated[];
}

/**
 * Reads the dependency-graph and vulnerability extensions, which say what `dependencies` (1.2) and `vulnerabilities` (1.4)
 * say later.
 */
export function readExtensions(root: XmlElement, origins: Origins): Extensions {
  const dependencies: Stated[] = [];
  const vulnerabilities: Stated[] = [];
  for (const element of withDescendants(root)) {
    const owner = element.parent;
    if (owner?.namespace !== root.namespace) continue;
    if (element.namespace === DEPENDENCY_GRAPH && element.name === 'dependencies') {
      dependencies.push(...readDependencies(element, owner, origins));
    } else if (element.namespace === VULNERABILITY && element.name === 'vulnerabilities') {
      const items = element.children.filter(({ name }) => name === 'vulnerability');
      vulnerabilities.push(...items.map((item) => readVulnerability(item, owner, origins)));
    }
  }
  return { dependencies, vulnerabilities };
}

/** A list of the JSON form with what extensions say after what the document itself says. */
export function extended(
  own: JsonValue | undefined,
  stated: readonly Stated[],
  origins: Origins,
): JsonValue | undefined {
  if (stated.length === 0) return own;
  const before = Array.isArray(own) ? (own as readonly JsonValue[]) : [];
  const list = [...before, ...stated.map(({ value }) => value)];
  const elements = before.map((_, at) => origins.findItem(before, at));
  origins.setItems(list, [...elements, ...stated.map(({ element }) => element)]);
  return list;
}

/** Inside a component, what the extension lists is what that component depends on. */
function readDependencies(element: XmlElement, owner: XmlElement, origins: Origins): Stated[] {
  const entries = dependencyList(origins, element).map((value) => ({
    value,
    element: origins.findObject(value) ?? element,
  }));
  const ref = owner.attributes.get('bom-ref');
  if (owner.name !== 'component' || ref === undefined) return entries;
  const direct = element.children.filter(({ attributes }) => attributes.has('ref'));
  const dependsOn = direct.map(({ attributes }) => attributes.get('ref') ?? '');
  const value: JsonObject = { ref, dependsOn };
  origins.setObject(value, element);
  origins.setItems(dependsOn, direct);
  // an entry that depends on nothing only repeats what the component's own entry says
  const further = entries.filter((entry) => member(entry.value, 'dependsOn') !== undefined);
  return [{ value, element }, ...further];
}

/** `ref` says what is affected; without it, inside a component, that component is. */
function readVulnerability(item: XmlElement, owner: XmlElement, origins: Origins): Stated {
  const source = findChild(item, 'source')?.attributes.get('name');
  const ref = item.attributes.get('ref') ?? owner.attributes.get('bom-ref');
  const value: JsonObject = {
    id: findChild(item, 'id')?.text.trim() ?? '',
    ...(source === undefined ? {} : { source: { name: source } }),
    ...(ref === undefined ? {} : { affects: [{ ref }] }),
  };
  origins.setObject(value, item);
  return { value, element: item };
}
