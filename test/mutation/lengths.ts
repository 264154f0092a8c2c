// SPDX-License-Identifier: Apache-2.0
import type { RunInput } from '../../attest/tee/scheme.ts';
import { mapQuote } from '../unit/attest/tee/dcap/genuine.ts';
import type { Mutation } from './mutation.ts';
import type { Piece } from './pieces.ts';
import { slotsOf } from './slots.ts';
import type { Slot } from './slots.ts';

/** A number in the bytes that says how long, or how many, something is. */
interface LengthField {
  readonly at: number;
  readonly size: number;
  readonly isBigEndian: boolean;
}

/** Every length field, too short, too long and absurd. */
export function* breakLengths(piece: Piece): Iterable<Mutation> {
  for (const slot of slotsOf(piece)) {
    for (const field of lengthFields(slot)) {
      for (const value of wrongLengths(slot.bytes, field)) {
        const input = (): RunInput => slot.put(withNumber(slot.bytes, field, value));
        yield { what: `${slot.name}: length at ${field.at} becomes ${value}`, input };
      }
    }
    if (slot.form !== 'der') continue;
    // X.690 8.1.3.6: the indefinite form; and a length in more octets than there are bytes
    for (const { at } of derLengths(slot.bytes)) {
      for (const octet of [0x80, 0x84, 0xfe, 0xff]) {
        if (slot.bytes[at] === octet) continue;
        const bytes = Buffer.from(slot.bytes).fill(octet, at, at + 1);
        const what = `${slot.name}: first octet of the length at ${at} becomes ${octet}`;
        yield { what, input: () => slot.put(bytes) };
      }
    }
  }
}

function wrongLengths(bytes: Uint8Array, field: LengthField): number[] {
  const real = readNumber(bytes, field);
  const most = 256 ** field.size - 1;
  const half = Math.floor(most / 2);
  const wanted = [0, 1, real - 1, real + 1, 2 * real, 2 * real + 1, half, half + 1, most - 1, most];
  return [...new Set(wanted)].filter((value) => value >= 0 && value <= most && value !== real);
}

function readNumber(bytes: Uint8Array, { at, size, isBigEndian }: LengthField): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return isBigEndian ? buffer.readUIntBE(at, size) : buffer.readUIntLE(at, size);
}

function withNumber(bytes: Uint8Array, field: LengthField, value: number): Uint8Array {
  const copy = Buffer.from(bytes);
  if (field.isBigEndian) copy.writeUIntBE(value, field.at, field.size);
  else copy.writeUIntLE(value, field.at, field.size);
  return copy;
}

function lengthFields({ form, bytes }: Slot): LengthField[] {
  switch (form) {
    case 'der':
      return derLengths(bytes);
    case 'dcap-quote':
      return quoteLengths(bytes);
    case 'cose':
      return cborLengths(Buffer.from(bytes), 0, 1).fields;
    case 'spdm':
      return spdmLengths(Buffer.from(bytes));
    case 'tpm-quote':
      return tpmQuoteLengths(Buffer.from(bytes));
    case 'tpm-signature':
      return tpmSignatureLengths(Buffer.from(bytes));
    case 'hcl-report':
      return [8, 1216, 1232].map((at) => little(at, 4));
    case 'event-log':
      return eventLengths(Buffer.from(bytes));
    default:
      return [];
  }
}

function little(at: number, size: number): LengthField {
  return { at, size, isBigEndian: false };
}

function big(at: number, size: number): LengthField {
  return { at, size, isBigEndian: true };
}

/** Lengths of all DER values, those inside of OCTET STRINGs and BIT STRINGs included. */
function derLengths(bytes: Uint8Array, from = 0, to = bytes.length): LengthField[] {
  const fields: LengthField[] = [];
  for (let at = from; at + 1 < to;) {
    const [tag = 0, first = 0] = [bytes[at], bytes[at + 1]];
    const octets = first < 0x80 ? 0 : first & 0x7f;
    if (octets > 4) return [];
    const field = octets === 0 ? big(at + 1, 1) : big(at + 2, octets);
    const start = at + 2 + octets;
    const end = start + readNumber(bytes, field);
    if (end > to) return [];
    fields.push(field);
    if ((tag & 0x20) !== 0) fields.push(...derLengths(bytes, start, end));
    // bytes that happen not to be DER give nothing
    else if (tag === 0x04) fields.push(...derLengths(bytes, start, end));
    at = end;
  }
  return fields;
}

