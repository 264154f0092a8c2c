// SPDX-License-Identifier: Apache-2.0
import { findDigest } from '../../../core/digest.ts';
import { LIMITS } from '../../../core/limits.ts';
import {
  coordinateRef,
  findPurlRef,
  nameRef,
  type PurlRef,
} from '../../../graph/domain/node-ref.ts';
import { hubIdentityOfPurl, hubNamesOfPages } from './hub.ts';
import type { Kind } from '../../../graph/domain/kinds.ts';
import type {
  Component,
  DataEntry,
  ExternalReference,
  License,
  ModelCard,
  Service,
} from '../../../schemas/cyclonedx/model.ts';
import type { EntityInput } from '../facts-builder.ts';

/** Component types that are not packages. Everything else, what is still to be invented included, is one. */
const KIND_OF_TYPE: ReadonlyMap<string, Kind> = new Map([
  ['machine-learning-model', 'Model'],
  ['data', 'Dataset'],
  ['container', 'Image'],
  ['file', 'File'],
]);

/** Spellings of "there is none" in group and version. Such a group is no namespace, such a version names no release. */
const PLACEHOLDERS = new Set([
  '-',
  '*',
  'n/a',
  'na',
  'nil',
  'none',
  'null',
  'undefined',
  'unknown',
  'noassertion',
  'latest',
  'unspecified',
]);
const MAX_LOCAL = 512;
const MAX_ATTRIBUTE = 256;
const GITOID_SHA256 = /^gitoid:(?:blob|tree|commit|tag):sha256:[0-9a-f]{64}$/;

/** The kind of a component or service. A service has no kind of its own: it is something that can be depended on. */
export function kindOf(source: Component | Service): Kind {
  if (source.form === 'service') return 'Package';
  const kind = KIND_OF_TYPE.get(source.type ?? '') ?? 'Package';
  return kind === 'Dataset' ? kindOfData(source.data) : kind;
}

/** `data` says dataset, unless every entry says that it is configuration, or source code. */
function kindOfData(entries: readonly DataEntry[]): Kind {
  const first = entries[0]?.type;
  if (first === undefined || entries.some((entry) => entry.type !== first)) return 'Dataset';
  if (first === 'configuration') return 'Config';
  return first === 'source-code' ? 'Code' : 'Dataset';
}

/**
 * Everything that a component's record says it is. Identity, strongest first: hashes and gitoids, a purl with version,
 * (group, name, version) with a real group, and last a name. bom-refs are unique within one BOM only, so they stay local.
 * @param local id inside the document, from `localIdOf`
 */
export function entityOf(source: Component | Service, local: string): EntityInput {
  const kind = kindOf(source);
  const isComponent = source.form === 'component';
  const purl = isComponent ? source.purl : undefined;
  const purlRef = purl === undefined ? undefined : findPurlRef(purl);
  const contentRefs = isComponent ? contentRefsOf(source) : NOTHING;
  const { coordinates, nameRefs } = identityOf(source, kind, purlRef, contentRefs.length > 0);
  return {
    kinds: [kind],
    pointer: source.pointer,
    names: namesOf(source),
    digests: isComponent ? source.hashes : NOTHING,
    contentRefs,
    // a broken purl goes to the builder, which lists it
    purls: purl !== undefined && purlRef === undefined ? [purl] : NOTHING,
    coordinates,
    nameRefs,
    local,
    attributes: attributesOf(source, kind),
  };
}

const NOTHING: readonly never[] = [];

interface Identity {
  readonly coordinates: readonly string[];
  readonly nameRefs: readonly string[];
}

/** What a record is beside its content. */
function identityOf(
  source: Component | Service,
  kind: Kind,
  purl: PurlRef | undefined,
  hasContentRef: boolean,
): Identity {
  const hub = purl === undefined ? undefined : hubIdentityOfPurl(purl.ref, kind);
  if (purl?.level === 'coordinate') {
    return { coordinates: [purl.ref, ...(hub?.coordinates ?? NOTHING)], nameRefs: NOTHING };
  }
  const named = [
    ...(purl === undefined ? NOTHING : [purl.ref]),
    ...(hub?.nameRefs ?? NOTHING),
    ...(source.form === 'component' ? hubNamesOfPages(source.externalReferences, kind) : NOTHING),
  ];
  if (hasContentRef || hasDigest(source)) return { coordinates: NOTHING, nameRefs: named };
  return namedIdentity(source, kind, named);
}

/** An id that nothing else in the document has: the bom-ref of its first bearer, else the pointer (which begins with a slash). */
export function localIdOf(source: Component | Service, isFirstBearer: boolean): string {
  const { bomRef } = source;
  const usable = bomRef !== undefined && bomRef.length <= MAX_LOCAL && !bomRef.startsWith('/');
  return usable && isFirstBearer ? bomRef : source.pointer;
}

