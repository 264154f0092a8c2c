// SPDX-License-Identifier: Apache-2.0
import { sha256 } from '../../../core/digest.ts';
import { isPedigreeError, PedigreeError } from '../../../core/errors.ts';
import { isJsonObject, member, parseJson, stringMember } from '../../../core/json.ts';
import { LIMITS } from '../../../core/limits.ts';
import type { FetchRequest, Validators } from '../bounded-fetch.ts';
import type { CollectContext, Collected, Collector, Cursor } from '../collector.ts';
import { assertKnownOptions, findFlagOption } from '../source-options.ts';
import type { CollectorKind } from '../source-spec.ts';
import { findAuthorization, labelOf } from '../source-url.ts';
import { splitLines, type StreamLine } from './split-lines.ts';

/** One document, or JSON lines that grow, at a web address. */
export const httpKind: CollectorKind = {
  kind: 'http',
  schemes: ['http:', 'https:'],
  hostsOf: ({ url }) => [url.host],
  create: ({ url, options }) => {
    assertKnownOptions(options, ['lines']);
    return createHttpCollector(url, findFlagOption(options, 'lines'));
  },
};

/**
 * @param lines true: each line is a document of its own; false: the whole answer is one; absent: lines where the path ends in
 *   .jsonl or .ndjson, or the answer's media type says so
 */
export function createHttpCollector(url: URL, lines?: boolean): Collector {
  const source = labelOf(url);
  return {
    kind: 'http',
    source,
    collect: (context) =>
      (lines ?? /\.(?:jsonl|ndjson)$/i.test(url.pathname))
        ? collectLines(url, source, context)
        : collectWhole(url, source, context, lines === undefined),
  };
}

const SPACE = 0x20;

const LINES_TYPES = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
  'application/jsonlines',
]);

function requestOf(
  url: URL,
  context: CollectContext,
  unless: Validators | undefined,
): FetchRequest {
  const authorization = findAuthorization(context.credentials(url));
  return {
    url,
    signal: context.signal,
    ...(authorization === undefined ? {} : { authorization }),
    ...(unless === undefined ? {} : { unless }),
  };
}

/** Cursor: {digest, etag?, lastModified?} of the document, or that of lines. */
async function* collectWhole(
  url: URL,
  source: string,
  context: CollectContext,
  mayBeLines: boolean,
): AsyncGenerator<Collected> {
  const known = stringMember(context.cursor, 'digest');
  const position = mayBeLines ? findLinePosition(context.cursor) : undefined;
  const unless = known === undefined ? position?.validators : validatorsIn(context.cursor);
  let answer;
  try {
    answer = await context.fetch(requestOf(url, context, unless));
  } catch (error) {
    if (!isPedigreeError(error) || error.code !== 'ERR_LIMIT_SIZE') throw error;
    yield { received: { source, refused: error }, cursor: null };
    return;
  }
  const { status, bytes, headers, validators } = answer;
  if (status === 304) return;
  if (mayBeLines && LINES_TYPES.has(mediaTypeOf(headers.get('content-type')))) {
    const given = { validators, source, context };
    if (yield* collectFrom([bytes], position, given)) yield* collectFrom([bytes], undefined, given);
    return;
  }
  const digest = sha256(bytes);
  if (digest === known) return;
  context.onProgress({ done: 1, total: 1 });
  yield { received: { source, bytes }, cursor: { digest, ...validators } };
}

function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** A place between two lines. */
interface LineStart {
  readonly offset: number;
  /** Hex SHA-256 of everything before it; empty at the beginning. */
  readonly prefix: string;
  readonly lines: number;
}

/** Where reading stopped: what stands before it has been read. */
interface LinePosition extends LineStart {
  /** Digest of a last line that had no newline yet. */
  readonly tail: string | undefined;
  /** Only where it was read to its end: else "not changed" would leave the rest out. */
  readonly validators: Validators | undefined;
}

async function* collectLines(
  url: URL,
  source: string,
  context: CollectContext,
): AsyncGenerator<Collected> {
  const position = findLinePosition(context.cursor);
  if (!(yield* readLines(url, source, context, position))) return;
  // other lines stand where those that we know stood: it was written anew
  yield* readLines(url, source, context, undefined);
}

