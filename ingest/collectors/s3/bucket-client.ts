// SPDX-License-Identifier: Apache-2.0
import { AwsV4Signer } from 'aws4fetch';
import { createHash } from 'node:crypto';
import { PedigreeError } from '../../../core/errors.ts';
import type { FetchAnswer } from '../bounded-fetch.ts';
import type { CollectContext } from '../collector.ts';
import { findUrlPath } from '../url-path.ts';
import type { BucketAddress } from './address.ts';
import { parseListing, type ListedObject } from './listing.ts';

const LIST_BYTES = 16 * 1024 * 1024;
const MAX_PAGES = 100_000;

/** Reads one bucket: lists it, and gets objects. Signs where there are credentials, asks like anybody where there are none. */
export class BucketClient {
  readonly #context: CollectContext;
  readonly #address: BucketAddress;

  constructor(context: CollectContext, address: BucketAddress) {
    this.#context = context;
    this.#address = address;
  }

  /**
   * Objects under the prefix, page by page.
   * @param after only keys behind this one; null: all
   * @throws {PedigreeError} ERR_SOURCE_UNAVAILABLE for a list that does not end or is of something else
   * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
   */
  async *list(after: string | null): AsyncGenerator<readonly ListedObject[]> {
    const asked = new Set<string>();
    let token: string | undefined;
    do {
      const query = new URLSearchParams({
        'list-type': '2',
        'encoding-type': 'url',
        'max-keys': '1000',
        prefix: this.#address.prefix,
      });
      if (token !== undefined) query.set('continuation-token', token);
      else if (after !== null) query.set('start-after', after);
      const { bytes } = await this.#get(`?${query.toString()}`, LIST_BYTES);
      const { objects, next } = parseListing(bytes);
      if (objects.some(({ key }) => !key.startsWith(this.#address.prefix))) {
        throw this.#wrong('lists keys that were not asked for');
      }
      yield objects;
      token = next;
      if (token === undefined) return;
      if (asked.has(token) || asked.size >= MAX_PAGES) throw this.#wrong('lists without an end');
      asked.add(token);
    } while (!this.#context.signal.aborted);
  }

  /**
   * The bytes of an object, checked against the checksum that the store gives with them, where it gives one.
   * @throws {PedigreeError} ERR_SOURCE_REFUSED for a key that no address can hold; ERR_SOURCE_UNAVAILABLE; else as BoundedFetch
   */
  async getObject(key: string, maxBytes: number): Promise<Uint8Array> {
    const path = findUrlPath(key);
    if (path === undefined) {
      throw new PedigreeError('ERR_SOURCE_REFUSED', 'a key that no address can hold', {
        file: this.#address.label,
      });
    }
    const answer = await this.#get(`/${path}`, maxBytes, { 'x-amz-checksum-mode': 'ENABLED' });
    this.#assertChecksum(answer);
    return answer.bytes;
  }

  async #get(
    path: string,
    maxBytes: number,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<FetchAnswer> {
    const { fetch, signal } = this.#context;
    const url = new URL(`${this.#address.base}${path}`);
    return fetch({ url, maxBytes, signal, ...(await this.#sign(url, headers)) });
  }

  /** Signature version 4. The body is empty, so its hash need not be signed. */
  async #sign(
    url: URL,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ headers: Record<string, string>; authorization?: string }> {
    const { credentials, clock } = this.#context;
    const known = credentials(new URL(this.#address.base));
    if (known?.user === undefined || known.password === undefined) return { headers };
    const signer = new AwsV4Signer({
      url: url.href,
      method: 'GET',
      headers,
      service: 's3',
      region: this.#address.region,
      accessKeyId: known.user,
      secretAccessKey: known.password,
      datetime: clock().replace(/\.\d+/, '').replace(/[:-]/g, ''),
      ...(known.token === undefined ? {} : { sessionToken: known.token }),
    });
    const signed = await signer.sign();
    const all = Object.fromEntries(signed.headers.entries());
    const { authorization, host: _host, ...rest } = all;
    return { headers: rest, ...(authorization === undefined ? {} : { authorization }) };
  }

  /** A checksum with a number behind it is one of parts, not of the whole. Packed bytes are not what it is about. */
  #assertChecksum({ headers, bytes }: FetchAnswer): void {
    const said = headers.get('x-amz-checksum-sha256');
    if (said === undefined || said.includes('-') || headers.has('content-encoding')) return;
    if (headers.get('x-amz-checksum-type') === 'COMPOSITE') return;
    if (createHash('sha256').update(bytes).digest('base64') !== said) {
      throw this.#wrong('gives other bytes than its checksum says');
    }
  }

  #wrong(why: string): PedigreeError {
    return new PedigreeError('ERR_SOURCE_UNAVAILABLE', `the bucket ${why}`, {
      file: this.#address.label,
    });
  }
}
