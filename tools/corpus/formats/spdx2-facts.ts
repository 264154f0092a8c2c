// SPDX-License-Identifier: Apache-2.0
import { countBy } from '../values.ts';
import type { Checksum, SpdxDocument } from '../../../schemas/spdx2/model.ts';

/** What a document says, as the manifest counts it for spdx2-json and in `raw` of spdx2-tv: what is written, no more. */
export function writtenFacts(document: SpdxDocument): Readonly<Record<string, unknown>> {
  const relationships = document.relationships.toArray();
  const types = countBy(relationships.map(({ type }) => type));
  const described = document.describes.toArray().map(({ id }) => id);
  const targets = relationships.flatMap(({ from, type, to }) => {
    if (type === 'DESCRIBES') return [to];
    return type === 'DESCRIBED_BY' ? [from] : [];
  });
  const absent = relationships.filter(({ to }) => to === 'NONE' || to === 'NOASSERTION');
  const ids = elementIds(document);
  return {
    ...shared(document),
    data_license: document.dataLicense,
    document_describes: new Set(described),
    relationships: relationships.length,
    relationship_types: types,
    relationships_explicit: relationships.length,
    relationship_types_explicit: types,
    describes_targets: new Set([...targets, ...described]),
    describes_explicit: new Set(targets),
    noassertion_or_none_targets: absent.length,
    has_files_edges: document.packages.toArray().flatMap(({ hasFiles }) => hasFiles.toArray())
      .length,
    checksums: new Set(checksums(document).map(checksumText)),
    checksums_explicit: new Set(checksums(document).map(checksumText)),
    verification_codes: new Set(
      document.packages.toArray().flatMap(({ verificationCode }) => verificationCode ?? []),
    ),
    purls: new Set(
      document.packages
        .toArray()
        .flatMap(({ externalRefs }) =>
          externalRefs.flatMap(({ type, locator }) => (type === 'purl' ? [locator] : [])),
        ),
    ),
    license_concluded: new Set(
      document.packages.toArray().flatMap(({ licenseConcluded }) => licenseConcluded ?? []),
    ),
    license_declared: new Set(
      document.packages.toArray().flatMap(({ licenseDeclared }) => licenseDeclared ?? []),
    ),
    duplicate_ids: new Set(document.ids.repeated.keys()),
    dangling_refs: new Set(
      relationships
        .flatMap(({ from, to }) => [from, to])
        .concat(described)
        .filter((id) => !ids.has(id) && !id.includes(':') && id !== 'NONE' && id !== 'NOASSERTION'),
    ),
  };
}

/** What spdx-tools makes of a document: relationships that other members imply are relationships, each once. */
export function impliedFacts(document: SpdxDocument): Readonly<Record<string, unknown>> {
  const rows = new Set(
    document.relationships.toArray().map(({ from, type, to }) => `${from} ${type} ${to}`),
  );
  for (const { id } of document.describes.toArray()) rows.add(`${document.spdxId} DESCRIBES ${id}`);
  for (const { spdxId, hasFiles } of document.packages.toArray()) {
    for (const { id } of hasFiles.toArray()) {
      if (!rows.has(`${id} CONTAINED_BY ${spdxId}`)) rows.add(`${spdxId} CONTAINS ${id}`);
    }
  }
  const triples = [...rows].map((row) => row.split(' '));
  const targets = triples.flatMap(([from = '', type, to = '']) => {
    if (type === 'DESCRIBES') return [to];
    return type === 'DESCRIBED_BY' ? [from] : [];
  });
  const license = (text: string): string => text.replace(/^\((.*)\)$/, '$1');
  return {
    ...shared(document),
    relationships: rows.size,
    relationship_types: countBy(triples.map(([, type = '']) => type)),
    describes_targets: new Set(targets),
    checksums: new Set(
      checksums(document).map(({ algorithm, hex }) =>
        checksumText({ algorithm: algorithm.toUpperCase().replaceAll('-', '_'), hex }),
      ),
    ),
    license_concluded: new Set(
      document.packages
        .toArray()
        .flatMap(({ licenseConcluded }) => licenseConcluded ?? [])
        .map(license),
    ),
    license_declared: new Set(
      document.packages
        .toArray()
        .flatMap(({ licenseDeclared }) => licenseDeclared ?? [])
        .map(license),
    ),
  };
}

function shared(document: SpdxDocument): Record<string, unknown> {
  const packages = document.packages.toArray();
  return {
    spdx_version: document.spdxVersion,
    name: document.name,
    namespace: document.namespace,
    packages: packages.length,
    files: document.files.toArray().length,
    snippets: document.snippets.toArray().length,
    extracted_licenses: document.counts.extractedLicenses,
    annotations: document.counts.annotations,
    external_document_refs: document.externalDocuments.length,
    packages_named: new Set(
      packages.map(({ name, version }) => `${name ?? 'None'}@${version ?? 'None'}`),
    ),
  };
}

function elementIds(document: SpdxDocument): ReadonlySet<string> {
  const { packages, files, snippets } = document;
  return new Set(
    [...packages.toArray(), ...files.toArray(), ...snippets.toArray()]
      .map(({ spdxId }) => spdxId)
      .concat(document.spdxId)
      .flatMap((id) => id ?? []),
  );
}

function checksums({ packages, files }: SpdxDocument): readonly Checksum[] {
  return [...packages.toArray(), ...files.toArray()].flatMap((element) => element.checksums);
}

function checksumText({ algorithm, hex }: Checksum): string {
  return `${algorithm}:${hex}`;
}