/** @returns true where it is not what was read before the position */
async function* readLines(
  url: URL,
  source: string,
  context: CollectContext,
  position: LinePosition | undefined,
): AsyncGenerator<Collected, boolean> {
  const answer = await context.fetch.stream({
    ...requestOf(url, context, position?.validators),
    maxBytes: LIMITS.streamBytes,
  });
  if (answer.status === 304) return false;
  const { body, validators } = answer;
  return yield* collectFrom(body, position, { validators, source, context });
}

interface Given {
  readonly validators: Validators;
  readonly source: string;
  readonly context: CollectContext;
}

/** One line is held back, as only the last one says what the whole was read as. */
async function* collectFrom(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  position: LinePosition | undefined,
  { validators, source, context }: Given,
): AsyncGenerator<Collected, boolean> {
  let isPast = position === undefined || position.offset === 0;
  let before: LineStart = { offset: 0, prefix: '', lines: 0 };
  let last: Collected | undefined;
  for await (const line of splitLines(toAsync(body), LIMITS.documentBytes)) {
    if (context.signal.aborted) return false;
    const start = before;
    before = { offset: line.offset, prefix: line.prefix, lines: start.lines + 1 };
    if (!isPast && position !== undefined) {
      if (line.isEnded && line.offset < position.offset) continue;
      if (line.offset !== position.offset || line.prefix !== position.prefix) return true;
      isPast = true;
      continue;
    }
    context.onProgress({ done: before.lines });
    const found = collectedLine(line, start, before, source, position?.tail);
    if (found === undefined) continue;
    if (last !== undefined) yield last;
    last = found;
  }
  if (!isPast) return true;
  if (last !== undefined && !context.signal.aborted) yield withValidators(last, validators);
  return false;
}

async function* toAsync(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* body;
}

/** Undefined for an empty line, and for a last line without a newline that was read in an earlier run. */
function collectedLine(
  { bytes, isEnded }: StreamLine,
  start: LineStart,
  end: LineStart,
  source: string,
  knownTail: string | undefined,
): Collected | undefined {
  const label = `${source}#${end.lines}`;
  const cursor = isEnded ? { ...end } : null;
  if (bytes === null) return { received: { source: label, refused: tooLong(label) }, cursor };
  if (bytes.every((byte) => byte <= SPACE)) return undefined;
  if (isEnded) return { received: { source: label, bytes }, cursor };
  const tail = sha256(bytes);
  if (tail === knownTail) return undefined;
  if (!isJson(bytes)) return { received: { source: label, refused: unfinished(label) }, cursor };
  return { received: { source: label, bytes }, cursor: { ...start, tail } };
}

/** The owner may be writing it just now. */
function isJson(bytes: Uint8Array): boolean {
  try {
    parseJson(bytes);
    return true;
  } catch {
    return false;
  }
}

function withValidators({ received, cursor }: Collected, validators: Validators): Collected {
  return { received, cursor: isJsonObject(cursor) ? { ...cursor, ...validators } : cursor };
}

/** The position that a cursor is, or undefined for any other value. */
function findLinePosition(cursor: Cursor | null): LinePosition | undefined {
  const offset = member(cursor, 'offset');
  const lines = member(cursor, 'lines');
  const prefix = stringMember(cursor, 'prefix');
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(lines)) return undefined;
  if (typeof offset !== 'number' || typeof lines !== 'number' || prefix === undefined)
    return undefined;
  return {
    offset,
    prefix,
    lines,
    tail: stringMember(cursor, 'tail'),
    validators: validatorsIn(cursor),
  };
}

function validatorsIn(cursor: Cursor | null): Validators | undefined {
  const etag = stringMember(cursor, 'etag');
  const lastModified = stringMember(cursor, 'lastModified');
  if (etag === undefined && lastModified === undefined) return undefined;
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
  };
}

function tooLong(file: string): PedigreeError {
  const most = `${LIMITS.documentBytes / (1024 * 1024)} MB`;
  return new PedigreeError('ERR_LIMIT_SIZE', `a line of more than ${most}`, { file });
}

function unfinished(file: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_JSON', 'the last line is not complete yet', {
    file,
    hint: 'the next run reads it again',
    retryable: true,
  });
}
