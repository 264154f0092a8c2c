// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../core/json.ts';
import { readDigestSet, type DigestEntry } from './digest-set.ts';
import { addProblem, type SchemaProblem } from './problem.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/** A thing that a statement talks about: a subject, a material, a resolved dependency, a resource. */
export interface ResourceDescriptor {
  readonly name?: string;
  readonly uri?: string;
  /** Every (algorithm, value) of the digest set, as written; placeholders and non-hashes included. */
  readonly digest: readonly DigestEntry[];
  /** JSON Pointer of the descriptor. */
  readonly pointer: string;
}

/**
 * Reads one resource descriptor, tolerantly: a digest that is no map is a problem, not a fault of the document. Undefined
 * where the value is no object or names nothing at all ("a ResourceDescriptor MUST specify one of uri, digest or content at
 * a minimum").
 * @see https://github.com/in-toto/attestation/blob/v1.1.0/spec/v1/resource_descriptor.md
 */
export function readResource(
  value: unknown,
  pointer: string,
  problems: SchemaProblem[],
): ResourceDescriptor | undefined {
  if (!isJsonObject(value)) {
    addProblem(problems, 'resource-malformed', pointer, 'a resource descriptor is an object');
    return undefined;
  }
  const name = stringMember(value, 'name');
  const uri = stringMember(value, 'uri');
  const digest = readDigestSet(member(value, 'digest'), `${pointer}/digest`, problems);
  const isNamed = !isBlank(name) || !isBlank(uri) || digest.length > 0;
  // what is written out in full needs no name; its bytes are no artefact that others could meet
  if (!isNamed && isBlank(stringMember(value, 'content'))) {
    addProblem(
      problems,
      'resource-empty',
      pointer,
      'it has no name, no uri, no digest and no content',
    );
    return undefined;
  }
  const resource: { -readonly [K in keyof ResourceDescriptor]: ResourceDescriptor[K] } = {
    digest,
    pointer,
  };
  if (name !== undefined) resource.name = name;
  if (uri !== undefined) resource.uri = uri;
  return resource;
}

/** Reads an array of resource descriptors; absent or null is none, anything else a problem. Order is kept. */
export function readResources(
  value: unknown,
  pointer: string,
  problems: SchemaProblem[],
): readonly ResourceDescriptor[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    addProblem(problems, 'resources-malformed', pointer, 'resource descriptors come in an array');
    return [];
  }
  const items = value as readonly JsonValue[];
  const resources: ResourceDescriptor[] = [];
  for (let index = 0; index < items.length; index++) {
    const resource = readResource(items[index], `${pointer}/${index}`, problems);
    if (resource !== undefined) resources.push(resource);
  }
  return resources;
}

function isBlank(text: string | undefined): boolean {
  return text === undefined || text === '';
}
