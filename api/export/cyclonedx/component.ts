// SPDX-License-Identifier: Apache-2.0
import { sha256 } from '../../../core/digest.ts';
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import type { Account } from '../account.ts';
import type { Thing } from '../things.ts';
import { identifiersOf, typeOf } from './identity.ts';

const HASH_NAMES: ReadonlyMap<string, string> = new Map([
  ['sha256', 'SHA-256'],
  ['sha384', 'SHA-384'],
  ['sha512', 'SHA-512'],
  ['blake3', 'BLAKE3'],
  ['sha1', 'SHA-1'],
  ['md5', 'MD5'],
]);
/** The entry of `data` that tells what sort of data it is. */
const DATA_TYPES: ReadonlyMap<string, string> = new Map([
  ['Dataset', 'dataset'],
  ['Config', 'configuration'],
  ['Code', 'source-code'],
]);
const MAX_REF = 512;
/** RFC 3987 without what is seldom right and never needed. */
const IRI = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[!$&-;=?-Z_a-z~#]+$/;

type Mutable = Record<string, unknown>;

/** Its bom-ref: the ref itself, so that it means the same in every export. */
export function bomRefOf({ ref }: Thing): string {
  return ref.length <= MAX_REF && !ref.startsWith('/') && !ref.startsWith('urn:cdx:')
    ? ref
    : sha256(ref);
}

/** A copy tells what the thing is, and nothing of what it has to do with others. */
export function copyOf(thing: Thing): Mutable {
  const { 'bom-ref': _, properties, modelCard: __, ...rest } = componentOf(thing);
  return { ...rest, properties: [property('ref', thing.ref), ...(properties as JsonObject[])] };
}

/** The record of one thing, without what edges say. */
export function componentOf(thing: Thing, account?: Account): Mutable {
  const type = typeOf(thing);
  const attributes = new Map(Object.entries(thing.attributes));
  const take = (key: string): string | undefined => {
    const value = attributes.get(key);
    attributes.delete(key);
    return value;
  };
  if (take('type') !== type && thing.attributes['type'] !== undefined) {
    attributes.set('type', thing.attributes['type']);
  }
  const parameters = thing.kind === 'Model' ? modelParametersOf(take) : {};
  const license = thing.kind === 'Package' ? take('license') : undefined;
  const version = take('version');
  const publisher = take('publisher');
  const { purl, omniborIds, untold, untoldNames } = identifiersOf(thing);
  const data = dataOf(thing, attributes);
  const component: Mutable = {
    type,
    'bom-ref': bomRefOf(thing),
    ...(publisher !== undefined && { publisher }),
    name: thing.name,
    ...(version !== undefined && { version }),
    ...(thing.digests.length > 0 && {
      hashes: thing.digests.map(({ algorithm, hex }) => ({
        alg: HASH_NAMES.get(algorithm) ?? algorithm,
        content: hex,
      })),
    }),
    ...(purl !== undefined && { purl }),
    ...(omniborIds.length > 0 && { omniborId: omniborIds }),
    ...(license !== undefined && { licenses: [{ license: { name: license } }] }),
    ...data,
    ...(Object.keys(parameters).length > 0 && {
      modelCard: { modelParameters: parameters, quantitativeAnalysis: {} },
    }),
    properties: [],
  };
  const otherNames = new Set(
    thing.nodes.flatMap((node) => node.names).filter((name) => name !== thing.name),
  );
  component['properties'] = [
    ...[...otherNames].sort().map((name) => property('name', name)),
    ...untold.map((ref) => property('identity', ref)),
    ...untoldNames.map((ref) => property('shared-name', ref)),
    ...[...attributes].map(([key, value]) => property(`attribute:${key}`, value)),
  ];
  if (account !== undefined) accountFor(thing, account);
  return component;
}

/** A name-value pair for what CycloneDX has no field for. */
export function property(name: string, value: string): JsonObject {
  return { name: `pedigree:${name}`, value };
}

function modelParametersOf(take: (key: string) => string | undefined): Mutable {
  const task = take('task');
  const architectureFamily = take('architectureFamily');
  const modelArchitecture = take('modelArchitecture');
  return {
    ...(task !== undefined && { task }),
    ...(architectureFamily !== undefined && { architectureFamily }),
    ...(modelArchitecture !== undefined && { modelArchitecture }),
  };
}

function dataOf(thing: Thing, attributes: Map<string, string>): Mutable {
  const type = DATA_TYPES.get(thing.kind);
  if (type === undefined) return {};
  const url = attributes.get('url');
  const classification = attributes.get('classification');
  const hasUrl = url !== undefined && IRI.test(url);
  if (hasUrl) attributes.delete('url');
  attributes.delete('classification');
  return {
    data: [
      {
        type,
        name: thing.name,
        ...(hasUrl && { contents: { url } }),
        ...(classification !== undefined && { classification }),
      },
    ],
  };
}

/** What the record tells, in fields or (names and attributes) in properties. */
function accountFor(thing: Thing, account: Account): void {
  const { untold, untoldNames } = identifiersOf(thing);
  const isUntold = new Set([...untold, ...untoldNames]);
  const names = new Set(thing.nodes.flatMap((node) => node.names));
  for (const node of [...thing.nodes, ...thing.borne]) {
    const { ref, kinds } = node;
    if (isUntold.has(ref) && !thing.nodes.includes(node)) {
      account.leaveNodes([node], NO_IDENTITY);
      continue;
    }
    account.carry('thing', ref);
    if (isUntold.has(ref)) account.leave('identity', ref, NO_IDENTITY);
    else account.carry('identity', ref);
    for (const kind of kinds) {
      if (kind === thing.kind && kind !== 'Prompt') account.carry(`kind ${kind}`, ref);
      else account.leave(`kind ${kind}`, ref, 'a component has one type');
    }
    for (const name of node.names) {
      if (names.has(name)) account.carry(`name ${name}`, ref);
      else account.leave(`name ${name}`, ref, 'the component has the names of its first identity');
    }
    for (const [key, value] of Object.entries(node.attributes)) {
      if (thing.attributes[key] === value) account.carry(`attribute ${key} ${value}`, ref);
      else account.leave(`attribute ${key} ${value}`, ref, 'a component has one value');
    }
  }
}

const NO_IDENTITY = 'CycloneDX has no field for such an identity; kept as a property';
