// SPDX-License-Identifier: Apache-2.0
import { decode, encode } from 'cborg';
import { PedigreeError } from '../../../core/errors.ts';
import { instantFromMs } from '../../../core/instant.ts';
import type { Instant } from '../../../core/instant.ts';

/** AWS bounds the document at 16 KiB; what is larger is not one. */
const MAX_BYTES = 16 * 1024;
const MAX_FIELD_BYTES = 1024;
const MAX_BUNDLE = 8;
const MAX_MODULE_ID_CHARS = 256;
/** {1: -35}: ECDSA P-384 with SHA-384, in the one encoding that the service emits. */
const PROTECTED_ES384 = 'a1013822';
const SIGNATURE_BYTES = 96;
const MAX_PCR_INDEX = 31;
const PCR_BYTES = [32, 48, 64];
/** 9999-12-31: beyond it a number of milliseconds names no time. */
const MAX_EPOCH_MS = 253_402_300_799_999;

/** A parsed attestation document: nothing about it is verified yet. */
export interface NitroDocument {
  readonly moduleId: string;
  readonly timestamp: Instant;
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
  /** DER of the key that signed. */
  readonly certificate: Uint8Array;
  /** DER, root first. */
  readonly cabundle: readonly Uint8Array[];
  readonly publicKey: Uint8Array | null;
  readonly userData: Uint8Array | null;
  readonly nonce: Uint8Array | null;
  /** The bytes that the signature covers (RFC 9052 section 4.4). */
  readonly signed: Uint8Array;
  /** R ‖ S, big-endian, 48 bytes each. */
  readonly signature: Uint8Array;
}

/**
 * Parses an attestation document: an untagged COSE_Sign1 array with nothing behind it, as the hypervisor emits it.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see AWS Nitro Enclaves, "Verifying the root of trust"; RFC 9052 section 4.2
 */
export function parseNitroDocument(bytes: Uint8Array): NitroDocument {
  if (bytes.length > MAX_BYTES) throw nitroError('the document is too large');
  const sign1 = decodeCbor(bytes, { allowIndefinite: false });
  const [protectedHeader, unprotected, payload, signature] = readSign1(sign1);
  if (Buffer.from(protectedHeader).toString('hex') !== PROTECTED_ES384) {
    throw nitroError('the protected header is not {alg: ES384}');
  }
  // RFC 9052 4.2: the unprotected header is not signed, so anything there was put by somebody else
  if (!(unprotected instanceof Map) || unprotected.size > 0) {
    throw nitroError('the unprotected header is not empty');
  }
  if (signature.length !== SIGNATURE_BYTES)
    throw nitroError('the signature does not have 96 bytes');
  const signed = encode(['Signature1', protectedHeader, new Uint8Array(), payload]);
  const content = decodeCbor(payload, { allowIndefinite: true });
  return { ...readPayload(content), signed: Uint8Array.from(signed), signature };
}

/**
 * CBOR in shortest forms, without repeated keys or tags. Maps and arrays that end with a break instead of having a length are
 * for the payload, which hypervisors write so since 2025 and which is signed as it is written; for the envelope they are not.
 */
function decodeCbor(bytes: Uint8Array, { allowIndefinite }: { allowIndefinite: boolean }): unknown {
  try {
    const value: unknown = decode(bytes, {
      strict: true,
      allowIndefinite,
      allowUndefined: false,
      allowNaN: false,
      allowInfinity: false,
      allowBigInt: false,
      useMaps: true,
      rejectDuplicateMapKeys: true,
    });
    if (hasBreakAsValue(value)) throw nitroError('a map of the document lacks a value');
    return value;
  } catch (cause) {
    throw new PedigreeError('ERR_PARSE_EVIDENCE', 'the document is not well-formed CBOR', {
      cause,
    });
  }
}

