// SPDX-License-Identifier: Apache-2.0
import { findDigest } from '../../../core/digest.ts';
import { findPurlRef } from '../../../graph/domain/node-ref.ts';
import { kindsOfFileName } from '../../../schemas/file-kind.ts';
import { hubIdentityOfPurl } from '../cyclonedx/hub.ts';
import { sharedName } from '../cyclonedx/identity.ts';
import { usableChecksums } from '../sbom/checksums.ts';
import type { Kind } from '../../../graph/domain/kinds.ts';
import type {
  ExternalRef,
  SpdxFile,
  SpdxPackage,
  SpdxSnippet,
} from '../../../schemas/spdx2/model.ts';
import type { EntityInput, FactsBuilder } from '../facts-builder.ts';

/** `primaryPackagePurpose` values that are more than a package. */
const KIND_OF_PURPOSE: ReadonlyMap<string, Kind> = new Map([
  ['CONTAINER', 'Image'],
  ['FILE', 'File'],
]);
/** purl types whose things have a kind of their own. */
const KIND_OF_PURL_TYPE: ReadonlyMap<string, Kind> = new Map([
  ['huggingface', 'Model'],
  ['mlflow', 'Model'],
  ['oci', 'Image'],
  ['docker', 'Image'],
]);
/** "There is none" and "I do not say": absence, never a value. */
const ABSENT = new Set(['', 'NOASSERTION', 'NONE']);
const LONGEST_ABSENT = 'NOASSERTION'.length;
const PLACEHOLDER_VERSIONS = new Set(['unknown', 'latest', 'null', 'undefined', 'n/a', '-']);
const MAX_ATTRIBUTE = 256;

/** A text of an SPDX 2 document; undefined for NOASSERTION and NONE. */
export function stated(text: string | undefined): string | undefined {
  // nearly all that is absent is written like this
  if (text === undefined || ABSENT.has(text)) return undefined;
  const trimmed = text.trim();
  const isLong = trimmed.length > LONGEST_ABSENT;
  return isLong || !ABSENT.has(trimmed.toUpperCase()) ? text : undefined;
}

/** `Organization: Red Hat (mail@example.com)` is Red Hat. */
export function agentName(agent: string | undefined): string | undefined {
  const text = stated(agent);
  if (text === undefined) return undefined;
  const name = text.slice(text.indexOf(':') + 1);
  const mail = name.lastIndexOf('(');
  return stated((mail > 0 ? name.slice(0, mail) : name).trim());
}

/** What is known of an element beside its own record. */
export interface ElementPlace {
  /** Id inside the document, from its SPDXID or its place. */
  readonly local: string;
  /** `bom:<namespace>#<SPDXID>`, where other documents may name the element by it. */
  readonly coordinates: readonly string[];
}

/** Everything that a package's record says it is. A packageVerificationCode is over names and digests: it identifies nothing. */
export function packageEntity(
  builder: FactsBuilder,
  source: SpdxPackage,
  place: ElementPlace,
): EntityInput {
  const { pointer, name } = source;
  const digests = usableChecksums(builder, source.checksums, pointer);
  const { coordinates, nameRefs } = purlsOf(builder, source.externalRefs);
  const purls = [...coordinates, ...nameRefs];
  const kind = kindOfPackage(source, purls);
  const isKnown =
    coordinates.length > 0 ||
    digests.some(({ algorithm, hex }) => findDigest(algorithm, hex) !== undefined);
  for (const purl of purls) {
    const hub = hubIdentityOfPurl(purl, kind);
    coordinates.push(...hub.coordinates);
    nameRefs.push(...hub.nameRefs);
  }
  coordinates.push(...place.coordinates);
  if (!isKnown) nameRefs.push(...namesOf(source));
  return {
    kinds: [kind],
    pointer,
    names: name === undefined ? [] : [name],
    digests,
    coordinates,
    nameRefs,
    local: place.local,
    attributes: packageAttributes(source),
  };
}

