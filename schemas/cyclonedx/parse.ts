// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { isJsonObject, member, pointerJoin } from '../../core/json.ts';
import { collectBomRefs } from './bom-refs.ts';
import { findSerialUuid } from './bom-link.ts';
import { CYCLONEDX_JSON_VERSIONS } from './versions.ts';
import {
  parseComponent,
  toComponent,
  parseExternalReferences,
  parseOrganization,
  toService,
} from './parse-component.ts';
import { parseDeclarations, parseVulnerability } from './parse-statements.ts';
import { parseDependency, parseFormula } from './parse-formulation.ts';
import { WireReader, type Located } from '../wire-reader.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Bom, Composition, Metadata, Tool } from './model.ts';

/**
 * Parses CycloneDX JSON (1.2 to 1.7, and versions yet to come as far as they keep the members) to the typed model.
 * Tolerant: a member that is not what the specification says counts as missing and is listed among `problems`; nothing is
 * guessed. Members that carry no lineage are not read. Linear in the document.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the root is no object
 * @see https://cyclonedx.org/docs/1.7/json/
 */
export function parseCyclonedxJson(root: JsonValue): Bom {
  if (!isJsonObject(root)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a CycloneDX document is a JSON object', {
      at: '',
    });
  }
  const read = new WireReader();
  const at: Located = { value: root, pointer: '' };
  parseBomFormat(read, at);
  const refs = collectBomRefs(root);
  for (const { ref, pointer } of refs.repeated) {
    read.problem('duplicate-bom-ref', pointer, `"${excerpt(ref)}" is borne by several objects`);
  }
  return {
    specVersion: parseSpecVersion(read, at),
    ...parseSerial(read, at),
    ...parseVersion(read, at),
    metadata: parseMetadata(read, at),
    components: read.each(at, 'components', toComponent),
    services: read.each(at, 'services', toService),
    externalReferences: parseExternalReferences(read, at),
    dependencies: read.each(at, 'dependencies', (item) => parseDependency(read, item)),
    compositions: read.each(at, 'compositions', (item) => parseComposition(read, item)),
    vulnerabilities: read.each(at, 'vulnerabilities', (item) => parseVulnerability(read, item)),
    // its parts are told apart as objects
    formulation: [...read.each(at, 'formulation', (item) => parseFormula(read, item))],
    declarations: parseDeclarations(read, at),
    counts: {
      annotations: read.list(at, 'annotations').length,
      citations: read.list(at, 'citations').length,
      standards: parseStandardCount(read, at),
    },
    signed: isJsonObject(member(root, 'signature')),
    bomRefs: refs.all,
    duplicateRefs: refs.repeated,
    problems: read.problems,
  };
}

function parseBomFormat(read: WireReader, at: Located): void {
  const format = read.text(at, 'bomFormat');
  if (format === 'CycloneDX') return;
  const found = format === undefined ? 'missing' : `"${excerpt(format)}"`;
  read.problem('bom-format', '/bomFormat', `bomFormat is ${found}, must be "CycloneDX"`);
}

function parseSpecVersion(read: WireReader, at: Located): string | null {
  const version = read.text(at, 'specVersion');
  if (version === undefined) {
    read.problem('spec-version-missing', '/specVersion', 'names no specification version');
    return null;
  }
  if (!CYCLONEDX_JSON_VERSIONS.includes(version)) {
    read.problem(
      'spec-version-unknown',
      '/specVersion',
      `"${excerpt(version)}" has no JSON schema`,
    );
  }
  return version;
}

/** A serial number that is no UUID (a redacted or templated one) identifies nothing: another BOM may carry it too. */
function parseSerial(read: WireReader, at: Located): Pick<Bom, 'serialNumber' | 'serialUuid'> {
  const serialNumber = read.text(at, 'serialNumber');
  const serialUuid = serialNumber === undefined ? undefined : findSerialUuid(serialNumber);
  if (serialNumber !== undefined && serialUuid === undefined) {
    read.problem(
      'serial-number-invalid',
      '/serialNumber',
      `not urn:uuid: "${excerpt(serialNumber)}"`,
    );
  }
  return { serialNumber, serialUuid };
}

function parseVersion(read: WireReader, at: Located): Pick<Bom, 'version' | 'versionStated'> {
  const version = member(at.value, 'version');
  if (typeof version === 'number' && Number.isSafeInteger(version) && version >= 1) {
    return { version, versionStated: true };
  }
  if (version === undefined)
    read.problem('version-missing', '/version', 'no BOM version; it counts as 1');
  else read.problem('version-invalid', '/version', 'not a positive integer; it counts as 1');
  return { version: 1, versionStated: false };
}

function parseMetadata(read: WireReader, root: Located): Metadata {
  const at = read.object(root, 'metadata') ?? { value: {}, pointer: '/metadata' };
  const component = read.object(at, 'component');
  return {
    timestamp: read.text(at, 'timestamp'),
    tools: parseTools(read, at),
    authors: read.each(
      at,
      'authors',
      (author) => read.text(author, 'name') ?? read.text(author, 'email'),
    ),
    component: component === undefined ? undefined : parseComponent(read, component),
    supplier: parseOrganization(read, at, 'supplier'),
    manufacture: parseOrganization(read, at, 'manufacture'),
    manufacturer: parseOrganization(read, at, 'manufacturer'),
  };
}

/** A list of tools up to 1.4; components and services from 1.5 on. */
function parseTools(read: WireReader, at: Located): readonly Tool[] {
  const tools = member(at.value, 'tools');
  if (!isJsonObject(tools))
    return read.each(at, 'tools', (tool) => parseTool(read, tool, 'vendor'));
  const inside = { value: tools, pointer: pointerJoin(at.pointer, 'tools') };
  return [
    ...read.each(inside, 'components', (tool) => parseTool(read, tool, 'group')),
    ...read.each(inside, 'services', (tool) => parseTool(read, tool, 'group')),
  ];
}

function parseTool(read: WireReader, tool: Located, vendorKey: 'vendor' | 'group'): Tool {
  return {
    vendor: read.text(tool, vendorKey),
    name: read.text(tool, 'name'),
    version: read.textOrNumber(tool, 'version'),
  };
}

function parseComposition(read: WireReader, item: Located): Composition {
  return {
    pointer: item.pointer,
    aggregate: read.text(item, 'aggregate'),
    assemblies: read.texts(item, 'assemblies'),
    dependencies: read.texts(item, 'dependencies'),
  };
}

function parseStandardCount(read: WireReader, at: Located): number {
  const definitions = read.object(at, 'definitions');
  return definitions === undefined ? 0 : read.list(definitions, 'standards').length;
}
