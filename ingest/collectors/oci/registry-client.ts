// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { excerpt, PedigreeError } from '../../../core/errors.ts';
import { parseJson, stringMember } from '../../../core/json.ts';
import { MANIFEST_TYPES } from '../../../schemas/oci-manifest/media-types.ts';
import type { OciDescriptor } from '../../../schemas/oci-manifest/model.ts';
import type { FetchAnswer } from '../bounded-fetch.ts';
import type { CollectContext } from '../collector.ts';
import { findNextLink } from '../link-header.ts';
import { findAuthorization } from '../source-url.ts';
import { findChallenge, type Challenge } from './challenge.ts';
import { isDigestReference, type OciReference } from './reference.ts';

/** Bytes of a manifest and the digest that they have. */
export interface FetchedManifest {
  readonly bytes: Uint8Array;
  readonly digest: string;
}

/** Registries take manifests of 4 MiB (distribution-spec, pushing manifests); some take a little more. */
const MANIFEST_BYTES = 8 * 1024 * 1024;
const LIST_BYTES = 8 * 1024 * 1024;
const TOKEN_BYTES = 256 * 1024;
const MAX_PAGES = 1000;
const HASHES = new Set(['sha256', 'sha384', 'sha512']);

/** Reads one repository of a registry. Everything that is asked by digest is checked against it. */
export class RegistryClient {
  readonly #context: CollectContext;
  readonly #place: OciReference;
  #authorization: string | undefined;

  constructor(context: CollectContext, place: OciReference) {
    this.#context = context;
    this.#place = place;
  }

  /**
   * The manifest under a tag or digest; undefined where there is none.
   * @throws {PedigreeError} ERR_SOURCE_UNAVAILABLE where it is not what its digest says; else as BoundedFetch
   */
  async findManifest(reference: string): Promise<FetchedManifest | undefined> {
    const headers = { accept: MANIFEST_TYPES.join(', ') };
    const path = `manifests/${reference}`;
    const answer = await this.#ask(path, { headers, maxBytes: MANIFEST_BYTES, accept: [404] });
    if (answer.status === 404) return undefined;
    const digest = `sha256:${hashOf('sha256', answer.bytes)}`;
    const said = isDigestReference(reference)
      ? reference
      : (answer.headers.get('docker-content-digest') ?? digest);
    const [algorithm = '', hex = ''] = said.split(':');
    this.#assertDigest(answer.bytes, { algorithm, hex });
    return { bytes: answer.bytes, digest: said };
  }

