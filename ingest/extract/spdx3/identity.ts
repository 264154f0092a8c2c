// SPDX-License-Identifier: Apache-2.0
import { findDigest } from '../../../core/digest.ts';
import { findPurlRef } from '../../../graph/domain/node-ref.ts';
import { kindsOfFileName } from '../../../schemas/file-kind.ts';
import { hubIdentityOfPurl } from '../cyclonedx/hub.ts';
import { sharedName } from '../cyclonedx/identity.ts';
import { usableChecksums } from '../sbom/checksums.ts';
import { put, stated } from '../spdx2/identity.ts';
import type { Kind } from '../../../graph/domain/kinds.ts';
import type { Artifact } from '../../../schemas/spdx3/model.ts';
import type { DigestInput, EntityInput, FactsBuilder } from '../facts-builder.ts';

/** An IRI that means one thing in every document. Ids like `SPDXRef-x` or `BOM:ROOT` do occur; they mean something in theirs only. */
const GLOBAL_IRI = /^(?:https?:\/\/[^\s/]+\/?\S*|urn:[a-z0-9][a-z0-9-]+:\S+)$/i;
const KIND_OF_PURPOSE: ReadonlyMap<string, Kind> = new Map([
  ['model', 'Model'],
  ['data', 'Dataset'],
  ['container', 'Image'],
  ['configuration', 'Config'],
  ['file', 'File'],
]);
const KIND_OF_TYPE: ReadonlyMap<string, Kind> = new Map([
  ['ai_AIPackage', 'Model'],
  ['dataset_DatasetPackage', 'Dataset'],
]);
const GITOID_SHA256 = /^gitoid:(?:blob|tree|commit|tag):sha256:[0-9a-f]{64}$/;
const MAX_LOCAL = 512;
/** Individuals that stand for "none" and "not said" (model/Core/Individuals). */
const ABSENT = /(?:^|[/#:])(?:NoAssertion|None)(?:Element|License)$/;

/** True for an id that stands for absence. */
export function isAbsent(id: string): boolean {
  const isIndividual = id.endsWith('Element') || id.endsWith('License');
  return (isIndividual && ABSENT.test(id)) || stated(id) === undefined;
}

/** The coordinate of an element that other documents may name, by its IRI; undefined for an id of one document only. */
export function iriCoordinate(id: string | undefined): string | undefined {
  return id !== undefined && GLOBAL_IRI.test(id) ? `bom:${id}` : undefined;
}

/** An id that nothing else in the document has: its own, else its place. */
export function localOf(id: string | undefined, pointer: string): string {
  return id !== undefined && id.length <= MAX_LOCAL && !id.startsWith('/') ? id : pointer;
}

/** Everything that an artifact's record says it is. */
export function artifactEntity(
  builder: FactsBuilder,
  source: Artifact,
  license: string | undefined,
): EntityInput {
  const { pointer, name, id } = source;
  const kinds = kindsOfArtifact(source);
  const digests = usableChecksums(builder, source.hashes, pointer);
  const contentRefs = source.gitoids.filter((text) => GITOID_SHA256.test(text));
  const purls = purlRefs(builder, source, kinds[0] ?? 'Package');
  const iri = iriCoordinate(id);
  const coordinates = iri === undefined ? NOTHING : [iri];
  // what is known by content or as a release needs no name
  const isKnown = contentRefs.length > 0 || purls.coordinates.length > 0;
  const isNamed = !isKnown && isPackage(source) && !digests.some(isStrong);
  return {
    kinds,
    pointer,
    names: name === undefined ? [] : [name],
    digests,
    contentRefs,
    coordinates: joined(purls.coordinates, coordinates),
    nameRefs: isNamed ? joined(purls.nameRefs, namesOf(source)) : purls.nameRefs,
    local: localOf(id, pointer),
    attributes: attributesOf(source, license),
  };
}

function kindsOfArtifact({ type, purpose, name }: Artifact): readonly Kind[] {
  const ofType = KIND_OF_TYPE.get(type);
  if (ofType !== undefined) return [ofType];
  const isFile = type !== 'software_Package';
  if (isFile && purpose === 'source') return ['Code'];
  const ofPurpose = KIND_OF_PURPOSE.get(purpose ?? '');
  if (ofPurpose !== undefined) return [ofPurpose];
  return isFile ? kindsOfFileName(name ?? '') : ['Package'];
}

interface PurlRefs {
  readonly coordinates: readonly string[];
  readonly nameRefs: readonly string[];
}

const NOTHING: readonly string[] = [];
const NO_PURLS: PurlRefs = { coordinates: NOTHING, nameRefs: NOTHING };

/** The purls of an artifact that are any: those with a version, and those without; and what the Hub calls the same thing. */
function purlRefs(builder: FactsBuilder, { purls, pointer }: Artifact, kind: Kind): PurlRefs {
  if (purls.length === 0) return NO_PURLS;
  const coordinates: string[] = [];
  const nameRefs: string[] = [];
  for (const text of purls) {
    const purl = findPurlRef(text);
    if (purl === undefined) builder.problem('purl-invalid', pointer, `not a purl: "${text}"`);
    else (purl.level === 'coordinate' ? coordinates : nameRefs).push(purl.ref);
  }
  for (const purl of coordinates.concat(nameRefs)) {
    const hub = hubIdentityOfPurl(purl, kind);
    coordinates.push(...hub.coordinates);
    nameRefs.push(...hub.nameRefs);
  }
  return { coordinates, nameRefs };
}

/** Both lists as one, without a new one where one of them says it all. */
function joined(one: readonly string[], other: readonly string[]): readonly string[] {
  if (other.length === 0) return one;
  return one.length === 0 ? other : [...one, ...other];
}

function isStrong({ algorithm, hex }: DigestInput): boolean {
  return findDigest(algorithm, hex) !== undefined;
}

/** A file's path names a file of this document only. */
function isPackage({ type }: Artifact): boolean {
  return type !== 'software_File' && type !== 'software_Snippet';
}

/** A package's name, with its version, and what dictionaries call it. */
function namesOf({ name, version, cpes }: Artifact): readonly string[] {
  const realVersion = stated(version);
  const label = realVersion === undefined ? name : `${name ?? ''}@${realVersion}`;
  const names = sharedName('spdx', name === undefined ? undefined : stated(label));
  return cpes.length === 0 ? names : names.concat(cpes.flatMap((cpe) => sharedName('cpe', cpe)));
}

function attributesOf(source: Artifact, license: string | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  put(found, 'version', source.version);
  put(found, 'license', license);
  put(found, 'purpose', source.purpose);
  put(found, 'downloadLocation', source.downloadLocation);
  put(found, 'verificationCode', source.verificationCodes[0]?.hex);
  if (source.typesOfModel.length > 0) put(found, 'typeOfModel', source.typesOfModel.join(', '));
  if (source.datasetTypes.length > 0) put(found, 'datasetType', source.datasetTypes.join(', '));
  put(found, 'sensitivePersonalInformation', source.sensitivePersonalInformation);
  return found;
}