/** Everything that a file's record says it is. Its path names a file of this document only. */
export function fileEntity(
  builder: FactsBuilder,
  source: SpdxFile,
  place: ElementPlace,
): EntityInput {
  const { name, pointer } = source;
  return {
    kinds: source.types.some(isSource) ? CODE : kindsOfFileName(name ?? ''),
    pointer,
    names: name === undefined ? [] : [name],
    digests: usableChecksums(builder, source.checksums, pointer),
    coordinates: place.coordinates,
    local: place.local,
    attributes: licenseAttribute(source.licenseConcluded),
  };
}

const CODE: readonly Kind[] = ['Code'];

function isSource(type: string): boolean {
  return type.toUpperCase() === 'SOURCE';
}

/** A part of a file. */
export function snippetEntity(
  _builder: FactsBuilder,
  source: SpdxSnippet,
  place: ElementPlace,
): EntityInput {
  return {
    kinds: ['File'],
    pointer: source.pointer,
    names: source.name === undefined ? [] : [source.name],
    coordinates: place.coordinates,
    local: place.local,
    attributes: licenseAttribute(source.licenseConcluded),
  };
}

function purlsOf(
  builder: FactsBuilder,
  refs: readonly ExternalRef[],
): { readonly coordinates: string[]; readonly nameRefs: string[] } {
  const coordinates: string[] = [];
  const nameRefs: string[] = [];
  for (const { type, locator, pointer } of refs) {
    if (type !== 'purl') continue;
    const purl = findPurlRef(locator);
    if (purl === undefined) builder.problem('purl-invalid', pointer, `not a purl: "${locator}"`);
    else (purl.level === 'coordinate' ? coordinates : nameRefs).push(purl.ref);
  }
  return { coordinates, nameRefs };
}

function kindOfPackage({ purpose }: SpdxPackage, purls: readonly string[]): Kind {
  const stated = KIND_OF_PURPOSE.get(purpose?.toUpperCase() ?? '');
  if (stated !== undefined) return stated;
  for (const purl of purls) {
    const kind = KIND_OF_PURL_TYPE.get(purl.slice('pkg:'.length).split('/', 1)[0] ?? '');
    if (kind !== undefined) return kind;
  }
  return 'Package';
}

/** A name, with its version where it is a real one, and the dictionary names of the product. */
function namesOf({ name, version, externalRefs }: SpdxPackage): string[] {
  const realVersion = stated(version);
  const isReal =
    realVersion !== undefined && !PLACEHOLDER_VERSIONS.has(realVersion.trim().toLowerCase());
  const label = name === undefined || !isReal ? name : `${name}@${realVersion}`;
  const cpes = externalRefs.filter(({ type }) => type === 'cpe23Type' || type === 'cpe22Type');
  return [
    ...sharedName('spdx', stated(label)),
    ...cpes.flatMap(({ locator }) => sharedName('cpe', locator)),
  ];
}

function packageAttributes(source: SpdxPackage): Readonly<Record<string, string>> {
  const cpe = source.externalRefs.find(({ type }) => type === 'cpe23Type' || type === 'cpe22Type');
  const found: Record<string, string> = {};
  put(found, 'version', source.version);
  put(found, 'license', source.licenseDeclared);
  put(found, 'licenseConcluded', source.licenseConcluded);
  put(found, 'downloadLocation', source.downloadLocation);
  put(found, 'verificationCode', source.verificationCode);
  put(found, 'purpose', source.purpose);
  put(found, 'cpe', cpe?.locator);
  return found;
}

function licenseAttribute(license: string | undefined): Readonly<Record<string, string>> {
  const text = stated(license);
  return text === undefined ? NO_ATTRIBUTES : { license: text.slice(0, MAX_ATTRIBUTE) };
}

const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze({});

/** Sets an attribute, where the document says anything. */
export function put(found: Record<string, string>, key: string, value: string | undefined): void {
  const text = stated(value);
  if (text !== undefined) found[key] = text.slice(0, MAX_ATTRIBUTE);
}
