// SPDX-License-Identifier: Apache-2.0
import { mapQuote } from '../unit/attest/tee/dcap/genuine.ts';
import { readMembers } from './slots.ts';
import type { Form, Slot } from './slots.ts';

/** Bytes that no signature covers and nobody reads. Everything that is not in such a range must count. */
export interface UnsignedRange {
  readonly start: number;
  /** Not included. */
  readonly end: number;
  readonly reason: string;
}

// The reviewed reasons, all of them.
const SAME_ROOT = 'the root file twice over: each copy is compared with the pinned root';
const PADDING =
  'padding behind the declared end of the quote: a pass with a warning unless it is zero';
const BETWEEN = 'text outside of PEM blocks, which is commentary (RFC 7468 section 2)';
const ROOT_LINE =
  'the BEGIN line of a root that need not come along: without it the block is commentary';
const LETTER_CASE = 'the case of a letter in hex';
const LOG_HEADER =
  'platform class and versions in the header of an event log: only its list of digests is read';
const EVENT_WORDS = 'type and words of an event: only its digest goes into a register';

/** The ranges of a slot, from its structure. */
export function unsignedRanges(slot: Pick<Slot, 'form' | 'bytes'>): UnsignedRange[] {
  const { form, bytes } = slot;
  if (form === 'pem') return pemRanges(bytes, false);
  if (form === 'pem-rootless') return pemRanges(bytes, true);
  if (form === 'dcap-quote') return quoteRanges(bytes);
  if (form === 'collateral') return collateralRanges(bytes);
  if (form === 'json') return containerRanges(bytes);
  return form === 'event-log' ? eventRanges(bytes) : [];
}

/** A text of JSON with members in base64: the characters that write bytes of a member that count for nothing. */
function containerRanges(bytes: Uint8Array): UnsignedRange[] {
  const text = Buffer.from(bytes).toString('latin1');
  const { eventLog } = JSON.parse(text) as { readonly eventLog?: string };
  if (eventLog === undefined) return [];
  const start = text.indexOf(eventLog);
  // three bytes are four characters; a character at the edge writes a bit of either side
  return eventRanges(Buffer.from(eventLog, 'base64')).map((range) => ({
    start: start + Math.floor((range.start * 4) / 3),
    end: start + Math.ceil((range.end * 4) / 3),
    reason: range.reason,
  }));
}

/** The reason why the byte at an offset counts for nothing; undefined where it counts. */
export function findReason(ranges: readonly UnsignedRange[], at: number): string | undefined {
  return ranges.find(({ start, end }) => start <= at && at < end)?.reason;
}

/** What may follow a file without changing anything. Undefined where nothing may. */
export function findTailReason(form: Form, tail: Uint8Array): string | undefined {
  const text = Buffer.from(tail).toString('latin1');
  if (form === 'pem' && text.includes('-----BEGIN')) return SAME_ROOT;
  const isSpace = tail.every((byte) => byte === 0x20 || byte === 0x0a);
  if (form === 'dcap-quote') return PADDING;
  if (form === 'pem' || form === 'pem-rootless') return BETWEEN;
  if (isSpace && form === 'jwt') return 'white space around a token';
  if (isSpace && (form === 'json' || form === 'collateral')) return 'white space around JSON';
  const isZero = tail.every((byte) => byte === 0);
  if (isZero && form === 'spdm') return 'zeroes behind the signature of a report';
  return isZero && form === 'hcl-report' ? 'zeroes behind the runtime data' : undefined;
}

/** Why a slot that ends at this size is as good; undefined where something is missing then. */
export function findCutReason(
  slot: Pick<Slot, 'form' | 'bytes'>,
  size: number,
): string | undefined {
  const { form, bytes } = slot;
  const ranges = unsignedRanges(slot);
  const root = ranges.find(({ reason }) => reason === ROOT_LINE);
  // a chain that ends before its root, or within the first words of it
  if (form === 'pem-rootless' && root !== undefined && size < root.end) {
    const between = ranges.find(({ end }) => end === root.start);
    return between !== undefined && size >= between.start ? ROOT_LINE : undefined;
  }
  if (form !== 'dcap-quote' && form !== 'pem' && form !== 'pem-rootless') {
    return findTailReason(form, bytes.subarray(size));
  }
  const last = ranges.at(-1);
  return last !== undefined && last.start <= size ? last.reason : undefined;
}

