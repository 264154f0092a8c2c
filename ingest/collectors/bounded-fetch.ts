// SPDX-License-Identifier: Apache-2.0
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { excerpt, isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { instantToMs, type Clock } from '../../core/instant.ts';
import { LIMITS } from '../../core/limits.ts';
import { exchange, type Exchange } from './http-exchange.ts';
import {
  resolveNamedHost,
  systemResolve,
  type NetworkAddress,
  type ResolveHost,
} from './network-address.ts';

/** One request of a collector. */
export interface FetchRequest {
  /** http: or https:, of a host that the operator named. Never with user or password in it. */
  readonly url: string | URL;
  /** Default GET. Bodies are for POST. */
  readonly method?: 'GET' | 'HEAD' | 'POST';
  /** Whatever is not `accept`, `range` or `if-*` is left out after a redirect to another origin. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The whole value of the Authorization header. Sent to the origin of `url` and to no other. */
  readonly authorization?: string;
  /** Most bytes of the body, before and after decompression. Default LIMITS.documentBytes. */
  readonly maxBytes?: number;
  /** From an earlier answer: asks for the body only where it has changed. */
  readonly unless?: Validators;
  /** Statuses that are answers to the caller beside 2xx and 304; every other one is thrown. */
  readonly accept?: readonly number[];
  /** Whether it may be sent again after a fault. Default: yes for GET and HEAD. */
  readonly retry?: boolean;
  readonly signal?: AbortSignal;
}

/** What says whether a thing has changed (RFC 9110 section 8.8). */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** The head of an answer. */
export interface FetchHead {
  /** 304 where nothing has changed since `unless`; the body is empty then. */
  readonly status: number;
  /** Names in lower case; a header that came several times is joined with ", ". */
  readonly headers: ReadonlyMap<string, string>;
  readonly validators: Validators;
  /** Where the answer came from after redirects, without query. */
  readonly source: string;
}

export interface FetchAnswer extends FetchHead {
  readonly bytes: Uint8Array;
}

export interface FetchStream extends FetchHead {
  /** Read it to its end or leave the loop; either closes the connection. Limits hold while it is read; it is not retried. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * The one way out of the house for collectors over HTTP. Both forms throw PedigreeErrors that hold no query, header or
 * credential: ERR_SOURCE_REFUSED for an address, redirect or scheme that is not asked; ERR_SOURCE_UNAVAILABLE (retryable)
 * for what does not answer, breaks off, or still says 429 or 5xx after the last attempt; ERR_LIMIT_SIZE, ERR_LIMIT_TIME
 * (retryable); ERR_NOT_AUTHORISED for 401 and 403; ERR_NOT_FOUND for 404 and 410.
 */
export interface BoundedFetch {
  /** The whole answer; retried where it breaks in the middle. */
  (request: FetchRequest): Promise<FetchAnswer>;
  /** The answer as it comes in, for things larger than a document. */
  readonly stream: (request: FetchRequest) => Promise<FetchStream>;
}

/** Waits and attempts; those of LIMITS where nothing else is said. */
export interface FetchLimits {
  readonly idleMs: number;
  readonly totalMs: number;
  readonly streamMs: number;
  readonly attempts: number;
  /** Before the second attempt; doubled before each further one. */
  readonly backoffMs: number;
  readonly retryAfterMs: number;
}

export interface BoundedFetchOptions {
  /** Hosts that the operator named, as URL.host gives them (`host` or `host:port`). No other is asked. */
  readonly hosts: readonly string[];
  readonly clock: Clock;
  /** Ends everything under way. */
  readonly signal: AbortSignal;
  readonly limits?: Partial<FetchLimits>;
  /** Default: the machine's resolver. Asked once a host; the answer holds for the life of the client. */
  readonly resolve?: ResolveHost;
}

const DEFAULT_LIMITS: FetchLimits = {
  idleMs: LIMITS.fetchIdleMs,
  totalMs: LIMITS.fetchTotalMs,
  streamMs: LIMITS.fetchStreamMs,
  attempts: LIMITS.fetchAttempts,
  backoffMs: 500,
  retryAfterMs: LIMITS.fetchRetryAfterMs,
};

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Answers that may be another one a moment later. */
const TRANSIENT = new Set([408, 425, 429, 500, 502, 503, 504]);
/** Headers that say nothing about who asks; only these go along to another origin. */
const HARMLESS = /^(?:accept|range|if-[a-z-]{1,40})$/;

/** A client for one source. Connections are kept for the next request and close by themselves. */
export function createBoundedFetch(options: BoundedFetchOptions): BoundedFetch {
  const client = new Client(options);
  return Object.assign((request: FetchRequest) => client.fetch(request), {
    stream: (request: FetchRequest) => client.stream(request),
  });
}

/** Where something came from, for messages and labels: no user, password, query or fragment. */
export function placeOf(url: URL): string {
  return excerpt(`${url.protocol}//${url.host}${url.pathname}`, 200);
}

/** One hop of a request. */
interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

class Client {
  readonly #hosts: ReadonlySet<string>;
  readonly #options: BoundedFetchOptions;
  readonly #limits: FetchLimits;
  readonly #pinned = new Map<string, Promise<readonly NetworkAddress[]>>();
  readonly #agents = {
    http: new HttpAgent({ keepAlive: true, maxSockets: 8 }),
    https: new HttpsAgent({ keepAlive: true, maxSockets: 8 }),
  };

  constructor(options: BoundedFetchOptions) {
    this.#options = options;
    this.#hosts = new Set(options.hosts.map((host) => host.toLowerCase()));
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
  }

  fetch(request: FetchRequest): Promise<FetchAnswer> {
    return this.#withRetries(request, async () => {
      const { head, body } = await this.#follow(request, this.#limits.totalMs);
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      return { ...head, bytes: new Uint8Array(Buffer.concat(chunks)) };
    });
  }

  stream(request: FetchRequest): Promise<FetchStream> {
    return this.#withRetries(request, async () => {
      const { head, body } = await this.#follow(request, this.#limits.streamMs);
      return { ...head, body };
    });
  }

  async #withRetries<T>(request: FetchRequest, work: () => Promise<T>): Promise<T> {
    const mayRepeat = request.retry ?? request.method !== 'POST';
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!mayRepeat || attempt >= this.#limits.attempts || !isTransient(error)) throw error;
        await this.#wait(request, attempt, askedWaits.get(error));
      }
    }
  }

  /** @throws {PedigreeError} ERR_SOURCE_UNAVAILABLE (retryable) where the source asks for more patience than we have */
  async #wait(request: FetchRequest, attempt: number, askedMs: number | undefined): Promise<void> {
    const waitMs = askedMs ?? this.#limits.backoffMs * 2 ** (attempt - 1);
    if (waitMs > this.#limits.retryAfterMs) {
      const seconds = Math.ceil(waitMs / 1000);
      throw unavailable(parseUrl(request.url), `asks to come back in ${seconds} seconds`, true);
    }
    try {
      await sleep(waitMs, undefined, { signal: this.#signalOf(request) });
    } catch {
      throw unavailable(parseUrl(request.url), 'stopped before it was read', true);
    }
  }

  #signalOf({ signal }: FetchRequest): AbortSignal {
    const own = this.#options.signal;
    return signal === undefined ? own : AbortSignal.any([own, signal]);
  }

  /** Follows redirects until there is an answer that is none. */
  async #follow(
    request: FetchRequest,
    totalMs: number,
  ): Promise<{ head: FetchHead; body: AsyncIterable<Uint8Array> }> {
    let hop = firstHop(request);
    for (let hops = 0; hops <= LIMITS.fetchRedirects; hops++) {
      const answer = await this.#send(hop, request, totalMs);
      const location = answer.headers.get('location');
      if (REDIRECTS.has(answer.status) && location !== undefined) {
        answer.discard();
        hop = nextHop(hop, location, answer.status);
        continue;
      }
      this.#assertAnswer(hop, request, answer);
      const { status, headers } = answer;
      const head = { status, headers, validators: validatorsOf(headers), source: placeOf(hop.url) };
      return { head, body: answer.body };
    }
    throw refused(hop.url, `more than ${LIMITS.fetchRedirects} redirects`);
  }

  async #send(hop: Hop, request: FetchRequest, totalMs: number): Promise<Exchange> {
    this.#assertNamed(hop.url);
    const { body, maxBytes } = request;
    return exchange({
      ...hop,
      body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
      addresses: await this.#addressesOf(hop.url.hostname),
      agent: hop.url.protocol === 'https:' ? this.#agents.https : this.#agents.http,
      maxBytes: maxBytes ?? LIMITS.documentBytes,
      idleMs: this.#limits.idleMs,
      totalMs,
      signal: this.#signalOf(request),
      label: placeOf(hop.url),
    });
  }

  /** @throws {PedigreeError} ERR_SOURCE_REFUSED */
  #assertNamed(url: URL): void {
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw refused(url, `the scheme ${excerpt(url.protocol, 20)} is not asked`);
    if (url.username !== '' || url.password !== '')
      throw refused(url, 'an address with a user or password in it');
    if (!this.#hosts.has(url.host))
      throw refused(url, 'a host that nobody named', 'allow it with --allow-host if it is meant');
  }

  /** A name is resolved once: what it says later does not count (DNS rebinding). */
  #addressesOf(host: string): Promise<readonly NetworkAddress[]> {
    let pinned = this.#pinned.get(host);
    if (pinned === undefined) {
      pinned = resolveNamedHost(host, this.#options.resolve ?? systemResolve);
      this.#pinned.set(host, pinned);
      // a resolver that failed may be asked again
      pinned.catch(() => this.#pinned.delete(host));
    }
    return pinned;
  }

  /** @throws {PedigreeError} by what the status says */
  #assertAnswer({ url }: Hop, request: FetchRequest, answer: Exchange): void {
    const { status, headers } = answer;
    if (status >= 200 && status < 300) return;
    if (status === 304 && request.unless !== undefined) return;
    if (request.accept?.includes(status) === true) return;
    answer.discard();
    if (status === 401 || status === 403) {
      throw new PedigreeError('ERR_NOT_AUTHORISED', `the source says ${status}: not allowed`, {
        file: placeOf(url),
        hint: 'docs/collectors.md says where credentials are written',
      });
    }
    if (status === 404 || status === 410) {
      throw new PedigreeError('ERR_NOT_FOUND', `the source says ${status}: not there`, {
        file: placeOf(url),
      });
    }
    const isPassing = TRANSIENT.has(status);
    const error = unavailable(url, `the source says ${status}`, isPassing);
    const waitMs = findRetryAfter(headers.get('retry-after'), this.#options.clock);
    if (isPassing && waitMs !== undefined) askedWaits.set(error, waitMs);
    throw error;
  }
}

