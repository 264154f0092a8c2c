// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member } from '../../core/json.ts';
import { findEdition, NEWEST_EDITION, type Edition } from './classes/edition.ts';
import { ObjectChecker } from './conform/checker.ts';
import { Definitions, type Prefixes } from './conform/definitions.ts';
import { Findings } from './conform/findings.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Spdx3Problem } from './model.ts';

const CONTEXT_PLACE = { parent: undefined, key: '@context' };

/** What the context of SPDX calls `spdx`. */
const TERMS = 'https://spdx.org/rdf/3.0.1/terms/';

/** Whether a document breaks a rule of SPDX 3, and which. */
export interface Spdx3Conformance {
  readonly conformant: boolean;
  /** The first twenty. */
  readonly problems: readonly Spdx3Problem[];
}

/**
 * Checks a document against the version of SPDX 3 whose context it names: the class of each object, its properties with
 * their cardinalities, types and vocabularies, what its references lead to, and the constraints that the pages of classes
 * spell out. Reads the graph twice and holds nothing of it but the ids. That a collection keeps the profiles that it claims
 * is not judged.
 * @see https://spdx.github.io/spdx-spec/v3.0.1/serializations/#json-ld-validation
 */
export function checkSpdx3Conformance(root: JsonValue): Spdx3Conformance {
  const findings = new Findings();
  if (isJsonObject(root)) checkDocument(root, findings);
  else findings.add('spdx3:graph', undefined, 'a document is an object');
  const { problems } = findings;
  return { conformant: problems.length === 0, problems };
}

function checkDocument(root: JsonObject, findings: Findings): void {
  const { edition, prefixes } = readContext(member(root, '@context'), findings);
  const definitions = new Definitions(edition, prefixes);
  const checker = new ObjectChecker(edition, definitions, findings);
  if (!Object.hasOwn(root, '@graph')) {
    definitions.collect(root);
    checker.checkObject(root, undefined, undefined, '@context');
    return;
  }
  for (const key of Object.keys(root)) {
    if (key === '@context' || key === '@graph') continue;
    const place = { parent: undefined, key };
    findings.add('spdx3:unknown-property', place, 'stands beside the graph');
  }
  const parent = { parent: undefined, key: '@graph' };
  const graph = member(root, '@graph');
  if (!Array.isArray(graph)) {
    findings.add('spdx3:graph', parent, 'is an array');
    return;
  }
  const items = graph as readonly JsonValue[];
  definitions.collect(items);
  let key = 0;
  for (const item of items) {
    if (findings.isFull) return;
    if (isJsonObject(item)) checker.checkObject(item, { parent, key });
    else findings.add('spdx3:graph', { parent, key }, 'is no object');
    key++;
  }
}

/**
 * "All SPDX documents in JSON-LD format must include a reference to the SPDX global context file at the top level.
 * Additional namespace mappings may be defined within a separate object within the context."
 */
function readContext(
  context: JsonValue | undefined,
  findings: Findings,
): { edition: Edition; prefixes: Prefixes } {
  const parts = Array.isArray(context) ? (context as readonly JsonValue[]) : [context];
  const [address, ...mappings] = parts;
  const edition = typeof address === 'string' ? findEdition(address) : undefined;
  if (edition === undefined) {
    findings.add('spdx3:context', CONTEXT_PLACE, 'is not the context of SPDX 3.0.1 or 3.0.0');
  }
  const prefixes = new Map([['spdx', TERMS]]);
  for (const mapping of mappings) {
    if (!isMapping(mapping)) {
      findings.add('spdx3:context', CONTEXT_PLACE, 'holds more than prefixes of namespaces');
      continue;
    }
    for (const [prefix, namespace] of Object.entries(mapping)) prefixes.set(prefix, namespace);
  }
  return { edition: edition ?? NEWEST_EDITION, prefixes };
}

/** JSON-LD 1.1, 4.1.5: what a term of a prefix stands for ends in a delimiter of RFC 3986. */
function isMapping(value: JsonValue | undefined): value is Readonly<Record<string, string>> {
  const isPrefix = ([prefix, namespace]: [string, JsonValue]): boolean =>
    !prefix.startsWith('@') && typeof namespace === 'string' && /[:/?#[\]@]$/.test(namespace);
  return isJsonObject(value) && Object.entries(value).every(isPrefix);
}
