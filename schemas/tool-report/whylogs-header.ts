// SPDX-License-Identifier: Apache-2.0
import { headOf, type DocumentBytes } from '../../core/stored-bytes.ts';

/** What the header of a whylogs profile says. */
export interface ProfileHeader {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly createdMs?: number;
  readonly columns: readonly string[];
}

const MAGIC = [0x57, 0x48, 0x59, 0x31, 0x00]; // WHY1, NUL
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
 * The header of a profile: magic, length, DatasetProfileHeader {1 properties, 2 column offsets}, properties {4 creation time,
 * 7 metadata}. Undefined where the bytes are anything else.
 * @see https://github.com/whylabs/whylogs/blob/mainline/proto/src/whylogs_messages.proto
 */
export function readProfileHeader(profile: DocumentBytes): ProfileHeader | undefined {
  const start = headOf(profile, MAGIC.length);
  if (!MAGIC.every((byte, at) => start[at] === byte)) return undefined;
  const bytes = headOf(profile, MAGIC.length + MAX_VARINT + MAX_HEADER);
  const length = readVarint(bytes, MAGIC.length);
  if (length === undefined || length.value > MAX_HEADER) return undefined;
  const fields = readFields(bytes.subarray(length.next, length.next + length.value));
  const properties = readFields(fields?.find(({ number }) => number === 1)?.bytes);
  if (fields === undefined || properties === undefined) return undefined;
  const metadata = new Map(properties.filter(({ number }) => number === 7).flatMap(entryOf));
  const version = metadata.get('whylogs.version');
  if (version === undefined) return undefined;
  const createdMs = properties.find(({ number }) => number === 4)?.value;
  const columns = fields.filter(({ number }) => number === 2).slice(0, MAX_COLUMNS);
  return {
    version,
    ...(createdMs !== undefined && { createdMs }),
    columns: columns.flatMap((field) => keyOf(field) ?? []).sort(),
  };
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
