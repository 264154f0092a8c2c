// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { PedigreeError } from '../../core/errors.ts';
import { parseJson, pointerJoin } from '../../core/json.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import { optional } from '../tool-report/optional.ts';
import { Place } from '../tool-report/place.ts';
import { parseCborAsJson } from './cbor.ts';
import { parseSuperbox, type Superbox } from './jumbf.ts';
import { plainLabel, toManifest, type Assertion, type ClaimWords } from './manifest.ts';
import type { C2paManifest, C2paStore } from './model.ts';

/** Types of boxes: four characters and a suffix that all of C2PA shares. @see C2PA 2.2 section 11.1.4 */
const SUFFIX = '00110010800000aa00389b71';
const boxType = (characters: string): string =>
  Buffer.from(characters, 'latin1').toString('hex') + SUFFIX;
/** Type of a manifest store. */
export const STORE_TYPE = boxType('c2pa');
const MANIFEST_TYPES = new Set([boxType('c2ma'), boxType('c2um')]);
const ASSERTIONS_TYPE = boxType('c2as');
const CLAIM_TYPE = boxType('c2cl');
const HASHES = new Set(['sha256', 'sha384', 'sha512']);

export interface ParsedC2pa {
  readonly store: C2paStore;
  readonly problems: readonly SchemaProblem[];
}

/**
 * Parses a manifest store. Only assertions that the claim lists by the hash of their box are read: nothing else is under
 * its signature. The last manifest is the active one (C2PA 2.2 section 11.1.4.2).
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT, ERR_PARSE_JSON, ERR_PARSE_DEPTH, ERR_LIMIT_ITEMS
 */
export function parseManifestStore(bytes: Uint8Array): ParsedC2pa {
  const store = parseSuperbox(bytes);
  if (store.type !== STORE_TYPE) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'the box is no C2PA manifest store');
  }
  const problems: SchemaProblem[] = [];
  const manifests = store.boxes.flatMap((box) => parseManifest(box, problems));
  const active = manifests.at(-1);
  if (active === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a manifest store without a manifest');
  }
  const labels = new Set(manifests.map(({ label }) => label));
  if (labels.size !== manifests.length) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'two manifests of one label');
  }
  return { store: { active: active.label, manifests }, problems };
}

function parseManifest(box: Superbox, problems: SchemaProblem[]): C2paManifest[] {
  const pointer = pointerJoin('', box.label);
  if (!MANIFEST_TYPES.has(box.type)) {
    addProblem(problems, 'c2pa-box-unread', pointer, 'not a manifest that is read here');
    return [];
  }
  const [claimBox, ...others] = box.boxes.filter(({ type }) => type === CLAIM_TYPE);
  if (claimBox === undefined || others.length > 0) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a manifest has one claim', { at: pointer });
  }
  const claim = dataOf(claimBox, pointerJoin(pointer, claimBox.label));
  const stored = box.boxes
    .filter(({ type }) => type === ASSERTIONS_TYPE)
    .flatMap(({ boxes }) => boxes);
  const assertions = declaredAssertions(claim, box.label, stored, pointer, problems);
  return [toManifest(claimWords(box.label, pointer, claim), assertions)];
}

function claimWords(label: string, pointer: string, claim: Place): ClaimWords {
  const info = claim.at('claim_generator_info');
  // a map in v2, a list of maps in v1, beside a user agent string
  const generator = info.isArray ? info.at(0) : info;
  return {
    label,
    pointer,
    ...optional('title', claim.at('dc:title').text),
    ...optional('format', claim.at('dc:format').text),
    ...optional('instanceId', claim.at('instanceID').text),
    ...optional('generator', generator.at('name').text ?? claim.at('claim_generator').text),
    ...optional('generatorVersion', generator.at('version').text),
    ...optional('algorithm', claim.at('alg').text),
  };
}

/** Assertions that the claim lists and whose box has the hash that it lists. */
function declaredAssertions(
  claim: Place,
  manifest: string,
  stored: readonly Superbox[],
  pointer: string,
  problems: SchemaProblem[],
): Assertion[] {
  const links = ['assertions', 'created_assertions', 'gathered_assertions'].flatMap(
    (key) => claim.at(key).items,
  );
  const byLabel = new Map(
    links.map((link) => [assertionLabel(link.at('url').text ?? '', manifest), link]),
  );
  const fallback = claim.at('alg').text ?? 'sha256';
  return stored.flatMap((box): Assertion[] => {
    const at = pointerJoin(pointer, 'c2pa.assertions', box.label);
    const link = byLabel.get(box.label);
    if (link === undefined) {
      addProblem(problems, 'c2pa-assertion-undeclared', at, 'the claim does not list it');
      return [];
    }
    if (!hasHash(box, link, fallback)) {
      addProblem(problems, 'c2pa-assertion-mismatch', at, 'not the bytes that the claim lists');
      return [];
    }
    const isData = box.contents.some(({ type }) => type === 'cbor' || type === 'json');
    return isData ? [{ label: plainLabel(box.label), data: dataOf(box, at) }] : [];
  });
}

/** `self#jumbf=c2pa.assertions/<label>`, or with the whole way to it. */
function assertionLabel(url: string, manifest: string): string {
  const path = url.replace(/^self#jumbf=/, '');
  const prefix = [`/c2pa/${manifest}/c2pa.assertions/`, 'c2pa.assertions/'].find((one) =>
    path.startsWith(one),
  );
  return prefix === undefined ? '' : path.slice(prefix.length);
}

function hasHash(box: Superbox, link: Place, fallback: string): boolean {
  const algorithm = link.at('alg').text ?? fallback;
  const hash = link.at('hash').text;
  if (!HASHES.has(algorithm) || hash === undefined) return false;
  return createHash(algorithm).update(box.body).digest('base64') === hash;
}

function dataOf(box: Superbox, at: string): Place {
  const [content] = box.contents.filter(({ type }) => type === 'cbor' || type === 'json');
  if (content === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a box without CBOR or JSON', { at });
  }
  const value =
    content.type === 'json' ? parseJson(content.bytes).value : parseCborAsJson(content.bytes, at);
  return new Place(value, at);
}
