// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, writeSync } from 'node:fs';
import { randomNumbers } from './random.ts';

/** Formats that large documents can be made in. */
export const LARGE_FORMATS = [
  'cyclonedx-json',
  'cyclonedx-xml',
  'spdx2-json',
  'spdx2-tv',
  'spdx2-yaml',
  'spdx3-jsonld',
] as const;
export type LargeFormat = (typeof LARGE_FORMATS)[number];

/** What scanners know of one package. */
interface Package {
  readonly at: number;
  readonly group: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly sha256: string;
  readonly sha1: string;
  readonly license: string;
  readonly dependsOn: readonly number[];
}

const WORDS = ['core', 'utils', 'http', 'json', 'async', 'stream', 'crypto', 'data', 'test', 'io'];
const LICENSES = ['MIT', 'Apache-2.0', 'BSD-3-Clause', 'ISC', 'GPL-2.0-only', 'LGPL-2.1-or-later'];
const FLUSH_CHARS = 1 << 20;

/**
 * Writes a document of about so many bytes, the same for the same arguments: packages as cdxgen, Syft and Black Duck write
 * them, about a kilobyte each, and the edges between them.
 * @returns how many packages it lists
 */
export function writeLargeDocument(file: string, format: LargeFormat, bytes: number): number {
  const maker = MAKERS[format];
  const sample = [...maker(packages(200))].join('').length / 200;
  const count = Math.max(1, Math.floor(bytes / sample));
  const target = openSync(file, 'w');
  let pending = '';
  for (const piece of maker(packages(count))) {
    pending += piece;
    if (pending.length < FLUSH_CHARS) continue;
    writeSync(target, pending);
    pending = '';
  }
  writeSync(target, pending);
  closeSync(target);
  return count;
}

/** Walked more than once, always with the same packages. */
interface Packages {
  readonly count: number;
  [Symbol.iterator](): Iterator<Package>;
}

function packages(count: number): Packages {
  return {
    count,
    *[Symbol.iterator]() {
      const random = randomNumbers(7);
      for (let at = 0; at < count; at++) yield makePackage(at, count, random);
    },
  };
}

function makePackage(at: number, count: number, random: () => number): Package {
  const below = (bound: number): number => Math.floor(random() * bound);
  const hex = (length: number): string =>
    Array.from({ length: length / 8 }, () =>
      below(2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('');
  const word = (): string => WORDS[below(WORDS.length)] ?? '';
  const group = `org.${word()}.${word()}`;
  const name = `${word()}-${word()}-${at}`;
  const version = `${below(9)}.${below(30)}.${below(50)}`;
  const dependsOn = [2 * at + 1, 2 * at + 2, below(count)].filter((to) => to < count && to !== at);
  return {
    at,
    group,
    name,
    version,
    purl: `pkg:maven/${group}/${name}@${version}`,
    sha256: hex(64),
    sha1: hex(40),
    license: LICENSES[below(LICENSES.length)] ?? '',
    dependsOn: [...new Set(dependsOn)],
  };
}

const MAKERS: Readonly<Record<LargeFormat, (of: Packages) => Iterable<string>>> = {
  'cyclonedx-json': cyclonedxJson,
  'cyclonedx-xml': cyclonedxXml,
  'spdx2-json': spdx2Json,
  'spdx2-tv': spdx2TagValue,
  'spdx2-yaml': spdx2Yaml,
  'spdx3-jsonld': spdx3,
};

/** `items` as JSON, one a line, with commas between. */
function* listed<T>(items: Iterable<T>, make: (item: T) => unknown): Generator<string> {
  let separator = '\n';
  for (const item of items) {
    yield `${separator}${JSON.stringify(make(item), null, 1)}`;
    separator = ',\n';
  }
}

const bomRef = (at: number): string => `component-${at}`;

function* cyclonedxJson(of: Packages): Generator<string> {
  const main = { type: 'application', 'bom-ref': 'main', name: 'large', version: '1.0.0' };
  const head = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
    version: 1,
    metadata: { timestamp: '2025-01-01T00:00:00Z', component: main },
  };
  yield `${JSON.stringify(head, null, 1).slice(0, -2)},\n "components": [`;
  yield* listed(of, cyclonedxComponent);
  yield '],\n "dependencies": [\n{"ref": "main", "dependsOn": ["component-0"]},';
  yield* listed(of, ({ at, dependsOn }) => ({
    ref: bomRef(at),
    dependsOn: dependsOn.map(bomRef),
  }));
  yield ']\n}\n';
}

function cyclonedxComponent(one: Package): unknown {
  const { at, group, name, version, purl, sha256, sha1, license } = one;
  return {
    type: 'library',
    'bom-ref': bomRef(at),
    publisher: `The ${group} project`,
    group,
    name,
    version,
    description: `Part ${at} of ${group}, which does what its name says and little else.`,
    scope: 'required',
    hashes: [
      { alg: 'SHA-1', content: sha1 },
      { alg: 'SHA-256', content: sha256 },
    ],
    licenses: [{ license: { id: license } }],
    purl,
    externalReferences: [
      { type: 'website', url: `https://example.org/${group}/${name}` },
      { type: 'vcs', url: `https://git.example.org/${group}/${name}.git` },
    ],
    properties: [
      { name: 'syft:package:foundBy', value: 'java-cataloger' },
      { name: 'syft:package:type', value: 'java-archive' },
      { name: 'syft:location:0:path', value: `/app/lib/${name}-${version}.jar` },
    ],
  };
}

function* cyclonedxXml(of: Packages): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/1.6" ';
  yield 'serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79" version="1">\n<metadata>\n';
  yield '<component type="application" bom-ref="main"><name>large</name></component>\n</metadata>\n';
  yield '<components>\n';
  for (const { at, group, name, version, purl, sha256, sha1, license } of of) {
    yield `<component type="library" bom-ref="${bomRef(at)}">
  <publisher>The ${group} project</publisher>
  <group>${group}</group>
  <name>${name}</name>
  <version>${version}</version>
  <description>Part ${at} of ${group}, which does what its name says and little else.</description>
  <scope>required</scope>
  <hashes>
    <hash alg="SHA-1">${sha1}</hash>
    <hash alg="SHA-256">${sha256}</hash>
  </hashes>
  <licenses><license><id>${license}</id></license></licenses>
  <purl>${purl}</purl>
  <externalReferences>
    <reference type="website"><url>https://example.org/${group}/${name}</url></reference>
    <reference type="vcs"><url>https://git.example.org/${group}/${name}.git</url></reference>
  </externalReferences>
  <properties>
    <property name="syft:package:type">java-archive</property>
    <property name="syft:location:0:path">/app/lib/${name}-${version}.jar</property>
  </properties>
</component>
`;
  }
  yield '</components>\n<dependencies>\n<dependency ref="main"><dependency ref="component-0"/></dependency>\n';
  for (const { at, dependsOn } of of) {
    const inner = dependsOn.map((to) => `<dependency ref="${bomRef(to)}"/>`).join('');
    yield `<dependency ref="${bomRef(at)}">${inner}</dependency>\n`;
  }
  yield '</dependencies>\n</bom>\n';
}

