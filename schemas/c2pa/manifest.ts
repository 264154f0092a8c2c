// SPDX-License-Identifier: Apache-2.0
import { findDigest, foldAlgorithm } from '../../core/digest.ts';
import { optional } from '../tool-report/optional.ts';
import type { Place } from '../tool-report/place.ts';
import type {
  C2paAction,
  C2paAsset,
  C2paDigest,
  C2paIngredient,
  C2paManifest,
  C2paMember,
} from './model.ts';

/** One assertion of a manifest: its label without the number that tells repeated ones apart, and its data. */
export interface Assertion {
  readonly label: string;
  readonly data: Place;
}

/** What is said of a manifest outside its assertions: its claim, in whichever version. */
export interface ClaimWords {
  readonly label: string;
  readonly pointer: string;
  readonly title?: string;
  readonly format?: string;
  readonly instanceId?: string;
  readonly generator?: string;
  readonly generatorVersion?: string;
  /** Default algorithm of hashes. */
  readonly algorithm?: string;
}

/** `c2pa.ingredient.v3__1` is the second assertion of `c2pa.ingredient.v3`. */
export function plainLabel(label: string): string {
  return label.replace(/__\d{1,9}$/, '');
}

/** Puts a manifest together from its claim and its assertions. @see https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html#_standard_assertions */
export function toManifest(
  words: ClaimWords,
  assertions: readonly Assertion[],
  ingredients: readonly C2paIngredient[] = [],
): C2paManifest {
  const of = (pattern: RegExp): Place[] =>
    assertions.filter(({ label }) => pattern.test(label)).map(({ data }) => data);
  const { algorithm = 'sha256', ...claim } = words;
  const stated = of(/^c2pa\.ingredient(?:\.v[0-9])?$/).map(ingredientOf);
  const digest = of(/^c2pa\.hash\.data$/).flatMap((data) => wholeDigest(data, algorithm))[0];
  return {
    ...claim,
    ...optional('digest', digest),
    types: of(/^c2pa\.asset-type(?:\.v[0-9])?$/).flatMap((data) => typesOf(data.at('types'))),
    ingredients: stated.length > 0 ? stated : ingredients,
    actions: of(/^c2pa\.actions(?:\.v[0-9])?$/).flatMap((data) =>
      data.at('actions').items.flatMap(actionOf),
    ),
    uses: of(/^(?:c2pa|cawg)\.training-mining$/).flatMap(usesOf),
    members: of(/^c2pa\.hash\.collection\.data$/).flatMap((data) => membersOf(data, algorithm)),
  };
}

/**
 * An ingredient, as its assertion or as an export writes it. @see C2PA 2.2 section 18.16
 */
export function ingredientOf(place: Place): C2paIngredient {
  const manifest =
    place.at('active_manifest').text ??
    manifestLabel(place.at('activeManifest', 'url').text ?? place.at('c2pa_manifest', 'url').text);
  return {
    ...assetWords(place),
    ...optional('relationship', place.at('relationship').text),
    ...optional('manifest', manifest),
    pointer: place.pointer,
  };
}

/** v1 and v2 write `instanceID`, exports `instance_id`; the title is `dc:title` or `title`. */
function assetWords(place: Place): C2paAsset {
  const text = (...keys: string[]): string | undefined =>
    keys.map((key) => place.at(key).text).find((found) => found !== undefined);
  const types = place.at('dataTypes').isArray ? place.at('dataTypes') : place.at('data_types');
  return {
    ...optional('title', text('dc:title', 'title')),
    ...optional('format', text('dc:format', 'format')),
    ...optional('instanceId', text('instanceID', 'instance_id')),
    ...optional('documentId', text('documentID', 'document_id')),
    types: typesOf(types),
  };
}

/** `self#jumbf=/c2pa/<manifest>` and `self#jumbf=/c2pa/<manifest>/…`: the manifest's label. */
export function manifestLabel(uri: string | undefined): string | undefined {
  return /^self#jumbf=\/c2pa\/([^/]{1,2048})/.exec(uri ?? '')?.[1];
}

function typesOf(place: Place): string[] {
  return place.items.flatMap((one) => one.at('type').text ?? []);
}

function actionOf(place: Place): C2paAction[] {
  const action = place.at('action').text;
  if (action === undefined) return [];
  const agent = place.at('softwareAgent');
  return [
    {
      action,
      ...optional('when', place.at('when').text),
      ...optional('agent', agent.text ?? agent.at('name').text),
      ...optional('sourceType', place.at('digitalSourceType').text),
    },
  ];
}

function usesOf(place: Place): (readonly [string, string])[] {
  return place.at('entries').entries.flatMap(([entry, data]): [string, string][] => {
    const use = data.at('use').text;
    return use === undefined ? [] : [[entry, use]];
  });
}

/** "exclusions": ranges that the hash leaves out. With any, it is the digest of no file. @see C2PA 2.2 section 18.5 */
function wholeDigest(place: Place, algorithm: string): C2paDigest[] {
  const exclusions = place.at('exclusions');
  const isWhole = !exclusions.exists || (exclusions.isArray && exclusions.length === 0);
  return isWhole ? digestOf(place, algorithm) : [];
}

function membersOf(place: Place, algorithm: string): C2paMember[] {
  return place.at('uris').items.flatMap((one) => {
    const uri = one.at('uri').text;
    if (uri === undefined) return [];
    const [digest] = digestOf(one, place.at('alg').text ?? algorithm);
    return [{ uri, ...optional('digest', digest), pointer: one.pointer }];
  });
}

function digestOf(place: Place, otherwise: string): C2paDigest[] {
  const algorithm = foldAlgorithm(place.at('alg').text ?? otherwise);
  const hex = hexOfHash(place.at('hash'));
  return hex === undefined || findDigest(algorithm, hex) === undefined ? [] : [{ algorithm, hex }];
}

/** Bytes are base64 here; some exports list them as numbers. */
function hexOfHash(place: Place): string | undefined {
  if (place.text !== undefined) return Buffer.from(place.text, 'base64').toString('hex');
  const bytes = place.items.slice(0, 64).map(({ number }) => number ?? -1);
  const isBytes =
    bytes.length > 0 && bytes.every((one) => Number.isInteger(one) && one >= 0 && one < 256);
  return isBytes ? Buffer.from(bytes).toString('hex') : undefined;
}
