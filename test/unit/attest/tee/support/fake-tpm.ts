// SPDX-License-Identifier: Apache-2.0
import { constants, createHash, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { VerifyInput } from '../../../../../attest/tee/scheme.ts';
import { parseInstant } from '../../../../../core/instant.ts';

// Writers of TPM 2.0 structures of our own, so that every field can be wrong. Real ones are in software-tpm.ts.

const HASH_ID: Readonly<Record<string, number>> = {
  sha1: 0x0004,
  sha256: 0x000b,
  sha384: 0x000c,
  sha512: 0x000d,
};

export type FakeHash = 'sha256' | 'sha384' | 'sha512';

export function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A TPM2B. */
export function sized(bytes: Uint8Array): Buffer {
  return Buffer.concat([uint16(bytes.length), bytes]);
}

export function digestOf(hash: string, ...parts: Uint8Array[]): Buffer {
  return createHash(hash).update(Buffer.concat(parts)).digest();
}

export interface FakeSelection {
  readonly bank: string;
  readonly indices: readonly number[];
  /** Bytes of bits; 3 unless another size is wanted. */
  readonly sizeBytes?: number;
}

export interface FakeQuote {
  readonly magic?: number;
  readonly type?: number;
  readonly qualifiedSigner?: Uint8Array;
  readonly extraData?: Uint8Array;
  readonly safe?: number;
  readonly selections?: readonly FakeSelection[];
  readonly pcrDigest?: Uint8Array;
  /** Bytes behind the structure. */
  readonly tail?: Uint8Array;
}

export function makeQuote(fake: FakeQuote): Buffer {
  const clock = Buffer.alloc(17);
  clock.writeBigUInt64BE(123_456n, 0);
  clock.writeUInt32BE(7, 8);
  clock.writeUInt32BE(2, 12);
  clock[16] = fake.safe ?? 1;
  const firmware = Buffer.alloc(8);
  firmware.writeBigUInt64BE(0x2020_0312_0012_0003n);
  const selections = fake.selections ?? [];
  return Buffer.concat([
    uint32(fake.magic ?? 0xff54_4347),
    uint16(fake.type ?? 0x8018),
    sized(fake.qualifiedSigner ?? Buffer.concat([uint16(0x000b), Buffer.alloc(32, 0xaa)])),
    sized(fake.extraData ?? new Uint8Array()),
    clock,
    firmware,
    uint32(selections.length),
    ...selections.map(makeSelection),
    sized(fake.pcrDigest ?? new Uint8Array()),
    fake.tail ?? new Uint8Array(),
  ]);
}

function makeSelection({ bank, indices, sizeBytes = 3 }: FakeSelection): Buffer {
  const bits = Buffer.alloc(sizeBytes);
  for (const index of indices) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  return Buffer.concat([uint16(HASH_ID[bank] ?? 0x0012), Buffer.from([sizeBytes]), bits]);
}

export interface FakeKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** A TPMT_SIGNATURE of the scheme RSAPSS. */
export function signQuotePss(
  quote: Uint8Array,
  key: FakeKey,
  saltLength: number,
  hash: FakeHash = 'sha256',
): Buffer {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const signature = sign(hash, quote, { key: key.privateKey, padding, saltLength });
  return Buffer.concat([uint16(0x0016), uint16(HASH_ID[hash] ?? 0), sized(signature)]);
}

/** A TPMT_SIGNATURE over the bytes, RSASSA or ECDSA as the key is. */
export function signQuote(quote: Uint8Array, key: FakeKey, hash: FakeHash = 'sha256'): Buffer {
  const id = uint16(HASH_ID[hash] ?? 0);
  if (key.privateKey.asymmetricKeyType === 'rsa') {
    const padding = constants.RSA_PKCS1_PADDING;
    const signature = sign(hash, quote, { key: key.privateKey, padding });
    return Buffer.concat([uint16(0x0014), id, sized(signature)]);
  }
  const raw = sign(hash, quote, { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  const half = raw.length / 2;
  return Buffer.concat([
    uint16(0x0018),
    id,
    sized(raw.subarray(0, half)),
    sized(raw.subarray(half)),
  ]);
}

/** fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, restricted, sign. */
export const AK_ATTRIBUTES = 0x0005_0072;

export interface FakeArea {
  readonly key: FakeKey;
  readonly attributes?: number;
  readonly nameAlgorithm?: number;
  readonly symmetric?: number;
  readonly scheme?: number;
  readonly schemeHash?: number;
  readonly exponent?: number;
  readonly bits?: number;
  readonly tail?: Uint8Array;
}

/** A TPM2B_PUBLIC of an RSA key. */
export function makeRsaArea(fake: FakeArea): Buffer {
  const { n = '' } = fake.key.publicKey.export({ format: 'jwk' });
  const modulus = Buffer.from(n, 'base64url');
  const area = Buffer.concat([
    uint16(0x0001),
    uint16(fake.nameAlgorithm ?? 0x000b),
    uint32(fake.attributes ?? AK_ATTRIBUTES),
    sized(new Uint8Array()),
    uint16(fake.symmetric ?? 0x0010),
    uint16(fake.scheme ?? 0x0014),
    uint16(fake.schemeHash ?? 0x000b),
    uint16(fake.bits ?? 8 * modulus.length),
    uint32(fake.exponent ?? 0),
    sized(modulus),
    fake.tail ?? new Uint8Array(),
  ]);
  return sized(area);
}

export type FakeRegisters = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The members of the container; each can be replaced, undefined leaves one out. */
export interface FakeTpmEvidence {
  readonly key: FakeKey;
  readonly registers?: FakeRegisters;
  readonly quote?: FakeQuote;
  readonly hash?: FakeHash;
  readonly anchors?: readonly Uint8Array[];
  readonly members?: Readonly<Record<string, unknown>>;
}

export const REGISTERS: FakeRegisters = {
  sha256: { '0': '01'.repeat(32), '7': '07'.repeat(32), '14': '0e'.repeat(32) },
};

/** Selections and digest that fit the registers, in the order of their writing. */
export function quoteOver(registers: FakeRegisters, hash: FakeHash = 'sha256'): FakeQuote {
  const selections = Object.entries(registers).map(([bank, values]) => ({
    bank,
    indices: Object.keys(values).map(Number),
  }));
  const values = Object.values(registers).flatMap((bank) => Object.values(bank));
  return { selections, pcrDigest: digestOf(hash, Buffer.from(values.join(''), 'hex')) };
}

/** Evidence and anchors of our own making. */
export function makeTpmInput(fake: FakeTpmEvidence): VerifyInput {
  const registers = fake.registers ?? REGISTERS;
  const hash = fake.hash ?? 'sha256';
  const extraData = Buffer.from('a nonce');
  const quote = makeQuote({ extraData, ...quoteOver(registers, hash), ...fake.quote });
  const isRsa = fake.key.publicKey.asymmetricKeyType === 'rsa';
  const spki = fake.key.publicKey.export({ format: 'der', type: 'spki' });
  const akPublic = isRsa ? makeRsaArea({ key: fake.key }) : spki;
  const members = {
    quote: quote.toString('base64'),
    signature: signQuote(quote, fake.key, hash).toString('base64'),
    pcrs: registers,
    akPublic: akPublic.toString('base64'),
    ...fake.members,
  };
  const anchors = fake.anchors ?? [akPublic];
  return {
    evidence: Buffer.from(JSON.stringify(members)),
    endorsements: new Map(),
    anchors: anchors.map((bytes, index) => ({ name: `key ${index}`, bytes })),
    at: parseInstant('2026-01-01T00:00:00Z'),
  };
}

/** One event of a log; digests by bank. */
export interface FakeEvent {
  readonly register: number;
  readonly type?: number;
  readonly digests: Readonly<Record<string, Uint8Array>>;
  readonly data?: Uint8Array;
}

export interface FakeLog {
  readonly banks: readonly string[];
  readonly events: readonly FakeEvent[];
  /** Replaces the first event. */
  readonly header?: Buffer;
}

/** A crypto-agile event log, little-endian. */
export function makeEventLog({ banks, events, header }: FakeLog): Buffer {
  return Buffer.concat([header ?? makeSpecId(banks), ...events.map(makeEvent)]);
}

/** The first event, in the old form. */
export function makeSpecId(
  banks: readonly string[],
  change: {
    readonly signature?: string;
    readonly sizes?: readonly number[];
    readonly tail?: Buffer;
  } = {},
): Buffer {
  const event = Buffer.concat([
    Buffer.from(change.signature ?? 'Spec ID Event03\0', 'latin1'),
    Buffer.from([0, 0, 0, 0, 0, 2, 0, 2]),
    little32(banks.length),
    ...banks.map((bank, index) =>
      Buffer.concat([
        little16(HASH_ID[bank] ?? 0x12),
        little16(change.sizes?.[index] ?? sizeOf(bank)),
      ]),
    ),
    Buffer.from([0]),
    change.tail ?? Buffer.alloc(0),
  ]);
  return Buffer.concat([little32(0), little32(3), Buffer.alloc(20), little32(event.length), event]);
}

export function makeEvent({ register, type = 1, digests, data }: FakeEvent): Buffer {
  const entries = Object.entries(digests);
  const body = data ?? Buffer.from('an event');
  return Buffer.concat([
    little32(register),
    little32(type),
    little32(entries.length),
    ...entries.flatMap(([bank, digest]) => [little16(HASH_ID[bank] ?? 0x12), Buffer.from(digest)]),
    little32(body.length),
    body,
  ]);
}

/** What a register holds after digests were extended into it. */
export function extended(hash: string, digests: readonly Uint8Array[], first?: Uint8Array): Buffer {
  const start = Buffer.from(first ?? Buffer.alloc(sizeOf(hash)));
  return digests.reduce<Buffer>((value, digest) => digestOf(hash, value, digest), start);
}

function sizeOf(bank: string): number {
  return bank === 'sha1' ? 20 : Number(bank.slice(3)) / 8;
}

function little16(value: number): Buffer {
  return Buffer.from([value & 0xff, value >> 8]);
}

function little32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
