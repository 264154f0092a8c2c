// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';
import { valueAt } from '../../../core/json.ts';
import { createApp } from '../../../api/app.ts';
import type { AppDeps } from '../../../api/env.ts';
import { PublishedLog } from '../../../api/service/published-log.ts';
import { openPedigree, systemClock, type Opened } from '../../../cli/wire.ts';

export const AUTHORITY = '127.0.0.1:7465';
export const TOKEN = 'a-token-of-the-tests';

/** The whole API on a home of its own, without a socket. */
export interface TestApi {
  readonly opened: Opened;
  readonly home: string;
  /** Faults that the API reported to its operator. */
  readonly faults: unknown[];
  /** A request from this machine, without token. */
  get(path: string, init?: Init): Promise<Response>;
  /** A request with the token. */
  post(path: string, body: BodyInit | object, init?: Init): Promise<Response>;
  graphql(
    query: string,
    variables?: object,
    headers?: Record<string, string>,
  ): Promise<GraphqlAnswer>;
  request(path: string, init?: Init): Promise<Response>;
  close(): Promise<void>;
}

export interface GraphqlAnswer {
  readonly status: number;
  readonly data: JsonValue;
  readonly errors: readonly {
    readonly message: string;
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

/** Options of a request; a stream as body needs `duplex`. */
export type Init = RequestInit & { readonly duplex?: 'half' };

export async function openTestApi(more: Partial<AppDeps> = {}): Promise<TestApi> {
  const home = mkdtempSync(join(tmpdir(), 'pedigree-api-'));
  const opened = await openPedigree({ home, store: 'embedded', allowSimulated: true }, systemClock);
  const faults: unknown[] = [];
  const signer = { origin: opened.log.origin, privateKey: opened.home.logKey.privateKey };
  const app = createApp({
    pedigree: opened.pedigree,
    log: new PublishedLog(opened.log.folder, opened.pedigree.ledger.store, signer),
    project: 'default',
    authorities: () => [AUTHORITY, 'localhost:7465', '[::1]:7465'],
    token: TOKEN,
    isDevelopment: false,
    requestMs: 30_000,
    onFault: (error) => faults.push(error),
    ...more,
  });
  const request = async (path: string, init: Init = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (!headers.has('host')) headers.set('host', AUTHORITY);
    return app.fetch(new Request(`http://${AUTHORITY}${path}`, { ...init, headers }));
  };
  const post: TestApi['post'] = (path, body, init = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${TOKEN}`);
    const isRaw =
      typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;
    if (!isRaw && !headers.has('content-type')) headers.set('content-type', 'application/json');
    const sent = isRaw ? (body as BodyInit) : JSON.stringify(body);
    return request(path, { method: 'POST', ...init, headers, body: sent });
  };
  return {
    opened,
    home,
    faults,
    get: (path, init) => request(path, init),
    post,
    request,
    graphql: async (query, variables = {}, headers = {}) => {
      const response = await post('/graphql', { query, variables }, { headers });
      const { data, errors } = (await response.json()) as Partial<GraphqlAnswer>;
      return { status: response.status, data: data ?? {}, errors: errors ?? [] };
    },
    close: async () => {
      await opened.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The JSON of a response, or the value at a pointer in it. */
export async function jsonOf(response: Response, pointer = ''): Promise<JsonValue | undefined> {
  return at((await response.json()) as JsonValue, pointer);
}

/** The value at a JSON Pointer. */
export function at(value: JsonValue, pointer: string): JsonValue | undefined {
  return valueAt(value, pointer);
}
