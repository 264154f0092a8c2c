// SPDX-License-Identifier: Apache-2.0
import { findDigest } from '../../../core/digest.ts';
import { LIMITS } from '../../../core/limits.ts';
import { coordinateRef, findPurl, levelOf, nameRef } from '../../../graph/domain/node-ref.ts';
import { hubIdentityOfPurl, hubNamesOfPages } from './hub.ts';
import type { Kind } from '../../../graph/domain/kinds.ts';
import type { Component, DataEntry, License, Service } from '../../../schemas/cyclonedx/model.ts';
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
  const purl = source.form === 'component' ? purlOf(source) : undefined;
  const contentRefs = source.form === 'component' ? source.omniborIds.filter(isContentRef) : [];
  const common: EntityInput = {
    kinds: [kindOf(source)],
    pointer: source.pointer,
    names: namesOf(source),
    local,
    digests: source.form === 'component' ? source.hashes : [],
    contentRefs,
    attributes: attributesOf(source),
    // a broken purl goes to the builder, which lists it
    purls: purl?.broken === undefined ? [] : [purl.broken],
  };
  const hub = purl?.ref === undefined ? undefined : hubIdentityOfPurl(purl.ref, kindOf(source));
  if (purl?.ref !== undefined && purl.level === 'coordinate') {
    return { ...common, coordinates: [purl.ref, ...(hub?.coordinates ?? [])] };
  }
  const named = [
    ...(purl?.ref === undefined ? [] : [purl.ref]),
    ...(hub?.nameRefs ?? []),
    ...(source.form === 'component'
      ? hubNamesOfPages(source.externalReferences, kindOf(source))
      : []),
  ];
  if (contentRefs.length > 0 || hasDigest(source)) return { ...common, nameRefs: named };
  return { ...common, ...namedIdentity(source, named) };
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
  purlNames: readonly string[],
): Pick<EntityInput, 'coordinates' | 'nameRefs'> {
  const { group, name, version } = source;
  if (name === undefined || name.trim() === '') return { nameRefs: purlNames };
  const realVersion = isReal(version) ? version : undefined;
  if (isReal(group) && realVersion !== undefined && fits(group, name, realVersion)) {
    return {
      coordinates: [coordinateRef(`cdx/${group}`, name, realVersion)],
      nameRefs: purlNames,
    };
  }
  // a bare relative path names a file of this document only (DESIGN.md 3, local)
  if (kindOf(source) === 'File' && !isReal(group) && realVersion === undefined) {
    return { nameRefs: purlNames };
  }
  const path = isReal(group) ? `${group}/${name}` : name;
  const label = realVersion === undefined ? path : `${path}@${realVersion}`;
  return { nameRefs: [...purlNames, ...sharedName('cdx', label), ...cpeNames(source)] };
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

interface PurlIdentity {
  readonly ref?: string;
  readonly level?: 'coordinate' | 'name';
  readonly broken?: string;
}

function purlOf({ purl }: Component): PurlIdentity | undefined {
  if (purl === undefined) return undefined;
  const ref = findPurl(purl);
  if (ref === undefined) return { broken: purl };
  return { ref, level: levelOf(ref) === 'coordinate' ? 'coordinate' : 'name' };
}

function isContentRef(text: string): boolean {
  return GITOID_SHA256.test(text);
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

function attributesOf(source: Component | Service): Record<string, string> {
  const found: Record<string, string> = {};
  // models, data, images and files say their type by their kind
  if (kindOf(source) === 'Package')
    put(found, 'type', source.form === 'service' ? 'service' : source.type);
  put(found, 'version', source.version);
  put(found, 'license', licenseText(source.licenses));
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
  put(found, 'url', component.data[0]?.url);
  put(found, 'classification', component.data[0]?.classification);
  put(found, 'task', component.modelCard?.task);
  put(found, 'architectureFamily', component.modelCard?.architectureFamily);
  put(found, 'modelArchitecture', component.modelCard?.modelArchitecture);
  const download = component.externalReferences.find(
    ({ type, hashes }) => type === 'distribution' && hashes.length === 0,
  );
  put(found, 'distribution', download?.url);
}

function put(into: Record<string, string>, key: string, value: string | undefined): void {
  if (value !== undefined) into[key] = value.slice(0, MAX_ATTRIBUTE);
}

function licenseText(licenses: readonly License[]): string | undefined {
  return licenses.length === 0 ? undefined : licenses.map(({ text }) => text).join(', ');
}
