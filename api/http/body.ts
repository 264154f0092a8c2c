// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { parseJson, type JsonDocument } from '../../core/json.ts';
import { LIMITS } from '../../core/limits.ts';
import type { AppContext } from '../env.ts';
import type { ByteBudget } from './byte-budget.ts';
import { createProblem, problemResponse, refusal } from '../problem.ts';
import { HTTPException } from 'hono/http-exception';

/**
 * Reads a body up to a limit, whatever its headers promise, hands it to `work`, and counts it as in flight until that is
 * done.
 * @throws {PedigreeError} ERR_USAGE where it breaks off
 * @throws {HTTPException} 413 where it is too large, 408 where it does not arrive in time, 415 where it is compressed, 503
 * where too many are in flight
 */
export async function withBody<T>(
  c: AppContext,
  budget: ByteBudget,
  mostBytes: number,
  work: (bytes: Uint8Array) => Promise<T>,
): Promise<T> {
  assertPlain(c);
  const promised = Number(c.req.header('content-length') ?? 0);
  if (promised > mostBytes) throw tooLarge(mostBytes);
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of chunksOf(c)) {
      if (sizeBytes + chunk.length > mostBytes) throw tooLarge(mostBytes);
      if (!budget.take(chunk.length)) throw tooBusy();
      sizeBytes += chunk.length;
      chunks.push(chunk);
    }
    const bytes = joined(chunks.splice(0), sizeBytes);
    return await work(bytes);
  } finally {
    budget.give(sizeBytes);
  }
}

/**
 * Reads a JSON body of bounded size and depth.
 * @throws {PedigreeError} ERR_PARSE_*
 * @throws {HTTPException} as withBody; 415 for another media type
 */
export async function readJsonBody(c: AppContext, budget: ByteBudget): Promise<JsonDocument> {
  const type = (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw refusal(415, 'ERR_USAGE', 'the body is not application/json', {
      hint: 'send Content-Type: application/json',
    });
  }
  return withBody(c, budget, LIMITS.jsonBodyBytes, async (bytes) => {
    return parseJson(bytes, LIMITS.jsonBodyDepth);
  });
}

async function* chunksOf(c: AppContext): AsyncGenerator<Uint8Array> {
  const { body } = c.req.raw;
  if (body === null) return;
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  const deadline = c.get('deadline');
  const late = Promise.withResolvers<never>();
  // nobody may be waiting when it comes
  late.promise.catch(() => undefined);
  const expire = (): void => late.reject(tooSlow());
  deadline.addEventListener('abort', expire);
  let isDone = false;
  try {
    if (deadline.aborted) throw tooSlow();
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late.promise]);
      if (done) break;
      yield value;
    }
    isDone = true;
  } catch (error) {
    if (error instanceof HTTPException) throw error;
    throw new PedigreeError('ERR_USAGE', 'the body ended before it was complete', { cause: error });
  } finally {
    deadline.removeEventListener('abort', expire);
    if (!isDone) reader.cancel().catch(() => undefined);
  }
}

/** A compressed body could unpack to anything. */
function assertPlain(c: AppContext): void {
  const encoding = c.req.header('content-encoding');
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw refusal(415, 'ERR_USAGE', 'bodies are read as they come, never unpacked', {
    hint: 'send the document without Content-Encoding',
  });
}

function joined(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function tooLarge(mostBytes: number): HTTPException {
  const detail = `the body is larger than ${mostBytes} bytes, the most that is taken here`;
  const problem = createProblem('ERR_LIMIT_SIZE', detail, {
    hint: 'split the document, or record its digest in a statement instead',
  });
  // the rest of the body is not read, so the connection cannot be used again
  return new HTTPException(413, { res: problemResponse(problem, { connection: 'close' }) });
}

function tooBusy(): HTTPException {
  const problem = createProblem('ERR_LIMIT_SIZE', 'too many bodies are being read at this moment', {
    status: 503,
    retryable: true,
  });
  return new HTTPException(503, { res: problemResponse(problem, { connection: 'close' }) });
}

function tooSlow(): HTTPException {
  return refusal(408, 'ERR_LIMIT_TIME', 'the body did not arrive in time', {
    headers: { connection: 'close' },
  });
}
