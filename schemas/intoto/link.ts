// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import { readDigestSet } from './digest-set.ts';
import { addProblem, type SchemaProblem } from './problem.ts';
import { readResources, type ResourceDescriptor } from './resource-descriptor.ts';
import { predicateObject, type Statement } from './statement.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** What one step of a supply chain read and wrote. */
export interface Link {
  /** Name of the step. */
  readonly name: string;
  readonly command: readonly string[];
  /** `name` of each is its path: a label, never an identity. */
  readonly materials: readonly ResourceDescriptor[];
  readonly products: readonly ResourceDescriptor[];
  readonly problems: readonly SchemaProblem[];
}

/** Recognises a bare link: `_type` is `link`. It is the payload of a metablock or of a DSSE envelope. */
export function detectLink(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json' || stringMember(decoded.json.value, '_type') !== 'link')
    return undefined;
  return { format: 'in-toto-link', version: null };
}

/**
 * Parses a link.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where it has no name, or materials or products are no maps
 * @see https://github.com/in-toto/docs/blob/v0.9/in-toto-spec.md section 4.4
 */
export function parseLink(value: JsonValue): Link {
  const name = stringMember(value, 'name');
  const materials = member(value, 'materials');
  const products = member(value, 'products');
  if (stringMember(value, '_type') !== 'link' || name === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'not an in-toto link', {
      hint: 'it needs _type link, a name and the maps materials and products',
    });
  }
  const problems: SchemaProblem[] = [];
  return {
    name,
    command: readCommand(value, '', problems),
    materials: readArtifacts(materials, '/materials', problems),
    products: readArtifacts(products, '/products', problems),
    problems,
  };
}

/**
 * Parses the link predicate of a statement: v0.3 has materials as resource descriptors, Link/v1 as a map; the products
 * are the statement's subjects.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the predicate is no object or names no step
 * @see https://github.com/in-toto/attestation/blob/v1.1.0/spec/predicates/link.md
 */
export function parseLinkStatement(statement: Statement): Link {
  const predicate = predicateObject(statement);
  const name = stringMember(predicate, 'name');
  if (name === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'the link names no step', {
      at: '/predicate/name',
    });
  }
  const problems: SchemaProblem[] = [...statement.problems];
  const materials = member(predicate, 'materials');
  const at = '/predicate/materials';
  return {
    name,
    command: readCommand(predicate, '/predicate', problems),
    materials: isJsonObject(materials)
      ? readArtifacts(materials, at, problems)
      : readResources(materials, at, problems),
    products: statement.subjects,
    problems,
  };
}

function readArtifacts(
  value: JsonValue | undefined,
  pointer: string,
  problems: SchemaProblem[],
): readonly ResourceDescriptor[] {
  if (!isJsonObject(value)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a link maps paths to digests', { at: pointer });
  }
  return Object.keys(value).map((path) => {
    const place = pointerJoin(pointer, path);
    return { name: path, digest: readDigestSet(value[path], place, problems), pointer: place };
  });
}

/** Old links write the command as one string. */
function readCommand(value: JsonValue, at: string, problems: SchemaProblem[]): readonly string[] {
  const command = member(value, 'command');
  if (command === undefined || command === null) return [];
  if (typeof command === 'string') return [command];
  const words = arrayMember(value, 'command');
  if (words === undefined || words.some((word) => typeof word !== 'string')) {
    addProblem(problems, 'command-malformed', `${at}/command`, 'the command is no list of words');
  }
  return (words ?? []).filter((word) => typeof word === 'string');
}
