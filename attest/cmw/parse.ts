// SPDX-License-Identifier: Apache-2.0
import { decode } from 'cborg';
import type { TagDecoder } from 'cborg';
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { isJsonObject, parseJson } from '../../core/json.ts';

/** One message in a wrapper. The wrapper signs nothing: what it says of the message is a hint. */
export interface WrappedMessage {
  /** Labels from the outermost collection inwards; empty for a wrapper of one message. */
  readonly path: readonly string[];
  /** A media type, or a CoAP content format as a number. */
  readonly type: string | number;
  readonly value: Uint8Array;
  /** Bits of what the message is; undefined where the wrapper does not say. */
  readonly indicator: number | undefined;
}

/** Bits of the indicator (draft-ietf-rats-msg-wrap, section 3.1): what can be verified here. */
const EVIDENCE_BIT = 1 << 2;
const RESULT_BIT = 1 << 3;

const COLLECTION_TYPE = '__cmwc_t';
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 4;
const MAX_MESSAGES = 64;
const MAX_INDICATOR = 0xffff_ffff;
/** RFC 9277 section 4.3: the tag of content format 0; that of format n is n higher. */
const FIRST_TAG = 0x6374_0101;
const MAX_CONTENT_FORMAT = 65_024;
/** Major type 6 with a number of four bytes, which every tag of a content format has. */
const TAG_HEAD = 0xda;
const TAG_HEAD_BYTES = 5;

/** A CBOR tag of a content format, and what it is on. */
class TaggedMessage {
  readonly format: number;
  readonly content: unknown;

  constructor(format: number, content: unknown) {
    this.format = format;
    this.content = content;
  }
}

/**
 * The messages of a RATS conceptual message wrapper, in order: a record in JSON or CBOR, a CBOR tag of a content format, or
 * a collection of these.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE and the codes of parseJson
 * @see draft-ietf-rats-msg-wrap section 3
 */
export function parseCmw(bytes: Uint8Array): readonly WrappedMessage[] {
  if (bytes.length > MAX_BYTES) throw cmwError('the wrapper is too large');
  const first = bytes[0] ?? 0;
  const isJson = first === 0x5b || first === 0x7b || first === 0x20 || first === 0x0a;
  const value = isJson ? parseJson(bytes, 2 * MAX_DEPTH).value : decodeCbor(bytes);
  const messages = [...walk(value, [], isJson)];
  if (messages.length === 0) throw cmwError('the wrapper holds no message');
  return messages;
}

/**
 * The message to verify.
 * @param label labels of the collections with slashes between; undefined: the only message that is evidence or a result
 * @throws {PedigreeError} ERR_USAGE where it is not there, or there are several
 */
export function pickMessage(
  messages: readonly WrappedMessage[],
  label: string | undefined,
): WrappedMessage {
  const names = messages.map(({ path }) => path.join('/')).join(', ');
  const hint = `the wrapper holds: ${excerpt(names, 200)}`;
  if (label !== undefined) {
    const found = messages.find(({ path }) => path.join('/') === label);
    if (found !== undefined) return found;
    throw new PedigreeError('ERR_USAGE', `the wrapper has no message "${excerpt(label)}"`, {
      hint,
    });
  }
  const fitting = messages.filter(isVerifiable);
  const [only, ...more] = fitting;
  if (only !== undefined && more.length === 0) return only;
  const message = `the wrapper holds ${fitting.length} messages of evidence or results, not one`;
  throw new PedigreeError('ERR_USAGE', message, { hint });
}

/** A message without indicator may be anything, so that it counts. */
function isVerifiable({ indicator }: WrappedMessage): boolean {
  return indicator === undefined || (indicator & (EVIDENCE_BIT | RESULT_BIT)) !== 0;
}

