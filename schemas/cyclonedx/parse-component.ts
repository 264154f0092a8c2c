// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import { parseDataEntry, parseModelCard } from './parse-model-card.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { WireReader, Located } from '../wire-reader.ts';
import type {
  Component,
  DataEntry,
  ExternalReference,
  Hash,
  License,
  Organization,
  Pedigree,
  Property,
  Service,
} from './model.ts';

const ML_NAMESPACE = 'cdx:ai-ml:';

/** Parses a component with everything nested in it. JSON nesting is bounded before, so recursion is. */
export function parseComponent(read: WireReader, item: Located): Component {
  const found = membersOf(item.value);
  const swid = found.isPlain ? undefined : read.object(item, 'swid');
  const modelCard = found.isPlain ? undefined : read.object(item, 'modelCard');
  return {
    form: 'component',
    pointer: item.pointer,
    bomRef: read.asText(found.bomRef, item, 'bom-ref'),
    type: read.asText(found.type, item, 'type'),
    name: parseName(read, item, found.name),
    group: read.asText(found.group, item, 'group'),
    version: read.asTextOrNumber(found.version, item, 'version'),
    purl: read.asText(found.purl, item, 'purl'),
    cpe: read.asText(found.cpe, item, 'cpe'),
    swidTagId: swid === undefined ? undefined : read.text(swid, 'tagId'),
    omniborIds: found.isPlain ? NOTHING : read.texts(item, 'omniborId'),
    swhids: found.isPlain ? NOTHING : read.texts(item, 'swhid'),
    hashes: found.hashes === undefined ? NOTHING : parseHashes(read, item),
    licenses: found.licenses === undefined ? NOTHING : parseLicenses(read, item),
    supplier: found.isPlain ? undefined : parseOrganization(read, item, 'supplier'),
    manufacturer: found.isPlain ? undefined : parseOrganization(read, item, 'manufacturer'),
    publisher: read.asText(found.publisher, item, 'publisher'),
    scope: read.asText(found.scope, item, 'scope'),
    externalReferences:
      found.externalReferences === undefined ? NOTHING : parseExternalReferences(read, item),
    components: found.isPlain ? NOTHING : read.each(item, 'components', toComponent),
    pedigree: found.isPlain ? undefined : parsePedigree(read, item),
    modelCard: modelCard === undefined ? undefined : parseModelCard(read, modelCard),
    data: found.isPlain ? NOTHING : read.each(item, 'data', toDataEntry),
    mlProperties: found.properties === undefined ? NOTHING : parseMlProperties(read, item),
  };
}

const NOTHING: readonly never[] = [];

/** The members of a component that many have, as written. */
interface CommonMembers {
  bomRef: JsonValue | undefined;
  type: JsonValue | undefined;
  name: JsonValue | undefined;
  group: JsonValue | undefined;
  version: JsonValue | undefined;
  purl: JsonValue | undefined;
  cpe: JsonValue | undefined;
  hashes: JsonValue | undefined;
  licenses: JsonValue | undefined;
  publisher: JsonValue | undefined;
  scope: JsonValue | undefined;
  externalReferences: JsonValue | undefined;
  properties: JsonValue | undefined;
  /** It has none of the members that few have. */
  isPlain: boolean;
}

const NO_MEMBERS: Readonly<CommonMembers> = {
  bomRef: undefined,
  type: undefined,
  name: undefined,
  group: undefined,
  version: undefined,
  purl: undefined,
  cpe: undefined,
  hashes: undefined,
  licenses: undefined,
  publisher: undefined,
  scope: undefined,
  externalReferences: undefined,
  properties: undefined,
  isPlain: true,
};

/** One look at what is there: a component lacks most of what it may have, and to look for each takes longer. */
function membersOf(component: JsonObject): CommonMembers {
  const found: CommonMembers = { ...NO_MEMBERS };
  for (const key in component) {
    const name = NAMES.get(key);
    if (name === undefined || !Object.hasOwn(component, key)) continue;
    if (name === 'isPlain') found.isPlain = false;
    else found[name] = component[key];
  }
  return found;
}

/** By the key of the member; those of the members that few have say so. */
const NAMES: ReadonlyMap<string, keyof CommonMembers> = new Map([
  ['bom-ref', 'bomRef'],
  ...(
    [
      ...['type', 'name', 'group', 'version', 'purl', 'cpe', 'hashes', 'licenses', 'publisher'],
      ...['scope', 'externalReferences', 'properties'],
    ] as const
  ).map((key) => [key, key] as const),
  ...[
    ...['swid', 'modelCard', 'omniborId', 'swhid', 'supplier', 'manufacturer', 'components'],
    ...['pedigree', 'data'],
  ].map((key) => [key, 'isPlain'] as const),
]);

/** What a list of components is read with: see parseComponent. */
export function toComponent(item: Located, read: WireReader): Component {
  return parseComponent(read, item);
}

/** What a list of services is read with: see parseService. */
export function toService(item: Located, read: WireReader): Service {
  return parseService(read, item);
}

function toDataEntry(item: Located, read: WireReader): DataEntry {
  return parseDataEntry(read, item);
}

/** Parses a service with the services nested in it. */
function parseService(read: WireReader, item: Located): Service {
  return {
    form: 'service',
    pointer: item.pointer,
    bomRef: read.text(item, 'bom-ref'),
    name: parseName(read, item, member(item.value, 'name')),
    group: read.text(item, 'group'),
    version: read.textOrNumber(item, 'version'),
    licenses: parseLicenses(read, item),
    externalReferences: parseExternalReferences(read, item),
    provider: parseOrganization(read, item, 'provider'),
    services: read.each(item, 'services', toService),
  };
}

