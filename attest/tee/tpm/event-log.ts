// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { ByteReader } from '../dcap/byte-reader.ts';
import { tpmError } from './big-endian.ts';
import { algorithmName, findHash, HASH_BYTES } from './hash-algorithm.ts';
import type { TpmHash } from './hash-algorithm.ts';
import { REGISTER_COUNT } from './registers.ts';

/** An event that was extended into a register. */
export interface MeasuredEvent {
  readonly register: number;
  readonly digests: ReadonlyMap<TpmHash, Uint8Array>;
}

/** A parsed event log: it is worth something only where its replay gives quoted registers. */
export interface EventLog {
  readonly events: readonly MeasuredEvent[];
  /** Those banks that we take and that every event has a digest for. */
  readonly banks: ReadonlySet<TpmHash>;
  /** The locality that the platform started from, which register 0 begins with. */
  readonly startupLocality: number;
}

/** Real logs stay under 128 KiB and 500 events. */
export const MAX_EVENT_LOG_BYTES = 1024 * 1024;
const MAX_EVENTS = 16_384;
const MAX_ALGORITHMS = 8;
const MAX_DIGEST_BYTES = 64;

const EV_NO_ACTION = 3;
const SHA1_BYTES = 20;
const SPEC_ID = 'Spec ID Event03\0';
const STARTUP_LOCALITY = 'StartupLocality\0';
/** Locality 4 is that of a dynamic launch after an H-CRTM event. */
const STARTUP_LOCALITIES: ReadonlySet<number> = new Set([0, 3, 4]);
/** Registers of a dynamic launch begin with all bits set and are zero only after it (PC Client PTP, 4.6). */
const FIRST_DYNAMIC = 17;
const LAST_DYNAMIC = 22;

interface BankFormat {
  readonly bank: TpmHash | undefined;
  readonly sizeBytes: number;
}

/**
 * Parses a crypto-agile event log of the PC Client platform. What an event says in words is not read: only its digests go
 * into registers.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see TCG PC Client Platform Firmware Profile 1.06, clause 10
 */
export function parseEventLog(bytes: Uint8Array): EventLog {
  if (bytes.length > MAX_EVENT_LOG_BYTES) throw tpmError('the event log is too large');
  const reader = new ByteReader(bytes);
  const formats = takeSpecId(reader);
  const events: MeasuredEvent[] = [];
  let startupLocality: number | undefined;
  for (let count = 0; reader.offset < bytes.length; count++) {
    if (count === MAX_EVENTS) throw tpmError(`the event log has more than ${MAX_EVENTS} events`);
    const event = takeEvent(reader, formats);
    if (event.type !== EV_NO_ACTION) {
      events.push(measuredEvent(event));
      continue;
    }
    const locality = findStartupLocality(event);
    if (locality === undefined) continue;
    const isLate = startupLocality !== undefined || events.some(({ register }) => register === 0);
    if (isLate) throw tpmError('the event log sets the startup locality twice or too late');
    startupLocality = locality;
  }
  const banks = [...formats.values()].flatMap(({ bank }) => (bank === undefined ? [] : [bank]));
  return { events, banks: new Set(banks), startupLocality: startupLocality ?? 0 };
}

/**
 * The values that a bank's registers have after the events, for those that the log extends.
 * @param bank one of the log's banks
 */
export function replayEvents(log: EventLog, bank: TpmHash): ReadonlyMap<number, Uint8Array> {
  const registers = new Map<number, Uint8Array>();
  for (const { register, digests } of log.events) {
    const digest = digests.get(bank);
    if (digest === undefined) throw tpmError(`an event has no digest for the bank ${bank}`);
    const before = registers.get(register) ?? firstValue(log, bank, register);
    const after = createHash(bank).update(before).update(digest).digest();
    registers.set(register, new Uint8Array(after));
  }
  return registers;
}

/** True where the value is the one that a register has after a reset, before any event. */
export function isResetValue(index: number, value: Uint8Array): boolean {
  const isDynamic = index >= FIRST_DYNAMIC && index <= LAST_DYNAMIC;
  return value.every((byte) => byte === (isDynamic ? 0xff : 0));
}

function firstValue(log: EventLog, bank: TpmHash, register: number): Uint8Array {
  const value = new Uint8Array(HASH_BYTES[bank]);
  if (register === 0) value[value.length - 1] = log.startupLocality;
  return value;
}

