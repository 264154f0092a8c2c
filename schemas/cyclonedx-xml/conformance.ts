// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { excerpt } from '../../core/errors.ts';
import { pathOf, type XmlElement } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { checkXsd } from '../xml/xsd/check.ts';
import { compileXsd } from '../xml/xsd/compile.ts';
import { withDescendants } from './bom-refs.ts';
import { DEPENDENCY_GRAPH, findVersion } from './namespaces.ts';
import type { BomProblem } from '../cyclonedx/model.ts';
import type { XsdSchema } from '../xml/xsd/model.ts';

/** Whether a document keeps every rule of its version's own schema, and which it breaks. */
export interface XmlConformance {
  readonly conformant: boolean;
  readonly problems: readonly BomProblem[];
}

const compiled = new Map<string, XsdSchema>();

/**
 * Checks a document against the official XSD of the version that its namespace names, and the one rule of the dependency
 * graph extension whose schema is not shipped with it (`ref` is required). Nothing of an xsi:schemaLocation is followed.
 * @returns not conformant, with the reason, where the namespace is that of no version
 * @see https://github.com/CycloneDX/specification/tree/master/schema
 */
export function checkCyclonedxXmlConformance(root: XmlElement): XmlConformance {
  const version = findVersion(root.namespace);
  if (version === undefined) {
    const message = `no schema for the namespace "${excerpt(root.namespace)}"`;
    return {
      conformant: false,
      problems: [{ code: 'xsd:namespace', pointer: pathOf(root), message }],
    };
  }
  const problems = checkXsd(schemaOf(version), root).map(({ rule, pointer, message }) => ({
    code: `xsd:${rule}`,
    pointer,
    message,
  }));
  problems.push(...extensionFaults(root));
  return { conformant: problems.length === 0, problems };
}

function schemaOf(version: string): XsdSchema {
  const known = compiled.get(version);
  if (known !== undefined) return known;
  const schema = compileXsd(readSchema(`bom-${version}.SNAPSHOT.xsd`), [
    readSchema('spdx.SNAPSHOT.xsd'),
  ]);
  compiled.set(version, schema);
  return schema;
}

function readSchema(file: string): XmlElement {
  const folder = dirname(
    createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'),
  );
  return parseXml(readFileSync(join(folder, 'res', 'schema', file), 'utf8'));
}

const MAX_LISTED = 20;

/** "dependency": attribute ref, required (dependency-graph-1.0.xsd). */
function extensionFaults(root: XmlElement): BomProblem[] {
  const faults: BomProblem[] = [];
  for (const element of withDescendants(root)) {
    const { name, namespace, attributes } = element;
    if (namespace !== DEPENDENCY_GRAPH || name !== 'dependency' || attributes.has('ref')) continue;
    if (faults.length >= MAX_LISTED) break;
    const message = 'the attribute ref is missing';
    faults.push({ code: 'xsd:cvc-complex-type.4', pointer: pathOf(element), message });
  }
  return faults;
}
