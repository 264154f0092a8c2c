// SPDX-License-Identifier: Apache-2.0
import { headOf, type DocumentBytes } from '../../core/stored-bytes.ts';

/** What the header of a whylogs profile says. */
export interface ProfileHeader {
  /** Undefined where the profile does not say: early releases, and the form of the releases before 1.0. */
  readonly version?: string;
  /** Milliseconds since 1970. */
  readonly createdMs?: number;
  /** Of the data, milliseconds since 1970. */
  readonly dataMs?: number;
  readonly columns: readonly string[];
  /** Tags and metadata; the values of a segment are tags too. */
  readonly metadata: ReadonlyMap<string, string>;
}

const MAGIC = [0x57, 0x48, 0x59, 0x31]; // WHY1
/** Bytes of the longest number: what is longer is no length and no time. */
const MAX_VARINT = 8;
const MAX_HEADER = 16 * 1024 * 1024;
const MAX_COLUMNS = 100_000;

/** One field of a protocol buffer message: varints by value, length-delimited ones by their bytes. */
interface Field {
  readonly number: number;
  readonly value?: number;
  readonly bytes?: Uint8Array;
}

/**
 * The header of a profile. Undefined where the bytes are anything else. Releases from 1.0 on write a magic, a header of the
 * segment, and DatasetProfileHeader {1 properties, 2 column offsets}; releases before, and today's for a profile with a
 * model's performance, one DatasetProfileMessage {1 properties, 2 columns, 10 model}.
 * @see https://github.com/whylabs/whylogs/blob/mainline/proto/src/whylogs_messages.proto
 * @see https://github.com/whylabs/whylogs/blob/mainline/proto/v0/v0_messages.proto
 */
export function readProfileHeader(profile: DocumentBytes): ProfileHeader | undefined {
  const start = headOf(profile, MAGIC.length);
  if (!MAGIC.every((byte, at) => start[at] === byte)) return readEarlyHeader(profile);
  const bytes = headOf(profile, MAGIC.length + 2 * (MAX_VARINT + MAX_HEADER));
  const segment = readDelimited(bytes, MAGIC.length);
  const header = segment === undefined ? undefined : readDelimited(bytes, segment.next);
  return header === undefined ? undefined : headerOf(header.fields);
}

/** Fields of the early message: properties, columns, model. */
const EARLY_FIELDS = [1, 2, 10];
/** September 2001 to November 2286: times in milliseconds have thirteen digits. */
const isTime = (ms: number | undefined): boolean => ms !== undefined && ms >= 1e12 && ms < 1e13;

/** The early message has no magic, so it has to be the whole file, of its fields alone, of its major version and of a time. */
function readEarlyHeader(profile: DocumentBytes): ProfileHeader | undefined {
  const length = readVarint(headOf(profile, MAX_VARINT), 0);
  if (length === undefined || length.value > MAX_HEADER) return undefined;
  if (length.next + length.value !== profile.length) return undefined;
  const fields = readFields(headOf(profile, profile.length).subarray(length.next));
  if (fields?.every(({ number }) => EARLY_FIELDS.includes(number)) !== true) return undefined;
  const properties = readFields(fieldOf(fields, 1)?.bytes);
  const isEarly = fieldOf(properties, 1)?.value === 1 && isTime(fieldOf(properties, 4)?.value);
  return isEarly ? headerOf(fields) : undefined;
}

/** Properties: 4 is when it was made, 5 the time of the data, 6 tags, 7 metadata; a column is a key and more. */
function headerOf(fields: readonly Field[]): ProfileHeader | undefined {
  const properties = readFields(fieldOf(fields, 1)?.bytes);
  if (properties === undefined) return undefined;
  const metadata = new Map(
    properties.filter(({ number }) => number === 6 || number === 7).flatMap(entryOf),
  );
  const version = metadata.get('whylogs.version');
  const createdMs = fieldOf(properties, 4)?.value;
  const dataMs = fieldOf(properties, 5)?.value;
  const columns = fields.filter(({ number }) => number === 2).slice(0, MAX_COLUMNS);
  return {
    ...(version !== undefined && { version }),
    ...(createdMs !== undefined && { createdMs }),
    ...(dataMs !== undefined && { dataMs }),
    columns: columns.flatMap((field) => keyOf(field) ?? []).sort(),
    metadata,
  };
}

/** A message behind its length. */
function readDelimited(
  bytes: Uint8Array,
  start: number,
): { fields: Field[]; next: number } | undefined {
  const length = readVarint(bytes, start);
  if (length === undefined || length.value > MAX_HEADER) return undefined;
  const next = length.next + length.value;
  const fields = next > bytes.length ? undefined : readFields(bytes.subarray(length.next, next));
  return fields === undefined ? undefined : { fields, next };
}

function fieldOf(fields: readonly Field[] | undefined, wanted: number): Field | undefined {
  return fields?.find(({ number }) => number === wanted);
}

/** An entry of a map field: 1 is the key, 2 the value. */
function entryOf({ bytes }: Field): [string, string][] {
  const fields = readFields(bytes) ?? [];
  const [key, value] = [1, 2].map(
    (number) => fields.find((field) => field.number === number)?.bytes,
  );
  return key === undefined || value === undefined ? [] : [[decode(key), decode(value)]];
}

function keyOf({ bytes }: Field): string | undefined {
  const key = readFields(bytes)?.find(({ number }) => number === 1)?.bytes;
  return key === undefined ? undefined : decode(key);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function readFields(bytes: Uint8Array | undefined): Field[] | undefined {
  if (bytes === undefined) return undefined;
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = readVarint(bytes, at);
    if (tag === undefined) return undefined;
    const number = Math.floor(tag.value / 8);
    const field = readField(bytes, tag.next, tag.value % 8);
    if (field === undefined || field.next > bytes.length) return undefined;
    fields.push({ number, ...field.content });
    at = field.next;
  }
  return fields;
}

function readField(
  bytes: Uint8Array,
  at: number,
  wireType: number,
): { content: Omit<Field, 'number'>; next: number } | undefined {
  if (wireType === 1) return { content: {}, next: at + 8 };
  if (wireType === 5) return { content: {}, next: at + 4 };
  const varint = readVarint(bytes, at);
  if (varint === undefined) return undefined;
  if (wireType === 0) return { content: { value: varint.value }, next: varint.next };
  if (wireType !== 2) return undefined;
  const next = varint.next + varint.value;
  return { content: { bytes: bytes.subarray(varint.next, next) }, next };
}

function readVarint(bytes: Uint8Array, start: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let at = start; at < start + MAX_VARINT; at++) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return Number.isSafeInteger(value) ? { value, next: at + 1 } : undefined;
  }
  return undefined;
}
