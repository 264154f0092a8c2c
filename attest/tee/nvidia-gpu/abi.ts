// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../../core/errors.ts';

/** GET_MEASUREMENTS request: header 4, nonce 32, slot 1 (DMTF DSP0274 1.1, table 43). */
const REQUEST_BYTES = 37;
const NONCE_BYTES = 32;
/** ECDSA P-384: R ‖ S. */
const SIGNATURE_BYTES = 96;
const SPDM_1_1 = 0x11;
const GET_MEASUREMENTS = 0xe0;
const MEASUREMENTS = 0x60;
const WITH_SIGNATURE = 0x01;
const ALL_MEASUREMENTS = 0xff;
const DMTF_SPECIFICATION = 0x01;
const MAX_BYTES = 64 * 1024;
/** Digests of SHA-384. */
const MEASUREMENT_BYTES = 48;

/** Fields of the vendor's opaque data that are read; others are kept out. */
const OPAQUE = { driver: 3, vbios: 6, fwid: 20 } as const;

/** A parsed measurement report of a GPU: nothing about it is verified yet. */
export interface GpuReport {
  /** Of the request, 32 bytes. */
  readonly nonce: Uint8Array;
  /** By index, 1 to 255: 48 bytes each. */
  readonly measurements: ReadonlyMap<number, Uint8Array>;
  readonly driverVersion: string | undefined;
  readonly vbiosVersion: Uint8Array | undefined;
  /** Firmware identity, 48 bytes. Absent in reports of some devices. */
  readonly fwid: Uint8Array | undefined;
  /** Request and response without the signature. */
  readonly signed: Uint8Array;
  /** R ‖ S, big-endian, 48 bytes each. */
  readonly signature: Uint8Array;
}

/**
 * Parses a measurement report: the SPDM request followed by its response. Behind these there may be zeroes and nothing else.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see DMTF DSP0274 1.1, GET_MEASUREMENTS and MEASUREMENTS
 */
export function parseGpuReport(bytes: Uint8Array): GpuReport {
  if (bytes.length > MAX_BYTES) throw gpuError('the report is too large');
  const reader = new Reader(bytes);
  const nonce = readRequest(reader);
  reader.expect(SPDM_1_1, 'SPDM version of the response');
  reader.expect(MEASUREMENTS, 'response code');
  reader.take(2, 'response parameters');
  const count = reader.uint(1, 'number of measurements');
  const measurements = readMeasurements(
    reader.take(reader.uint(3, 'length of the measurements'), 'measurements'),
    count,
  );
  reader.take(NONCE_BYTES, 'nonce of the response');
  const opaque = readOpaque(
    reader.take(reader.uint(2, 'length of the opaque data'), 'opaque data'),
  );
  const signed = bytes.subarray(0, reader.at);
  const signature = reader.take(SIGNATURE_BYTES, 'signature');
  // drivers hand out a buffer that is a little larger than the message in it
  reader.expectZeroes();
  const fwid = opaque.get(OPAQUE.fwid);
  if (fwid !== undefined && fwid.length !== MEASUREMENT_BYTES) {
    throw gpuError('the firmware identity does not have 48 bytes');
  }
  return {
    nonce,
    measurements,
    driverVersion: readText(opaque.get(OPAQUE.driver)),
    vbiosVersion: opaque.get(OPAQUE.vbios),
    fwid,
    signed,
    signature,
  };
}

function readRequest(reader: Reader): Uint8Array {
  const request = new Reader(reader.take(REQUEST_BYTES, 'request'));
  request.expect(SPDM_1_1, 'SPDM version of the request');
  request.expect(GET_MEASUREMENTS, 'request code');
  request.expect(WITH_SIGNATURE, 'request for a signature');
  request.expect(ALL_MEASUREMENTS, 'request for all measurements');
  return request.take(NONCE_BYTES, 'nonce of the request');
}

/** Measurement blocks: index, specification, size, then DMTF type, size and value. */
function readMeasurements(record: Uint8Array, count: number): ReadonlyMap<number, Uint8Array> {
  const reader = new Reader(record);
  const measurements = new Map<number, Uint8Array>();
  for (let block = 0; block < count; block++) {
    const index = reader.uint(1, 'index of a measurement');
    reader.expect(DMTF_SPECIFICATION, 'measurement specification');
    const content = new Reader(reader.take(reader.uint(2, 'size of a block'), 'measurement block'));
    content.take(1, 'type of a measurement');
    const size = content.uint(2, 'size of a measurement');
    if (size !== MEASUREMENT_BYTES) throw gpuError(`measurement ${index} does not have 48 bytes`);
    if (measurements.has(index)) throw gpuError(`measurement ${index} is there twice`);
    measurements.set(index, content.take(size, 'measurement'));
    content.expectEnd();
  }
  reader.expectEnd();
  if (measurements.size === 0) throw gpuError('the report has no measurements');
  return measurements;
}

/** Vendor fields: type, size, value. */
function readOpaque(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const reader = new Reader(bytes);
  const fields = new Map<number, Uint8Array>();
  while (!reader.isAtEnd) {
    const type = reader.uint(2, 'type of an opaque field');
    const value = reader.take(reader.uint(2, 'size of an opaque field'), 'opaque field');
    const isRead = Object.values(OPAQUE).some((one) => one === type);
    if (!isRead) continue;
    if (fields.has(type)) throw gpuError(`opaque field ${type} is there twice`);
    fields.set(type, value);
  }
  return fields;
}

/** Text up to its final zero byte. */
function readText(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes).toString('latin1').replace(/\0+$/, '');
  if (!/^[\x20-\x7e]{0,64}$/.test(text)) throw gpuError('the driver version is not plain text');
  return text;
}

/** Reads little-endian fields one after the other, and never past the end. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(size: number, what: string): Uint8Array {
    const end = this.#at + size;
    if (end > this.#bytes.length) throw gpuError(`the report ends in the middle: ${what}`);
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  uint(size: number, what: string): number {
    return this.take(size, what).reduceRight((value, octet) => value * 256 + octet, 0);
  }

  expect(value: number, what: string): void {
    if (this.uint(1, what) !== value) throw gpuError(`${what} is not 0x${value.toString(16)}`);
  }

  expectZeroes(): void {
    const rest = this.take(this.#bytes.length - this.#at, 'rest');
    if (rest.some((byte) => byte !== 0)) throw gpuError('the bytes behind the signature are not 0');
  }

  expectEnd(): void {
    if (!this.isAtEnd) throw gpuError('there are bytes where a field should have ended');
  }
}

function gpuError(message: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_EVIDENCE', message);
}
