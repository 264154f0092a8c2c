// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member } from '../../core/json.ts';
import { peekXmlRoot } from '../xml/peek-root.ts';
import { SPDX_TERMS } from './rdf-graph.ts';
import { YAML_LIMITS } from '../../core/limits.ts';
import { textHead, type Decoded, type Detected } from '../decoded.ts';

/** A tag-value document begins with its version, after comments and blank lines. */
const TAG_VALUE =
  /^\uFEFF?(?:[ \t]*(?:#[^\r\n]{0,2048})?(?:\r\n|\r(?!\n)|\n)){0,200}[ \t]*SPDXVersion[ \t]*:[ \t]*([^\r\n]{0,64})/;

/**
 * Recognises SPDX 2 JSON: an object with `spdxVersion`, or one that has lost it and still has `SPDXID` and a creation info.
 * @returns the version as written, null where there is none; undefined for other documents
 */
export function detectSpdx2Json(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const root = decoded.json.value;
  if (!isJsonObject(root)) return undefined;
  const version = member(root, 'spdxVersion');
  const isSpdx =
    version !== undefined ||
    (member(root, 'SPDXID') !== undefined && member(root, 'creationInfo') !== undefined);
  if (!isSpdx) return undefined;
  return { format: 'spdx2-json', version: versionText(version) };
}

/** Recognises SPDX tag-value: the first tag is `SPDXVersion`. */
export function detectSpdx2TagValue(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'text') return undefined;
  const match = TAG_VALUE.exec(textHead(decoded));
  if (match === null) return undefined;
  const version = match[1]?.trim() ?? '';
  return { format: 'spdx2-tv', version: version === '' ? null : version };
}

/** Recognises SPDX 2 RDF/XML: an RDF document that uses the vocabulary of SPDX 2 for a document. */
export function detectSpdx2Rdf(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'text') return undefined;
  const root = peekXmlRoot(decoded.text);
  if (root?.name !== 'RDF' || root.namespace !== RDF) return undefined;
  const { text } = decoded;
  if (!text.includes(SPDX_TERMS) || !text.includes('SpdxDocument')) return undefined;
  return { format: 'spdx2-rdf', version: elementText(text, 'specVersion') };
}

/** Recognises SPDX 2 XML: a root `Document` whose first element is one of SPDX 2, with `spdxVersion` or `SPDXID`. */
export function detectSpdx2Xml(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'text') return undefined;
  const root = peekXmlRoot(decoded.text);
  if (root?.name !== 'Document' || root.namespace !== '') return undefined;
  const { text } = decoded;
  if (!text.includes('<SPDXID>') && !text.includes('<spdxVersion>')) return undefined;
  return { format: 'spdx2-xml', version: elementText(text, 'spdxVersion') };
}

/** Recognises SPDX 2 YAML: a map with `SPDXID` and `spdxVersion`, in one document. */
export function detectSpdx2Yaml(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'text' || decoded.text.length > YAML_LIMITS.chars) return undefined;
  const { text } = decoded;
  if (text.lastIndexOf('\n---') > FRONT) return undefined;
  if (!/^["']?SPDXID["']?[ \t]*:/m.test(text)) return undefined;
  const version = /^["']?spdxVersion["']?[ \t]*:[ \t]*["']?([^"'\s#]{1,64})/m.exec(text)?.[1];
  return version === undefined ? undefined : { format: 'spdx2-yaml', version };
}

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
/** A mark `---` may stand before the document, after comments; a later one begins another, or ends the front matter of a card. */
const FRONT = 2048;

/** The text of the first element of a local name; null where there is none. */
function elementText(text: string, name: string): string | null {
  const match = new RegExp(`<(?:[A-Za-z][\\w.-]{0,32}:)?${name}>\\s{0,32}([^<]{1,64})`).exec(text);
  return match?.[1]?.trim() ?? null;
}

function versionText(version: unknown): string | null {
  return typeof version === 'string' || typeof version === 'number' ? String(version) : null;
}