/** A shared name, unless it is too long to be kept whole: two cut ones could become equal. */
export function sharedName(namespace: string, name: string | undefined): string[] {
  if (name === undefined || name.trim() === '') return [];
  return namespace.length + name.length + 'name:/'.length > LIMITS.refChars
    ? []
    : [nameRef(namespace, name)];
}

/** Identity of something that only has group, name and version. */
function namedIdentity(
  source: Component | Service,
  kind: Kind,
  purlNames: readonly string[],
): Identity {
  const { group, name, version } = source;
  const onlyPurl = { coordinates: NOTHING, nameRefs: purlNames };
  if (name === undefined || name.trim() === '') return onlyPurl;
  const realVersion = isReal(version) ? version : undefined;
  if (isReal(group) && realVersion !== undefined && fits(group, name, realVersion)) {
    return {
      coordinates: [coordinateRef(`cdx/${group}`, name, realVersion)],
      nameRefs: purlNames,
    };
  }
  // a bare relative path names a file of this document only (DESIGN.md 3, local)
  if (kind === 'File' && !isReal(group) && realVersion === undefined) return onlyPurl;
  const path = isReal(group) ? `${group}/${name}` : name;
  const label = realVersion === undefined ? path : `${path}@${realVersion}`;
  const nameRefs = [...purlNames, ...sharedName('cdx', label), ...cpeNames(source)];
  return { coordinates: NOTHING, nameRefs };
}

/** A CPE names a product line as its dictionary spells it: a name, asked only where nothing better is there. */
function cpeNames(source: Component | Service): string[] {
  return source.form === 'component' ? sharedName('cpe', source.cpe) : [];
}

function fits(...parts: string[]): boolean {
  return parts.reduce((sum, part) => sum + part.length, 0) < LIMITS.refChars - 16;
}

function isReal(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '' && !PLACEHOLDERS.has(text.trim().toLowerCase());
}

function contentRefsOf({ omniborIds }: Component): readonly string[] {
  return omniborIds.length === 0 ? NOTHING : omniborIds.filter((id) => GITOID_SHA256.test(id));
}

function hasDigest(source: Component | Service): boolean {
  if (source.form === 'service') return false;
  return source.hashes.some(({ algorithm, hex }) => findDigest(algorithm, hex) !== undefined);
}

/** Name and group/name; a person may know it by either. */
function namesOf(source: Component | Service): string[] {
  const { group, name } = source;
  if (name === undefined) return [];
  return group === undefined ? [name] : [name, `${group}/${name}`];
}

function attributesOf(source: Component | Service, kind: Kind): Record<string, string> {
  const found: Record<string, string> = {};
  const type = source.form === 'service' ? 'service' : source.type;
  // models, data, images and files say their type by their kind
  if (kind === 'Package' && type !== undefined) found['type'] = cut(type);
  if (source.version !== undefined) found['version'] = cut(source.version);
  if (source.licenses.length > 0) found['license'] = cut(licenseText(source.licenses));
  if (source.form === 'component') putComponentAttributes(found, source);
  return found;
}

function putComponentAttributes(found: Record<string, string>, component: Component): void {
  put(found, 'scope', component.scope);
  put(found, 'cpe', component.cpe);
  put(found, 'swid', component.swidTagId);
  put(found, 'publisher', component.publisher);
  put(found, 'swhid', component.swhids[0]);
  put(found, 'commit', component.pedigree?.commits[0]?.uid);
  if (component.data.length > 0) putDataAttributes(found, component.data);
  if (component.modelCard !== undefined) putModelAttributes(found, component.modelCard);
  put(found, 'distribution', component.externalReferences.find(isDownload)?.url);
}

function isDownload({ type, hashes }: ExternalReference): boolean {
  return type === 'distribution' && hashes.length === 0;
}

function putDataAttributes(found: Record<string, string>, [first]: readonly DataEntry[]): void {
  put(found, 'url', first?.url);
  put(found, 'classification', first?.classification);
}

function putModelAttributes(found: Record<string, string>, card: ModelCard): void {
  put(found, 'task', card.task);
  put(found, 'architectureFamily', card.architectureFamily);
  put(found, 'modelArchitecture', card.modelArchitecture);
}

function put(into: Record<string, string>, key: string, value: string | undefined): void {
  if (value !== undefined) into[key] = cut(value);
}

function cut(value: string): string {
  return value.length > MAX_ATTRIBUTE ? value.slice(0, MAX_ATTRIBUTE) : value;
}

function licenseText(licenses: readonly License[]): string {
  const [first, second] = licenses;
  if (first !== undefined && second === undefined) return first.text;
  return licenses.map(({ text }) => text).join(', ');
}
