// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../../core/errors.ts';
import { arrayMember, isJsonObject, member, parseJson, stringMember } from '../../../core/json.ts';
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';
import type { CollectContext } from '../collector.ts';
import { findAuthorization } from '../source-url.ts';

/** An address below the server's, with the question that is put to it. */
export interface Question {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Asked by POST. */
  readonly body?: JsonObject;
}

const PAGE_BYTES = 64 * 1024 * 1024;
const MAX_PAGES = 100_000;
/** What a server that is older than a question says to it. */
const UNKNOWN = [404, 405, 501];

/** Asks one MLflow tracking server. @see https://mlflow.org/docs/latest/api_reference/rest-api.html */
export class TrackingClient {
  readonly #context: CollectContext;
  /** Without a slash at its end. */
  readonly #base: string;

  constructor(context: CollectContext, base: string) {
    this.#context = context;
    this.#base = base;
  }

  /**
   * Items of a list, page by page.
   * @param key member of an answer that holds the items
   * @param page question for one page, given the members that say which
   * @throws {PedigreeError} ERR_SOURCE_UNAVAILABLE for a list that does not end; else as BoundedFetch
   */
  async *list(
    key: string,
    page: (token: Readonly<Record<string, string>>) => Question,
    options: { readonly mayBeUnknown?: boolean } = {},
  ): AsyncGenerator<readonly JsonValue[]> {
    const asked = new Set<string>();
    for (let token = ''; ;) {
      const question = page(token === '' ? {} : { page_token: token });
      const answer = await this.#ask(question, PAGE_BYTES, options.mayBeUnknown === true);
      if (answer === undefined) return;
      const value = objectIn(answer);
      if (value === undefined) throw this.#wrong('gives a list that is none');
      yield arrayMember(value, key) ?? [];
      token = stringMember(value, 'next_page_token') ?? '';
      if (token === '') return;
      if (asked.has(token) || asked.size >= MAX_PAGES) throw this.#wrong('lists without an end');
      asked.add(token);
    }
  }

  /**
   * One answer, byte for byte.
   * @param isMeant whether it is about what was asked for
   * @throws {PedigreeError} ERR_SOURCE_UNAVAILABLE where it is about something else; else as BoundedFetch
   */
  async getDocument(
    question: Question,
    isMeant: (value: JsonValue) => boolean,
  ): Promise<Uint8Array> {
    const bytes = await this.#get(question, PAGE_BYTES);
    const value = objectIn(bytes);
    if (value === undefined || !isMeant(value)) throw this.#wrong('answers another question');
    return bytes;
  }

  /** Any file. @throws {PedigreeError} as BoundedFetch */
  getFile(question: Question, maxBytes: number): Promise<Uint8Array> {
    return this.#get(question, maxBytes);
  }

  /** A list of files of one folder; undefined where the server does not know the question. */
  async findFiles(question: Question): Promise<readonly JsonValue[] | undefined> {
    const bytes = await this.#ask(question, PAGE_BYTES, true);
    if (bytes === undefined) return undefined;
    return arrayMember(objectIn(bytes), 'files') ?? [];
  }

  async #get(question: Question, maxBytes: number): Promise<Uint8Array> {
    const bytes = await this.#ask(question, maxBytes, false);
    if (bytes === undefined) throw this.#wrong('gives nothing');
    return bytes;
  }

  async #ask(
    question: Question,
    maxBytes: number,
    mayBeUnknown: boolean,
  ): Promise<Uint8Array | undefined> {
    const { fetch, signal, credentials } = this.#context;
    const url = new URL(`${this.#base}${question.path}`);
    for (const [name, value] of Object.entries(question.query ?? {})) {
      url.searchParams.set(name, value);
    }
    const authorization = findAuthorization(credentials(new URL(this.#base)));
    const { body } = question;
    const answer = await fetch({
      url,
      signal,
      maxBytes,
      ...(mayBeUnknown && { accept: UNKNOWN }),
      ...(authorization !== undefined && { authorization }),
      // a search changes nothing
      ...(body !== undefined && {
        method: 'POST',
        retry: true,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    return UNKNOWN.includes(answer.status) ? undefined : answer.bytes;
  }

  #wrong(why: string): PedigreeError {
    return new PedigreeError('ERR_SOURCE_UNAVAILABLE', `the tracking server ${why}`, {
      file: this.#base,
    });
  }
}

function objectIn(bytes: Uint8Array): JsonObject | undefined {
  const { value } = parseJson(bytes);
  return isJsonObject(value) ? value : undefined;
}

/** A number of milliseconds; undefined for anything else. MLflow writes some as text. */
export function findMs(value: unknown, key: string): number | undefined {
  const found = member(value, key);
  const ms = typeof found === 'string' && /^\d{1,16}$/.test(found) ? Number(found) : found;
  return typeof ms === 'number' && Number.isSafeInteger(ms) ? ms : undefined;
}