/** Parses an organisation of which only the name matters; without one it is nobody. */
export function parseOrganization(
  read: WireReader,
  from: Located,
  key: string,
): Organization | undefined {
  const at = read.object(from, key);
  const name = at === undefined ? undefined : read.text(at, 'name');
  return at === undefined || name === undefined ? undefined : { pointer: at.pointer, name };
}

/**
 * Parses `externalReferences`; one without a URL points nowhere and is listed. Most lead to the pages of a project: nothing
 * is read from those, so they are left out.
 */
export function parseExternalReferences(
  read: WireReader,
  from: Located,
): readonly ExternalReference[] {
  return read.each(from, 'externalReferences', toExternalReference, isAside);
}

/** Types of references that something is read from. */
const READ_TYPES: ReadonlySet<string> = new Set(['bom', 'distribution', 'model-card', 'website']);

/** True for a reference without a fault that nothing is read from. */
function isAside(item: JsonObject): boolean {
  if (item['hashes'] !== undefined) return false;
  const type = stringMember(item, 'type');
  const url = stringMember(item, 'url');
  return url !== undefined && url !== '' && type !== undefined && !READ_TYPES.has(type);
}

function toExternalReference(item: Located, read: WireReader): ExternalReference | undefined {
  return parseExternalReference(read, item);
}

/** Parses one external reference, or undefined (listed) where it has no URL. */
export function parseExternalReference(
  read: WireReader,
  item: Located,
): ExternalReference | undefined {
  const url = read.text(item, 'url');
  if (url === undefined) {
    read.problem('reference-without-url', item.pointer, 'external reference without a URL');
    return undefined;
  }
  return {
    pointer: item.pointer,
    type: read.text(item, 'type'),
    url,
    hashes: parseHashes(read, item),
  };
}

function parseName(
  read: WireReader,
  item: Located,
  found: JsonValue | undefined,
): string | undefined {
  const name = read.asText(found, item, 'name');
  if (name === undefined) read.problem('missing-name', item.pointer, 'has no name');
  return name;
}

/** Nearly all lists of hashes are as they should be, and nothing is asked of their places. */
function parseHashes(read: WireReader, from: Located): readonly Hash[] {
  const items = read.list(from, 'hashes');
  if (items.length === 0) return NO_HASHES;
  return findFewHashes(items) ?? read.each(from, 'hashes', toHash);
}

const NO_HASHES: readonly Hash[] = [];
const FEW_HASHES = 32;

/** The hashes of a short list in which nothing is missing or wrong; undefined for every other list. */
function findFewHashes(items: readonly JsonValue[]): readonly Hash[] | undefined {
  if (items.length > FEW_HASHES) return undefined;
  const found: Hash[] = [];
  for (let at = 0; at < items.length; at++) {
    const item = items[at];
    const algorithm = stringMember(item, 'alg');
    const hex = stringMember(item, 'content');
    if (algorithm === undefined || algorithm === '' || hex === undefined || hex === '') {
      return undefined;
    }
    found.push({ algorithm, hex });
  }
  return found;
}

function toHash(item: Located, read: WireReader): Hash | undefined {
  const algorithm = read.text(item, 'alg');
  const hex = read.text(item, 'content');
  if (algorithm !== undefined && hex !== undefined) return { algorithm, hex };
  read.problem('hash-incomplete', item.pointer, 'a hash needs alg and content');
  return undefined;
}

/** An entry is a license or an expression (licenseChoice); where both are written both are read, and the fault is listed. */
function parseLicenses(read: WireReader, from: Located): readonly License[] {
  const entries = read.each(from, 'licenses', toLicenses);
  for (const entry of entries) if (Array.isArray(entry)) return entries.flat();
  return entries as readonly License[];
}

function toLicenses(item: Located, read: WireReader): License | License[] | undefined {
  const expression = read.text(item, 'expression');
  const license = read.object(item, 'license');
  const named = license === undefined ? undefined : parseLicense(read, license);
  if (expression === undefined) return named;
  const acknowledgement = read.text(item, 'acknowledgement');
  const stated: License = { text: expression, form: 'expression', acknowledgement };
  if (named === undefined) return stated;
  read.problem('license-choice', item.pointer, 'a license and an expression in one entry');
  return [stated, named];
}

function parseLicense(read: WireReader, license: Located): License | undefined {
  const acknowledgement = read.text(license, 'acknowledgement');
  const id = read.text(license, 'id');
  if (id !== undefined) return { text: id, form: 'id', acknowledgement };
  const name = read.text(license, 'name');
  return name === undefined ? undefined : { text: name, form: 'name', acknowledgement };
}

function parsePedigree(read: WireReader, component: Located): Pedigree | undefined {
  const at = read.object(component, 'pedigree');
  if (at === undefined) return undefined;
  const related = (key: string): readonly Component[] => read.each(at, key, toComponent);
  return {
    ancestors: related('ancestors'),
    descendants: related('descendants'),
    variants: related('variants'),
    commits: read.each(at, 'commits', (item) => ({
      uid: read.text(item, 'uid'),
      url: read.text(item, 'url'),
    })),
  };
}

/** Scanners write dozens of properties a component; only those of the ML namespace are told apart here. */
function parseMlProperties(read: WireReader, component: Located): readonly Property[] {
  const found: Property[] = [];
  const items = read.list(component, 'properties');
  for (let at = 0; at < items.length; at++) {
    const value = items[at];
    const name = member(value, 'name');
    if (typeof name !== 'string' || !name.startsWith(ML_NAMESPACE) || !isJsonObject(value))
      continue;
    const pointer = pointerJoin(component.pointer, 'properties', at);
    const text = read.text({ value, pointer }, 'value');
    if (text !== undefined) found.push({ pointer, name, value: text });
  }
  return found;
}