/** A break in place of the value of a map is not well-formed (RFC 8949 3.2.2); the decoder passes it on as a symbol. */
function hasBreakAsValue(root: unknown): boolean {
  const pending = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === 'symbol') return true;
    if (Array.isArray(value)) pending.push(...(value as unknown[]));
    if (value instanceof Map) pending.push(...(value as ReadonlyMap<unknown, unknown>).values());
  }
  return false;
}

function readSign1(value: unknown): [Uint8Array, unknown, Uint8Array, Uint8Array] {
  if (!Array.isArray(value) || value.length !== 4) {
    throw nitroError('the document is not an array of four');
  }
  const [protectedHeader, unprotected, payload, signature] = value as unknown[];
  const isBytes =
    protectedHeader instanceof Uint8Array &&
    payload instanceof Uint8Array &&
    signature instanceof Uint8Array;
  if (!isBytes) throw nitroError('header, payload and signature are not byte strings');
  return [protectedHeader, unprotected, payload, signature];
}

function readPayload(payload: unknown): Omit<NitroDocument, 'signed' | 'signature'> {
  if (!(payload instanceof Map)) throw nitroError('the payload is not a map');
  const fields = payload as ReadonlyMap<unknown, unknown>;
  if (fields.get('digest') !== 'SHA384') throw nitroError('digest is not SHA384');
  return {
    moduleId: readModuleId(fields.get('module_id')),
    timestamp: readTimestamp(fields.get('timestamp')),
    pcrs: readPcrs(fields.get('pcrs')),
    certificate: readBytes(fields.get('certificate'), 'certificate', 1),
    cabundle: readBundle(fields.get('cabundle')),
    publicKey: readOptional(fields.get('public_key'), 'public_key', 1),
    userData: readOptional(fields.get('user_data'), 'user_data', 0),
    nonce: readOptional(fields.get('nonce'), 'nonce', 0),
  };
}

function readModuleId(value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_MODULE_ID_CHARS) {
    throw nitroError('module_id is missing, empty or too long');
  }
  return value;
}

/** Milliseconds since 1970. */
function readTimestamp(value: unknown): Instant {
  const isTime = typeof value === 'number' && Number.isInteger(value) && value > 0;
  if (!isTime || value > MAX_EPOCH_MS) throw nitroError('timestamp is not a time');
  return instantFromMs(value);
}

function readPcrs(value: unknown): ReadonlyMap<number, Uint8Array> {
  if (!(value instanceof Map) || value.size === 0 || value.size > MAX_PCR_INDEX + 1) {
    throw nitroError('pcrs is not a map of 1 to 32 registers');
  }
  const pcrs = new Map<number, Uint8Array>();
  for (const [index, content] of value as ReadonlyMap<unknown, unknown>) {
    const isIndex = typeof index === 'number' && Number.isInteger(index) && index >= 0;
    if (!isIndex || index > MAX_PCR_INDEX) throw nitroError('a register index is not 0 to 31');
    if (!(content instanceof Uint8Array) || !PCR_BYTES.includes(content.length)) {
      throw nitroError(`register ${index} does not have 32, 48 or 64 bytes`);
    }
    pcrs.set(index, content);
  }
  return pcrs;
}

function readBundle(value: unknown): readonly Uint8Array[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_BUNDLE) {
    throw nitroError(`cabundle is not an array of 1 to ${MAX_BUNDLE}`);
  }
  return value.map((item: unknown) => readBytes(item, 'cabundle', 1));
}

function readOptional(value: unknown, name: string, minBytes: number): Uint8Array | null {
  return value === undefined || value === null ? null : readBytes(value, name, minBytes);
}

function readBytes(value: unknown, name: string, minBytes: number): Uint8Array {
  const isBytes = value instanceof Uint8Array && value.length >= minBytes;
  if (!isBytes || value.length > MAX_FIELD_BYTES) {
    throw nitroError(`${name} is not a byte string of ${minBytes} to ${MAX_FIELD_BYTES} bytes`);
  }
  return value;
}

function nitroError(message: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_EVIDENCE', message);
}