const spdxId = (at: number): string => `SPDXRef-Package-${at}`;

const SPDX2_HEAD = {
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'large',
  documentNamespace: 'https://example.org/spdx/large-1',
};

function* spdx2Json(of: Packages): Generator<string> {
  const creationInfo = { created: '2025-01-01T00:00:00Z', creators: ['Tool: made-for-benchmarks'] };
  const head = { ...SPDX2_HEAD, creationInfo };
  yield `${JSON.stringify(head, null, 1).slice(0, -2)},\n "packages": [`;
  yield* listed(of, spdx2Package);
  yield '],\n "relationships": [\n';
  yield JSON.stringify(spdx2Relationship('SPDXRef-DOCUMENT', 'DESCRIBES', spdxId(0)));
  for (const { at, dependsOn } of of) {
    for (const to of dependsOn)
      yield `,\n${JSON.stringify(spdx2Relationship(spdxId(at), 'DEPENDS_ON', spdxId(to)), null, 1)}`;
  }
  yield ']\n}\n';
}

function spdx2Relationship(from: string, type: string, to: string): unknown {
  return { spdxElementId: from, relationshipType: type, relatedSpdxElement: to };
}

function spdx2Package(one: Package): Record<string, unknown> {
  const { at, group, name, version, purl, sha256, sha1, license } = one;
  return {
    name,
    SPDXID: spdxId(at),
    versionInfo: version,
    supplier: `Organization: The ${group} project`,
    downloadLocation: `https://repo.example.org/${group}/${name}/${version}/${name}.jar`,
    filesAnalyzed: false,
    checksums: [
      { algorithm: 'SHA1', checksumValue: sha1 },
      { algorithm: 'SHA256', checksumValue: sha256 },
    ],
    sourceInfo: `acquired package info from installed java archive: /app/lib/${name}.jar`,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: license,
    copyrightText: 'NOASSERTION',
    externalRefs: [
      {
        referenceCategory: 'PACKAGE-MANAGER',
        referenceType: 'purl',
        referenceLocator: purl,
      },
      {
        referenceCategory: 'SECURITY',
        referenceType: 'cpe23Type',
        referenceLocator: `cpe:2.3:a:${group}:${name}:${version}:*:*:*:*:*:*:*`,
      },
    ],
  };
}

