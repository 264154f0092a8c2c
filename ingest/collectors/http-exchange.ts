// SPDX-License-Identifier: Apache-2.0
import { request as requestHttp, type Agent, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline, type Readable, type Transform } from 'node:stream';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib';
import { PedigreeError } from '../../core/errors.ts';
import type { NetworkAddress } from './network-address.ts';

/** One request to one address, one answer: no redirects, no second try. */
export interface ExchangeRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** The only addresses that are connected to, whatever the name resolves to by now. */
  readonly addresses: readonly NetworkAddress[];
  readonly agent: Agent;
  readonly maxBytes: number;
  readonly idleMs: number;
  readonly totalMs: number;
  readonly signal: AbortSignal;
  /** How messages call the place. */
  readonly label: string;
}

export interface Exchange {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Bounded in bytes and time. Leaving the loop closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the connection of an answer that nobody reads. */
  readonly discard: () => void;
}

/**
 * Sends one request and waits for the head of its answer.
 * @throws {PedigreeError} ERR_SOURCE_UNAVAILABLE (retryable) where the connection breaks or `signal` fires; ERR_LIMIT_TIME
 *   (retryable); ERR_LIMIT_SIZE where the answer says that it is longer than allowed
 */
export async function exchange(asked: ExchangeRequest): Promise<Exchange> {
  const deadline = AbortSignal.timeout(asked.totalMs);
  const ended = new AbortController();
  const stop = AbortSignal.any([asked.signal, deadline, ended.signal]);
  const fault = (cause: unknown): PedigreeError => {
    const known = faultOf(asked, deadline, cause);
    ended.abort();
    return known;
  };
  let answer: IncomingMessage;
  try {
    answer = await withIdleLimit(asked, sendRequest(asked, stop));
  } catch (cause) {
    throw fault(cause);
  }
  const discard = (): void => void answer.destroy();
  const declared = Number(answer.headers['content-length'] ?? 0);
  if (declared > asked.maxBytes && asked.method !== 'HEAD') {
    discard();
    throw tooLarge(asked);
  }
  return {
    status: answer.statusCode ?? 0,
    headers: headersOf(answer),
    body: readBody(answer, asked, fault),
    discard,
  };
}

function sendRequest(asked: ExchangeRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, method, headers, body, agent, addresses } = asked;
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      headers,
      agent,
      signal,
      lookup: (_host, options, callback) => {
        const [first] = addresses;
        if (options.all === true) callback(null, [...addresses]);
        else if (first === undefined) callback(new Error('no address'), '', 4);
        else callback(null, first.address, first.family);
      },
    });
    sent.once('response', resolve);
    // it may come again after the answer, when the reader has let go
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The body, decoded. The time limit counts waiting for the source only, never the reader's own work. */
async function* readBody(
  answer: IncomingMessage,
  asked: ExchangeRequest,
  fault: (cause: unknown) => PedigreeError,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  const decoded = decode(answer, asked);
  const chunks = decoded[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  try {
    for (;;) {
      const next = await withIdleLimit(asked, chunks.next());
      if (next.done === true) break;
      sizeBytes += next.value.length;
      if (sizeBytes > asked.maxBytes) throw tooLarge(asked);
      yield next.value;
    }
    // a body that ends before the length that its head names
    if (!answer.complete) throw new Error('incomplete');
  } catch (cause) {
    throw fault(cause);
  } finally {
    decoded.destroy();
    answer.destroy();
  }
}

/** We ask for the bytes as they are; some servers keep them packed and send them so all the same. */
function decode(answer: IncomingMessage, asked: ExchangeRequest): Readable {
  const coding = (answer.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (coding === 'identity' || coding === '') return answer;
  const unpack = findDecoder(coding);
  if (unpack === undefined) {
    answer.destroy();
    throw new PedigreeError('ERR_SOURCE_UNAVAILABLE', 'an answer in an unknown content coding', {
      file: asked.label,
    });
  }
  return pipeline(answer, unpack, () => {
    // whoever reads the unpacked bytes is told
  });
}

function findDecoder(coding: string): Transform | undefined {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress();
    default:
      return undefined;
  }
}

async function withIdleLimit<T>(asked: ExchangeRequest, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const idle = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow(asked, asked.idleMs)), asked.idleMs);
  });
  try {
    return await Promise.race([work, idle]);
  } finally {
    clearTimeout(timer);
  }
}

function headersOf(answer: IncomingMessage): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(answer.headersDistinct).map(([name, values]) => [
      name,
      (values ?? []).join(', '),
    ]),
  );
}

/** The words of the network library may hold addresses and headers: they stay in `cause`. */
function faultOf(asked: ExchangeRequest, deadline: AbortSignal, cause: unknown): PedigreeError {
  if (cause instanceof PedigreeError) return cause;
  if (asked.signal.aborted) {
    return new PedigreeError('ERR_SOURCE_UNAVAILABLE', 'stopped before it was read', {
      file: asked.label,
      retryable: true,
    });
  }
  if (deadline.aborted) return tooSlow(asked, asked.totalMs);
  return new PedigreeError(
    'ERR_SOURCE_UNAVAILABLE',
    `does not answer as it should${codeOf(cause)}`,
    {
      file: asked.label,
      retryable: true,
      cause,
    },
  );
}

/** ECONNREFUSED and its like say much in one word, and nothing else. */
function codeOf(cause: unknown): string {
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? ` (${code})` : '';
}

function tooSlow(asked: ExchangeRequest, limitMs: number): PedigreeError {
  return new PedigreeError('ERR_LIMIT_TIME', `nothing for ${limitMs / 1000} seconds`, {
    file: asked.label,
    retryable: true,
  });
}

function tooLarge(asked: ExchangeRequest): PedigreeError {
  return new PedigreeError('ERR_LIMIT_SIZE', `an answer of more than ${asked.maxBytes} bytes`, {
    file: asked.label,
  });
}
