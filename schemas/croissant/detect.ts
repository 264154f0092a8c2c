// SPDX-License-Identifier: Apache-2.0
import { isJsonObject } from '../../core/json.ts';
import { CroissantVocabulary, type FoundMember } from './vocabulary.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** A schema.org Dataset alone may be any web page; these members make it Croissant. */
const CROISSANT_MEMBERS = ['cr:recordSet', 'sc:distribution', 'dct:conformsTo'] as const;

/** The datasets of a document: one object, or an array of them. */
export function datasetsOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
}

/** Recognises Croissant 0.8 to 1.1: a schema.org Dataset with a Croissant context, `conformsTo`, or Croissant members. */
export function detectCroissant(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const datasets = datasetsOf(decoded.json.value);
  const [first] = datasets;
  if (first === undefined || !datasets.every(isCroissantDataset)) return undefined;
  return { format: 'croissant', version: findCroissantVersion(first) };
}

/** The version of a dataset's `conformsTo`; 0.8 has no such member but the older namespace; null where it names none of these. */
export function findCroissantVersion(dataset: JsonValue): '0.8' | '1.0' | '1.1' | null {
  const conformsTo = conformsToOf(dataset);
  if (conformsTo.length === 0) return '0.8';
  for (const iri of conformsTo) {
    const version = /^https?:\/\/mlcommons\.org\/croissant\/(0\.8|1\.0|1\.1)$/.exec(iri)?.[1];
    if (version === '0.8' || version === '1.0' || version === '1.1') return version;
  }
  return null;
}

/** Every `conformsTo` of a dataset, as written. */
export function conformsToOf(dataset: JsonValue): readonly string[] {
  return conformsToIn(vocabularyOf(dataset).find(dataset, ...CONFORMS_TO));
}

/** What `conformsTo` may mean. */
export const CONFORMS_TO = ['dct:conformsTo', 'sc:conformsTo'] as const;

/** Every `conformsTo` in a member of that meaning. */
export function conformsToIn(member: FoundMember | undefined): readonly string[] {
  const found = member?.value;
  if (typeof found === 'string') return [found];
  const values = Array.isArray(found) ? (found as readonly JsonValue[]) : [found];
  return values.flatMap((value) => {
    const text = isJsonObject(value) ? value['@id'] : value;
    return typeof text === 'string' ? [text] : [];
  });
}

/** The vocabulary of one dataset's context. */
export function vocabularyOf(dataset: JsonValue): CroissantVocabulary {
  const context = isJsonObject(dataset) ? dataset['@context'] : undefined;
  if (!isJsonObject(context)) return STANDARD_VOCABULARY;
  let known = vocabularies.get(context);
  if (known === undefined) {
    known = recent.find((vocabulary) => vocabulary.isOf(context)) ?? addRecent(context);
    vocabularies.set(context, known);
  }
  return known;
}

const STANDARD_VOCABULARY = new CroissantVocabulary(undefined);
/** Detection, reading and checking ask the same of one context, and finding out what a term means is most of their work. */
const vocabularies = new WeakMap<object, CroissantVocabulary>();
/** Nearly all documents have one of a few contexts, as their tools write them. */
const recent: CroissantVocabulary[] = [];
const MAX_RECENT = 8;

function addRecent(context: JsonObject): CroissantVocabulary {
  const vocabulary = new CroissantVocabulary(context);
  if (!vocabulary.isUsual) return vocabulary;
  if (recent.length === MAX_RECENT) recent.shift();
  recent.push(vocabulary);
  return vocabulary;
}

function isCroissantDataset(dataset: JsonValue): boolean {
  if (!isJsonObject(dataset)) return false;
  // without a context of its own no other member means @type
  if (!isJsonObject(dataset['@context']) && !Object.hasOwn(dataset, '@type')) return false;
  const vocabulary = vocabularyOf(dataset);
  if (!vocabulary.typesOf(dataset).includes('sc:Dataset')) return false;
  const conformsTo = conformsToIn(vocabulary.find(dataset, ...CONFORMS_TO));
  if (conformsTo.some((iri) => iri.includes('mlcommons.org/croissant'))) return true;
  const hasMember = CROISSANT_MEMBERS.some((name) => vocabulary.find(dataset, name) !== undefined);
  const context = dataset['@context'];
  const namespaces = isJsonObject(context) ? Object.values(context) : [context];
  return (
    hasMember &&
    namespaces.some((value) => typeof value === 'string' && value.includes('mlcommons.org/'))
  );
}