function* walk(
  value: unknown,
  path: readonly string[],
  isJson: boolean,
): Generator<WrappedMessage> {
  if (path.length > MAX_DEPTH) throw cmwError('the collections are nested too deeply');
  if (Array.isArray(value)) {
    yield readRecord(value as readonly unknown[], path, isJson);
    return;
  }
  if (value instanceof TaggedMessage) {
    yield { path, type: value.format, value: readBytes(value.content), indicator: undefined };
    return;
  }
  const entries = entriesOf(value);
  if (entries.length > MAX_MESSAGES) throw cmwError('a collection holds too many messages');
  for (const [label, item] of entries) {
    if (label === COLLECTION_TYPE) continue;
    if (label === '' || label.includes('/')) throw cmwError(`"${excerpt(label)}" is no label`);
    yield* walk(item, [...path, label], isJson);
  }
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<unknown, unknown>)];
    const labels = entries.map(([label]) => labelOf(label));
    // 1 and "1" are two labels in CBOR and one here
    if (new Set(labels).size !== labels.length) throw cmwError('a label is there twice');
    return entries.map(([, item], index) => [labels[index] ?? '', item]);
  }
  if (isJsonObject(value as never)) return Object.entries(value as Record<string, unknown>);
  throw cmwError('it is neither a record nor a collection');
}

function labelOf(label: unknown): string {
  if (typeof label === 'string') return label;
  if (typeof label === 'number' && Number.isInteger(label)) return String(label);
  throw cmwError('a label is neither text nor a whole number');
}

function readRecord(
  record: readonly unknown[],
  path: readonly string[],
  isJson: boolean,
): WrappedMessage {
  const [type, value, indicator, ...rest] = record;
  if (rest.length > 0 || record.length < 2) throw cmwError('a record has two or three items');
  const isNumber = typeof type === 'number' && Number.isInteger(type);
  const isFormat = isNumber && type >= 0 && type <= MAX_CONTENT_FORMAT;
  const isMediaType = typeof type === 'string' && /^[\w.+-]{1,100}\/[\x20-\x7e]{1,300}$/.test(type);
  if (!isFormat && !isMediaType) throw cmwError('the type is no media type or content format');
  return {
    path,
    type,
    value: isJson ? readBase64Url(value) : readBytes(value),
    indicator: record.length === 2 ? undefined : readIndicator(indicator),
  };
}

function readIndicator(value: unknown): number {
  const isBits = typeof value === 'number' && Number.isInteger(value) && value > 0;
  if (!isBits || value > MAX_INDICATOR) throw cmwError('the indicator is not a set of bits');
  return value;
}

/** Unpadded base64url in its one canonical writing (RFC 7515 section 2). */
function readBase64Url(value: unknown): Uint8Array {
  const bytes = Buffer.from(typeof value === 'string' ? value : '', 'base64url');
  if (bytes.toString('base64url') !== value) throw cmwError('the value is not base64url');
  return new Uint8Array(bytes);
}

function readBytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw cmwError('the value is not a byte string');
  return value;
}

/** CBOR in one writing only: definite lengths, shortest forms, no repeated keys, no tags but those of content formats. */
function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowNaN: false,
      allowInfinity: false,
      allowBigInt: false,
      useMaps: true,
      rejectDuplicateMapKeys: true,
      tags: tagDecoders(bytes),
    });
  } catch (cause) {
    throw new PedigreeError('ERR_PARSE_EVIDENCE', 'the wrapper is not well-formed CBOR', { cause });
  }
}

/** The decoder wants each tag by its number: those that the bytes could hold, at whatever place. */
function tagDecoders(bytes: Uint8Array): Record<number, TagDecoder> {
  const decoders: Record<number, TagDecoder> = {};
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = bytes.indexOf(TAG_HEAD); at >= 0; at = bytes.indexOf(TAG_HEAD, at + 1)) {
    if (at + TAG_HEAD_BYTES > bytes.length) break;
    const number = view.getUint32(at + 1);
    const format = number - FIRST_TAG;
    const isFormat = format >= 0 && format <= MAX_CONTENT_FORMAT;
    if (isFormat) decoders[number] = (content) => new TaggedMessage(format, content());
  }
  return decoders;
}

function cmwError(message: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_EVIDENCE', message);
}