function pemRanges(bytes: Uint8Array, isRootOptional: boolean): UnsignedRange[] {
  const text = Buffer.from(bytes).toString('latin1');
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g)];
  const ranges: UnsignedRange[] = [];
  let before = 0;
  for (const [index, block] of blocks.entries()) {
    ranges.push({ start: before, end: block.index, reason: BETWEEN });
    before = block.index + block[0].length;
    if (isRootOptional && index === blocks.length - 1 && index > 0) {
      const end = block.index + '-----BEGIN '.length;
      ranges.push({ start: block.index, end, reason: ROOT_LINE });
    }
  }
  return [...ranges, { start: before, end: text.length, reason: BETWEEN }];
}

function quoteRanges(bytes: Uint8Array): UnsignedRange[] {
  const { chain, end } = mapQuote(bytes);
  const inner = shift(pemRanges(bytes.subarray(chain, end), true), (at) => at + chain);
  return [...inner, { start: end, end: bytes.length, reason: PADDING }];
}

/** Ranges of the members, and the case of hex letters, moved to where they stand in the JSON text. */
function collateralRanges(bytes: Uint8Array): UnsignedRange[] {
  const text = Buffer.from(bytes).toString('latin1');
  return Object.entries(readMembers(bytes)).flatMap(([name, value]) => {
    const places = placesOf(text, name);
    const at = (index: number): number => places[index] ?? text.length;
    if (name.endsWith('_chain')) {
      return shift(pemRanges(Buffer.from(value, 'latin1'), true), at);
    }
    const isHex = name.endsWith('_crl') || name.endsWith('_signature');
    if (!isHex) return [];
    return [...value.matchAll(/[a-fA-F]/g)].map(({ index }) => {
      return { start: at(index), end: at(index) + 1, reason: LETTER_CASE };
    });
  });
}

/** Offset in the JSON text of each character of a member's value, and of the quote behind it. */
function placesOf(text: string, name: string): number[] {
  const key = text.indexOf(`"${name}"`);
  let at = text.indexOf('"', text.indexOf(':', key)) + 1;
  const places: number[] = [];
  for (; text[at] !== '"'; at += text[at] === '\\' ? 2 : 1) places.push(at);
  return [...places, at];
}

/** Events of the crypto-agile log: register, type, digests, size, words. The first one has the form of the older log. */
function eventRanges(bytes: Uint8Array): UnsignedRange[] {
  const log = Buffer.from(bytes);
  // behind the old form of an event (32 bytes) and the signature of 16
  const ranges: UnsignedRange[] = [{ start: 48, end: 56, reason: LOG_HEADER }];
  const sizes: Readonly<Record<number, number>> = { 0x04: 20, 0x0b: 32, 0x0c: 48, 0x0d: 64 };
  for (let at = 32 + log.readUInt32LE(28); at < log.length;) {
    ranges.push({ start: at + 4, end: at + 8, reason: EVENT_WORDS });
    const count = log.readUInt32LE(at + 8);
    at += 12;
    for (let digest = 0; digest < count; digest++) at += 2 + (sizes[log.readUInt16LE(at)] ?? 0);
    const end = at + 4 + log.readUInt32LE(at);
    ranges.push({ start: at + 4, end, reason: EVENT_WORDS });
    at = end;
  }
  return ranges;
}

function shift(ranges: readonly UnsignedRange[], move: (at: number) => number): UnsignedRange[] {
  return ranges.map(({ start, end, reason }) => ({ start: move(start), end: move(end), reason }));
}
