// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, pointerJoin, stringMember } from '../../core/json.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import { isOsvAdvisory } from './detect.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** Members of an answer of the database's API. */
const ANSWER_MEMBERS = new Set(['vulns', 'next_page_token']);

export interface ParsedOsvList {
  readonly advisories: readonly {
    /** `advisory-<index>`. */
    readonly name: string;
    readonly advisory: JsonObject;
    readonly pointer: string;
  }[];
  readonly problems: readonly SchemaProblem[];
}

/** Recognises a list of OSV advisories: a JSON array of them, or what osv.dev answers about a package (`{"vulns": […]}`). */
export function detectOsvList(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const { value } = decoded.json;
  const isAnswer =
    isJsonObject(value) && Object.keys(value).every((key) => ANSWER_MEMBERS.has(key));
  if (!Array.isArray(value) && !isAnswer) return undefined;
  const [first] = itemsOf(value)?.items ?? [];
  return isOsvAdvisory(first) ? { format: 'osv-list', version: null } : undefined;
}

/**
 * Takes the advisories out of their list: each is a document of its own, with its own id and time.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where there is no list
 * @see https://google.github.io/osv.dev/post-v1-query/
 */
export function parseOsvList(value: JsonValue): ParsedOsvList {
  const list = itemsOf(value);
  if (list === undefined) throw new PedigreeError('ERR_PARSE_DOCUMENT', 'no list of advisories');
  const problems: SchemaProblem[] = [];
  const advisories = list.items.flatMap((advisory, index) => {
    const pointer = pointerJoin(list.pointer, index);
    if (isJsonObject(advisory)) return [{ name: `advisory-${index}`, advisory, pointer }];
    addProblem(problems, 'not-an-advisory', pointer, 'an advisory is an object');
    return [];
  });
  if ((stringMember(value, 'next_page_token') ?? '') !== '') {
    addProblem(
      problems,
      'more-pages',
      '/next_page_token',
      'one page of several: the rest is not here',
    );
  }
  return { advisories, problems };
}

function itemsOf(
  value: JsonValue,
): { readonly items: readonly JsonValue[]; readonly pointer: string } | undefined {
  if (Array.isArray(value)) return { items: value as readonly JsonValue[], pointer: '' };
  const items = arrayMember(value, 'vulns');
  return items === undefined ? undefined : { items, pointer: '/vulns' };
}