function* spdx2TagValue(of: Packages): Generator<string> {
  yield 'SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: large\n';
  yield 'DocumentNamespace: https://example.org/spdx/large-1\nCreator: Tool: made-for-benchmarks\n';
  yield 'Created: 2025-01-01T00:00:00Z\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-Package-0\n';
  for (const { at, group, name, version, purl, sha256, sha1, license, dependsOn } of of) {
    yield `
PackageName: ${name}
SPDXID: ${spdxId(at)}
PackageVersion: ${version}
PackageSupplier: Organization: The ${group} project
PackageDownloadLocation: https://repo.example.org/${group}/${name}/${version}/${name}.jar
FilesAnalyzed: false
PackageChecksum: SHA1: ${sha1}
PackageChecksum: SHA256: ${sha256}
PackageSourceInfo: <text>acquired package info from installed java archive:
/app/lib/${name}.jar</text>
PackageLicenseConcluded: NOASSERTION
PackageLicenseDeclared: ${license}
PackageCopyrightText: NOASSERTION
ExternalRef: PACKAGE-MANAGER purl ${purl}
ExternalRef: SECURITY cpe23Type cpe:2.3:a:${group}:${name}:${version}:*:*:*:*:*:*:*
`;
    for (const to of dependsOn) yield `Relationship: ${spdxId(at)} DEPENDS_ON ${spdxId(to)}\n`;
  }
}

function* spdx2Yaml(of: Packages): Generator<string> {
  for (const [key, value] of Object.entries(SPDX2_HEAD)) yield `${key}: "${value}"\n`;
  yield 'creationInfo:\n  created: "2025-01-01T00:00:00Z"\n  creators:\n  - "Tool: made-for-benchmarks"\n';
  yield 'packages:\n';
  for (const one of of) yield yamlItem(spdx2Package(one));
  yield 'relationships:\n';
  yield '- spdxElementId: SPDXRef-DOCUMENT\n  relationshipType: DESCRIBES\n  relatedSpdxElement: SPDXRef-Package-0\n';
  for (const { at, dependsOn } of of) {
    for (const to of dependsOn)
      yield `- spdxElementId: ${spdxId(at)}\n  relationshipType: DEPENDS_ON\n  relatedSpdxElement: ${spdxId(to)}\n`;
  }
}

/** Two levels are all that a package has. */
function yamlItem(record: Record<string, unknown>): string {
  const lines = Object.entries(record).map(([key, value]) => {
    if (!Array.isArray(value)) return `${key}: ${JSON.stringify(value)}`;
    const items = (value as Record<string, string>[]).map((item) =>
      Object.entries(item)
        .map(([inner, text], at) => `  ${at === 0 ? '- ' : '  '}${inner}: ${JSON.stringify(text)}`)
        .join('\n'),
    );
    return `${key}:\n${items.join('\n')}`;
  });
  return `- ${lines.join('\n').replaceAll('\n', '\n  ')}\n`;
}

const iri = (kind: string, at: number): string => `https://example.org/spdx/large-1/${kind}-${at}`;

function* spdx3(of: Packages): Generator<string> {
  const creation = '_:creation';
  const agent = {
    type: 'Organization',
    spdxId: iri('agent', 0),
    name: 'Example',
    creationInfo: creation,
  };
  yield '{\n "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",\n "@graph": [\n';
  yield `${JSON.stringify({ type: 'CreationInfo', '@id': creation, specVersion: '3.0.1', created: '2025-01-01T00:00:00Z', createdBy: [agent.spdxId] })},\n`;
  yield `${JSON.stringify(agent)},\n`;
  yield JSON.stringify({
    type: 'SpdxDocument',
    spdxId: iri('document', 0),
    creationInfo: creation,
    profileConformance: ['core', 'software'],
    rootElement: [iri('package', 0)],
  });
  for (const one of of) {
    const { at, dependsOn } = one;
    yield `,\n${JSON.stringify(spdx3Package(one, creation), null, 1)}`;
    const relationship = {
      type: 'Relationship',
      spdxId: iri('relationship', at),
      creationInfo: creation,
      relationshipType: 'dependsOn',
      from: iri('package', at),
      to: dependsOn.map((to) => iri('package', to)),
    };
    if (dependsOn.length > 0) yield `,\n${JSON.stringify(relationship, null, 1)}`;
  }
  yield ']\n}\n';
}

function spdx3Package(one: Package, creation: string): unknown {
  const { at, group, name, version, purl, sha256, sha1 } = one;
  return {
    type: 'software_Package',
    spdxId: iri('package', at),
    creationInfo: creation,
    name,
    software_packageVersion: version,
    software_packageUrl: purl,
    software_downloadLocation: `https://repo.example.org/${group}/${name}/${version}/${name}.jar`,
    software_copyrightText: 'NOASSERTION',
    software_primaryPurpose: 'library',
    suppliedBy: iri('agent', 0),
    description: `Part ${at} of ${group}, which does what its name says and little else.`,
    externalIdentifier: [
      {
        type: 'ExternalIdentifier',
        externalIdentifierType: 'cpe23',
        identifier: `cpe:2.3:a:${group}:${name}:${version}:*:*:*:*:*:*:*`,
      },
    ],
    verifiedUsing: [
      { type: 'Hash', algorithm: 'sha1', hashValue: sha1 },
      { type: 'Hash', algorithm: 'sha256', hashValue: sha256 },
    ],
  };
}