  /** @throws {PedigreeError} as BoundedFetch; ERR_SOURCE_UNAVAILABLE where the bytes are others than the descriptor says */
  async getBlob(descriptor: OciDescriptor, maxBytes: number): Promise<Uint8Array> {
    const { algorithm, hex, sizeBytes } = descriptor;
    const { bytes } = await this.#ask(`blobs/${algorithm}:${hex}`, {
      maxBytes: Math.min(maxBytes, sizeBytes ?? maxBytes),
    });
    if (sizeBytes !== undefined && bytes.length !== sizeBytes) {
      throw this.#wrong('of another size than its descriptor says');
    }
    this.#assertDigest(bytes, descriptor);
    return bytes;
  }

  /** Tags in the order in which the registry lists them. */
  async *tags(): AsyncGenerator<string> {
    for await (const { bytes } of this.#pages('tags/list?n=1000')) {
      const list = (parseJson(bytes).value as { tags?: unknown } | null)?.tags;
      for (const tag of Array.isArray(list) ? (list as unknown[]) : []) {
        if (typeof tag === 'string' && /^\w[\w.-]{0,127}$/.test(tag)) yield tag;
      }
    }
  }

  /**
   * Pages of the referrers of a digest, or undefined where the registry does not know that question.
   * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
   */
  async findReferrers(digest: string): Promise<Uint8Array[] | undefined> {
    const pages: Uint8Array[] = [];
    for await (const { status, headers, bytes } of this.#pages(
      `referrers/${digest}`,
      [400, 404, 405, 501],
    )) {
      const isIndex = (headers.get('content-type') ?? '').includes('image.index.v1+json');
      if (status !== 200 || !isIndex) {
        if (pages.length > 0) throw this.#wrong('a list that breaks off');
        return undefined;
      }
      pages.push(bytes);
    }
    return pages;
  }

  /** Follows `Link: <…>; rel="next"` inside of the registry (RFC 8288). */
  async *#pages(path: string, accept: readonly number[] = []): AsyncGenerator<FetchAnswer> {
    const asked = new Set<string>();
    for (let next: string | undefined = path; next !== undefined;) {
      if (asked.has(next) || asked.size >= MAX_PAGES) throw this.#wrong('a list without an end');
      asked.add(next);
      const answer = await this.#ask(next, { maxBytes: LIST_BYTES, accept });
      yield answer;
      next = this.#nextOf(next, answer.headers.get('link'));
    }
  }

  /** @returns a path relative to the repository; undefined at the end */
  #nextOf(path: string, link: string | undefined): string | undefined {
    const page = this.#urlOf(path);
    const url = findNextLink(link, page);
    if (url === undefined) return undefined;
    const root = this.#urlOf('');
    if (url.origin !== root.origin || !url.pathname.startsWith(root.pathname)) {
      throw this.#wrong('a list that goes on somewhere else');
    }
    return `${url.pathname.slice(root.pathname.length)}${url.search}`;
  }

  #urlOf(path: string): URL {
    return new URL(`/v2/${this.#place.repository}/${path}`, this.#place.base);
  }

  /** Meets one challenge at most: a registry that asks again has said no. */
  async #ask(
    path: string,
    options: {
      readonly maxBytes: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly accept?: readonly number[];
    },
  ): Promise<FetchAnswer> {
    const { fetch, signal } = this.#context;
    const url = this.#urlOf(path);
    const request = (accept: readonly number[]): Parameters<typeof fetch>[0] => ({
      url,
      signal,
      ...options,
      accept,
      ...(this.#authorization !== undefined && { authorization: this.#authorization }),
    });
    const accept = options.accept ?? [];
    const answer = await fetch(request([...accept, 401]));
    if (answer.status !== 401) return answer;
    const challenge = findChallenge(answer.headers.get('www-authenticate'));
    if (challenge === undefined) throw this.#denied('asks for a way in that we do not know');
    this.#authorization = await this.#authorize(challenge);
    return fetch(request(accept));
  }

  async #authorize(challenge: Challenge): Promise<string> {
    const credentials = this.#context.credentials(this.#urlOf(''));
    const own = findAuthorization(credentials);
    if (challenge.scheme === 'basic' || credentials?.token !== undefined) {
      if (own === undefined) throw this.#denied('asks who we are');
      return own;
    }
    return `Bearer ${await this.#fetchToken(challenge.realm, challenge.service, own)}`;
  }

  async #fetchToken(
    realm: URL,
    service: string | undefined,
    authorization: string | undefined,
  ): Promise<string> {
    const { base, repository } = this.#place;
    if (base.protocol === 'https:' && realm.protocol !== 'https:') {
      throw this.#denied('sends us for a token to a place without https');
    }
    const url = new URL(realm);
    url.search = '';
    if (service !== undefined) url.searchParams.set('service', service);
    url.searchParams.set('scope', `repository:${repository}:pull`);
    const { bytes } = await this.#context.fetch({
      url,
      signal: this.#context.signal,
      maxBytes: TOKEN_BYTES,
      ...(authorization !== undefined && { authorization }),
    });
    const token = tokenIn(bytes);
    if (token === undefined) throw this.#denied('gave no token that can be used');
    return token;
  }

  #assertDigest(bytes: Uint8Array, said: { algorithm: string; hex: string }): void {
    if (!HASHES.has(said.algorithm))
      throw this.#wrong('named by a digest that is not checked here');
    if (hashOf(said.algorithm, bytes) !== said.hex) {
      throw this.#wrong('other bytes than its digest says');
    }
  }

  #wrong(why: string): PedigreeError {
    return new PedigreeError('ERR_SOURCE_UNAVAILABLE', `the registry gives ${why}`, {
      file: this.#place.label,
    });
  }

  #denied(why: string): PedigreeError {
    return new PedigreeError('ERR_NOT_AUTHORISED', `the registry ${excerpt(why)}`, {
      file: this.#place.label,
      hint: 'docs/collectors.md says where credentials are written',
    });
  }
}

/** `token`, or `access_token` of OAuth 2; only what can stand in a header. */
function tokenIn(bytes: Uint8Array): string | undefined {
  let value: unknown;
  try {
    ({ value } = parseJson(bytes));
  } catch {
    return undefined;
  }
  const token = stringMember(value, 'token') ?? stringMember(value, 'access_token');
  return token !== undefined && /^[\w~+/.=-]{1,100000}$/.test(token) ? token : undefined;
}

function hashOf(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}