/** The first event, in the old form: it says which digests the others have. */
function takeSpecId(reader: ByteReader): ReadonlyMap<number, BankFormat> {
  const register = reader.takeUint32('register of the first event');
  const type = reader.takeUint32('type of the first event');
  const digest = reader.take(SHA1_BYTES, 'digest of the first event');
  const isHeader = register === 0 && type === EV_NO_ACTION && digest.every((byte) => byte === 0);
  if (!isHeader) throw tpmError('the event log does not begin with a Spec ID event');
  const sizeBytes = reader.takeUint32('size of the first event');
  const event = reader.takeReader(sizeBytes, 'Spec ID event');
  const signature = Buffer.from(event.take(SPEC_ID.length, 'signature')).toString('latin1');
  if (signature !== SPEC_ID) throw tpmError('the event log is not in the crypto-agile form');
  event.take(8, 'platform class, version and width');
  const formats = takeFormats(event);
  const [vendorBytes = 0] = event.take(1, 'size of the vendor information');
  event.take(vendorBytes, 'vendor information');
  event.assertEnd('the Spec ID event');
  return formats;
}

function takeFormats(event: ByteReader): ReadonlyMap<number, BankFormat> {
  const count = event.takeUint32('number of algorithms');
  if (count === 0 || count > MAX_ALGORITHMS) {
    throw tpmError(`the event log has ${count} algorithms, not 1 to ${MAX_ALGORITHMS}`);
  }
  const formats = new Map<number, BankFormat>();
  for (let index = 0; index < count; index++) {
    const id = event.takeUint16('algorithm');
    const sizeBytes = event.takeUint16('digest size');
    const bank = findHash(id);
    const isWrong =
      bank === undefined ? sizeBytes > MAX_DIGEST_BYTES : sizeBytes !== HASH_BYTES[bank];
    if (isWrong || sizeBytes === 0) {
      throw tpmError(`${sizeBytes} bytes are no digest of the algorithm ${algorithmName(id)}`);
    }
    if (formats.has(id)) throw tpmError(`the algorithm ${algorithmName(id)} is listed twice`);
    formats.set(id, { bank, sizeBytes });
  }
  return formats;
}

interface RawEvent extends MeasuredEvent {
  readonly type: number;
  readonly data: Uint8Array;
}

/** TCG_PCR_EVENT2. */
function takeEvent(reader: ByteReader, formats: ReadonlyMap<number, BankFormat>): RawEvent {
  const register = reader.takeUint32('register of an event');
  const type = reader.takeUint32('type of an event');
  const count = reader.takeUint32('number of digests');
  if (count !== formats.size) {
    throw tpmError(`an event has ${count} digests, the log has ${formats.size} algorithms`);
  }
  const seen = new Set<number>();
  const digests = new Map<TpmHash, Uint8Array>();
  for (let index = 0; index < count; index++) {
    const id = reader.takeUint16('algorithm of a digest');
    const format = formats.get(id);
    if (format === undefined || seen.has(id)) {
      throw tpmError(`an event has a digest of algorithm ${algorithmName(id)} unasked or twice`);
    }
    seen.add(id);
    const digest = reader.take(format.sizeBytes, 'digest of an event');
    if (format.bank !== undefined) digests.set(format.bank, digest);
  }
  const data = reader.take(reader.takeUint32('size of an event'), 'event');
  return { register, type, digests, data };
}

function measuredEvent({ register, digests }: RawEvent): MeasuredEvent {
  if (register >= REGISTER_COUNT) throw tpmError(`an event goes into register ${register}`);
  return { register, digests };
}

function findStartupLocality({ register, data }: RawEvent): number | undefined {
  const name = Buffer.from(data.subarray(0, STARTUP_LOCALITY.length)).toString('latin1');
  if (register !== 0 || name !== STARTUP_LOCALITY) return undefined;
  const locality = data[STARTUP_LOCALITY.length];
  const isKnown = locality !== undefined && STARTUP_LOCALITIES.has(locality);
  if (!isKnown || data.length !== STARTUP_LOCALITY.length + 1) {
    throw tpmError('the startup locality of the event log is malformed');
  }
  return locality;
}