/** How long a source asked us to wait, beside the error that says so. */
const askedWaits = new WeakMap<object, number>();

function isTransient(error: unknown): error is PedigreeError {
  return isPedigreeError(error) && error.code === 'ERR_SOURCE_UNAVAILABLE' && error.retryable;
}

function firstHop(request: FetchRequest): Hop {
  const { authorization, unless } = request;
  return {
    url: parseUrl(request.url),
    method: request.method ?? 'GET',
    headers: {
      'user-agent': 'pedigree',
      // the bytes as they are kept: their digest is what counts
      'accept-encoding': 'identity',
      accept: '*/*',
      ...lowerCased(request.headers ?? {}),
      ...(authorization === undefined ? {} : { authorization }),
      ...(unless?.etag === undefined ? {} : { 'if-none-match': unless.etag }),
      ...(unless?.lastModified === undefined ? {} : { 'if-modified-since': unless.lastModified }),
    },
  };
}

/** @throws {PedigreeError} ERR_SOURCE_REFUSED for a redirect that says what it should not */
function nextHop(hop: Hop, location: string, status: number): Hop {
  const url = URL.parse(location, hop.url);
  if (url === null) throw refused(hop.url, 'a redirect to no address');
  if (hop.url.protocol === 'https:' && url.protocol === 'http:')
    throw refused(url, 'a redirect from https to http');
  const isSameOrigin = url.origin === hop.url.origin;
  if (hop.method === 'POST' && !(isSameOrigin && (status === 307 || status === 308)))
    throw refused(url, 'a redirect of what is not a plain question');
  return { url, method: hop.method, headers: isSameOrigin ? hop.headers : harmless(hop.headers) };
}