function quoteLengths(bytes: Uint8Array): LengthField[] {
  const { signedEnd, outerType, authLength, innerType } = mapQuote(bytes);
  const isVersion5 = bytes[0] === 5;
  return [
    ...(isVersion5 ? [little(50, 4)] : []),
    little(signedEnd, 4),
    ...(outerType === undefined ? [] : [little(outerType + 2, 4)]),
    little(authLength, 2),
    little(innerType + 2, 4),
  ];
}

/** A map or array without a length in its head, and what ends it. */
const CBOR_INDEFINITE = 31;
const CBOR_BREAK = 0xff;

/** Lengths in the heads of CBOR strings, arrays and maps; the payload of a COSE_Sign1 is CBOR inside of a string. */
function cborLengths(
  bytes: Buffer,
  start: number,
  items: number,
): { fields: LengthField[]; end: number } {
  const fields: LengthField[] = [];
  let at = start;
  for (let item = 0; item < items && at < bytes.length; item++) {
    if (bytes[at] === CBOR_BREAK) break;
    const head = bytes[at] ?? 0;
    const [major, minor] = [head >> 5, head & 0x1f];
    if (minor === CBOR_INDEFINITE) {
      const inner = cborLengths(bytes, at + 1, Number.POSITIVE_INFINITY);
      fields.push(...inner.fields);
      at = inner.end + 1;
      continue;
    }
    const size = minor < 24 ? 0 : 2 ** (minor - 24);
    const value = size === 0 ? minor : Number(bytes.readUIntBE(at + 1, Math.min(size, 6)));
    if (major >= 2 && major <= 5 && size > 0) fields.push(big(at + 1, size));
    at += 1 + size;
    if (major === 2 || major === 3) {
      // the payload is the only string as large as this
      if (major === 2 && value > 2048) fields.push(...cborLengths(bytes, at, 1).fields);
      at += value;
    }
    if (major === 4 || major === 5) {
      const inner = cborLengths(bytes, at, major === 5 ? 2 * value : value);
      fields.push(...inner.fields);
      at = inner.end;
    }
  }
  return { fields, end: at };
}

function spdmLengths(bytes: Buffer): LengthField[] {
  const record = 37 + 5;
  const fields = [little(37 + 4, 1), little(record, 3)];
  const recordEnd = record + 3 + bytes.readUIntLE(record, 3);
  for (let at = record + 3; at < recordEnd; at += 4 + bytes.readUInt16LE(at + 2)) {
    fields.push(little(at + 2, 2), little(at + 5, 2));
  }
  const opaque = recordEnd + 32;
  fields.push(little(opaque, 2));
  const opaqueEnd = opaque + 2 + bytes.readUInt16LE(opaque);
  for (let at = opaque + 2; at < opaqueEnd; at += 4 + bytes.readUInt16LE(at + 2)) {
    fields.push(little(at + 2, 2));
  }
  return fields;
}

/** TPMS_ATTEST: magic, type, two sized buffers, clock, firmware version, selections, a sized digest. */
function tpmQuoteLengths(bytes: Buffer): LengthField[] {
  const signer = 6;
  const extra = signer + 2 + bytes.readUInt16BE(signer);
  const count = extra + 2 + bytes.readUInt16BE(extra) + 17 + 8;
  const fields = [big(signer, 2), big(extra, 2), big(count, 4)];
  let at = count + 4;
  for (let bank = 0; bank < bytes.readUInt32BE(count); bank++) {
    fields.push(big(at + 2, 1));
    at += 3 + (bytes[at + 2] ?? 0);
  }
  return [...fields, big(at, 2)];
}

function tpmSignatureLengths(bytes: Buffer): LengthField[] {
  const second = 6 + bytes.readUInt16BE(4);
  return second < bytes.length ? [big(4, 2), big(second, 2)] : [big(4, 2)];
}

function eventLengths(bytes: Buffer): LengthField[] {
  const fields = [little(28, 4)];
  const sizes: Readonly<Record<number, number>> = { 0x04: 20, 0x0b: 32, 0x0c: 48, 0x0d: 64 };
  for (let at = 32 + bytes.readUInt32LE(28); at < bytes.length;) {
    fields.push(little(at + 8, 4));
    const count = bytes.readUInt32LE(at + 8);
    at += 12;
    for (let digest = 0; digest < count; digest++) at += 2 + (sizes[bytes.readUInt16LE(at)] ?? 0);
    fields.push(little(at, 4));
    at += 4 + bytes.readUInt32LE(at);
  }
  return fields;
}
