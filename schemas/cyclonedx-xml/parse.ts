// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { isJsonObject, member } from '../../core/json.ts';
import { LIMITS } from '../../core/limits.ts';
import { parseCyclonedxJson } from '../cyclonedx/parse.ts';
import { pathOf, type XmlElement } from '../xml/element.ts';
import { collectBomRefs } from './bom-refs.ts';
import { extended, readExtensions } from './extensions.ts';
import { Origins } from './make.ts';
import { findVersion, isBomNamespace } from './namespaces.ts';
import { placeOf, ROOT_PLACE } from './place.ts';
import { bom as bomShape } from './shapes.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Bom, BomProblem } from '../cyclonedx/model.ts';

/** A BOM read from XML. Pointers of the model are those of its JSON form; `placeOf` says where that stands in the XML. */
export interface XmlBom {
  readonly bom: Bom;
  /** The path of elements (xml/element.ts) that a pointer of the model stands for, `@name` for an attribute. */
  placeOf(pointer: string): string;
}

/** Problems of the JSON form that XML has in another way, or not at all. */
const JSON_PROBLEMS = new Set([
  'spec-version-missing',
  'spec-version-unknown',
  'duplicate-bom-ref',
  'version-missing',
]);

/**
 * Parses CycloneDX XML (1.0 to 1.7) to the model that CycloneDX JSON has. 1.0 and 1.1 have no metadata; their dependency
 * graph and vulnerabilities stand in extension namespaces and are read like those of later versions. Tolerant: what does
 * not belong is left out; the strict schema says so (conformance.ts).
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the root is no BOM
 * @see https://cyclonedx.org/docs/1.7/xml/
 */
export function parseCyclonedxXml(root: XmlElement): XmlBom {
  if (root.name !== 'bom' || !isBomNamespace(root.namespace)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a CycloneDX document is an element <bom>', {
      at: pathOf(root),
    });
  }
  const origins = new Origins(root.namespace);
  const json = toJson(root, origins);
  const parsed = parseCyclonedxJson(json);
  const refs = collectBomRefs(root);
  const problems = [
    ...versionProblems(root),
    ...parsed.problems.filter(({ code }) => !JSON_PROBLEMS.has(code)),
    ...refs.repeated.slice(0, LIMITS.problems).map(repetition),
  ];
  const bom: Bom = {
    ...parsed,
    specVersion: findVersion(root.namespace) ?? null,
    signed: root.children.some(isSignature),
    bomRefs: refs.all,
    duplicateRefs: refs.repeated,
    problems: problems.slice(0, LIMITS.problems),
  };
  return { bom, placeOf: (pointer) => placeOf(json, origins, pointer) };
}

function toJson(root: XmlElement, origins: Origins): JsonObject {
  const made = bomShape(origins, root);
  const own: JsonObject = isJsonObject(made) ? made : {};
  const extensions = readExtensions(root, origins);
  const entries: [string, JsonValue | undefined][] = [
    ...Object.entries(own),
    ['bomFormat', 'CycloneDX'],
    ['specVersion', findVersion(root.namespace) ?? ''],
    ['version', bomVersion(root)],
    ['dependencies', extended(member(own, 'dependencies'), extensions.dependencies, origins)],
    [
      'vulnerabilities',
      extended(member(own, 'vulnerabilities'), extensions.vulnerabilities, origins),
    ],
  ];
  const stated = entries.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  const json: JsonObject = Object.fromEntries(stated);
  origins.setObject(json, root);
  return json;
}

/** `version` is a number in JSON; text that is none stays as it is and is listed. */
function bomVersion(root: XmlElement): JsonValue | undefined {
  const version = root.attributes.get('version')?.trim();
  if (version === undefined) return undefined;
  return /^\d{1,15}$/.test(version) ? Number(version) : version;
}

/** An enveloped XML signature. It is judged elsewhere. */
function isSignature({ name, namespace }: XmlElement): boolean {
  return name === 'Signature' && namespace === 'http://www.w3.org/2000/09/xmldsig#';
}

function versionProblems(root: XmlElement): BomProblem[] {
  if (findVersion(root.namespace) !== undefined) return [];
  const message = `"${excerpt(root.namespace)}" is the namespace of no version`;
  return [{ code: 'namespace-unknown', pointer: ROOT_PLACE, message }];
}

function repetition({ ref, pointer }: { ref: string; pointer: string }): BomProblem {
  const message = `"${excerpt(ref)}" is borne by several elements`;
  return { code: 'duplicate-bom-ref', pointer, message };
}