/** No credential goes to another origin, under whatever header it was sent. */
function harmless(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name]) => HARMLESS.test(name) || name === 'user-agent' || name === 'accept-encoding',
  );
  return Object.fromEntries(kept);
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function validatorsOf(headers: ReadonlyMap<string, string>): Validators {
  const etag = headers.get('etag');
  const lastModified = headers.get('last-modified');
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
  };
}

/** Seconds or a date (RFC 9110 section 10.2.3), as milliseconds from now; undefined for neither. */
function findRetryAfter(value: string | undefined, clock: Clock): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - instantToMs(clock()));
}

/** @throws {PedigreeError} ERR_SOURCE_REFUSED; never with the text in it, as it may hold a secret */
function parseUrl(url: string | URL): URL {
  const parsed = typeof url === 'string' ? URL.parse(url) : url;
  if (parsed === null) throw new PedigreeError('ERR_SOURCE_REFUSED', 'not an address');
  return parsed;
}

function refused(url: URL, why: string, hint?: string): PedigreeError {
  return new PedigreeError('ERR_SOURCE_REFUSED', why, {
    file: placeOf(url),
    ...(hint === undefined ? {} : { hint }),
  });
}

function unavailable(url: URL, why: string, retryable: boolean): PedigreeError {
  return new PedigreeError('ERR_SOURCE_UNAVAILABLE', why, { file: placeOf(url), retryable });
}
