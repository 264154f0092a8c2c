// SPDX-License-Identifier: Apache-2.0
import { sign } from 'node:crypto';
import type { VerifyInput } from '../../../../../attest/tee/scheme.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import {
  CRL_SIGN,
  ecKey,
  integer,
  KEY_CERT_SIGN,
  makeCertificate,
  makeCrl,
  rsaKey,
  tlv,
} from './fake-pki.ts';
import type { FakeCertificate, FakeCrl, FakeExtension, KeyPair } from './fake-pki.ts';

export type FakeProduct = 'Milan' | 'Genoa' | 'Turin';

const AMD = '1.3.6.1.4.1.3704.1';

/** Keys are slow to make, so that one set serves a test file. */
export interface FakeAmdKeys {
  readonly ark: KeyPair;
  readonly ask: KeyPair;
  readonly ek: KeyPair;
}

export function makeAmdKeys(): FakeAmdKeys {
  return { ark: rsaKey(), ask: rsaKey(), ek: ecKey('P-384') };
}

/** A whole AMD chain and report of our own making; everything can be overridden. */
export interface FakeSnp {
  readonly product?: FakeProduct;
  readonly signer?: 'VCEK' | 'VLEK';
  readonly keys: FakeAmdKeys;
  readonly ark?: Partial<FakeCertificate>;
  readonly ask?: Partial<FakeCertificate>;
  readonly ek?: Partial<FakeCertificate>;
  readonly crl?: Partial<FakeCrl>;
  /** AMD extensions of the endorsement key that differ from the fitting ones, by last arcs; null leaves one out. */
  readonly ekExtensions?: Readonly<Record<string, Uint8Array | null>>;
  /** Changes the report before it is signed. */
  readonly edit?: (report: Buffer) => void;
  /** Changes the report after it was signed. */
  readonly editSigned?: (report: Buffer) => void;
  readonly at?: string;
}

const CPUID: Readonly<Record<FakeProduct, readonly [number, number]>> = {
  Milan: [0x19, 0x01],
  Genoa: [0x19, 0x11],
  Turin: [0x1a, 0x02],
};

export function chipId(product: FakeProduct): Buffer {
  const chip = Buffer.alloc(64);
  chip.fill(0xc1, 0, product === 'Turin' ? 8 : 64);
  return chip;
}

export function tcbBytes(product: FakeProduct): Buffer {
  return product === 'Turin'
    ? Buffer.from([1, 2, 3, 4, 0, 0, 0, 70])
    : Buffer.from([2, 3, 0, 0, 0, 0, 4, 0xdb]);
}

/** An unsigned version 3 report that fits the fake chain. */
export function makeReport(product: FakeProduct, signer: 'VCEK' | 'VLEK'): Buffer {
  const report = Buffer.alloc(0x4a0);
  report.writeUInt32LE(3, 0x00);
  report.writeUInt32LE(7, 0x04);
  report.writeBigUInt64LE(0x30000n, 0x08);
  report.writeUInt32LE(1, 0x34);
  report.writeUInt32LE(signer === 'VCEK' ? 0 : 0b100, 0x48);
  report.fill(0xdd, 0x50, 0x90);
  report.fill(0xee, 0x90, 0xc0);
  for (const at of [0x38, 0x180, 0x1e0, 0x1f0]) tcbBytes(product).copy(report, at);
  const [family, model] = CPUID[product];
  report.set([family, model, 1], 0x188);
  chipId(product).copy(report, 0x1a0);
  return report;
}

/** The input of a verification whose anchor is the fake ARK. */
export function makeSnpInput(fake: FakeSnp): VerifyInput {
  const product = fake.product ?? 'Milan';
  const signer = fake.signer ?? 'VCEK';
  const { keys } = fake;
  const arkName = `ARK-${product}`;
  const askName = signer === 'VCEK' ? `SEV-${product}` : `SEV-VLEK-${product}`;
  const algorithm = 'rsa-pss-sha384';
  const ark = makeCertificate({
    subject: arkName,
    issuer: arkName,
    key: keys.ark,
    issuerKey: keys.ark,
    algorithm,
    serial: [1, 0, 0],
    isCa: true,
    keyUsage: KEY_CERT_SIGN | CRL_SIGN,
    ...fake.ark,
  });
  const ask = makeCertificate({
    subject: askName,
    issuer: arkName,
    key: keys.ask,
    issuerKey: keys.ark,
    algorithm,
    serial: [1, 0, 1],
    isCa: true,
    pathLength: 0,
    keyUsage: KEY_CERT_SIGN,
    ...fake.ask,
  });
  const ek = makeCertificate({
    subject: `SEV-${signer}`,
    issuer: askName,
    key: keys.ek,
    issuerKey: keys.ask,
    algorithm,
    serial: [0],
    extensions: ekExtensions(product, signer, fake.ekExtensions ?? {}),
    ...fake.ek,
  });
  const endorsements = new Map([
    ['ark', [ark]],
    ['ask', [ask]],
    ['ek', [ek]],
  ]);
  if (fake.crl !== undefined) {
    const crl = { issuer: arkName, issuerKey: keys.ark, algorithm, ...fake.crl } as const;
    endorsements.set('crl', [makeCrl(crl)]);
  }
  const report = makeReport(product, signer);
  fake.edit?.(report);
  signReport(report, keys.ek);
  fake.editSigned?.(report);
  return {
    evidence: new Uint8Array(report),
    endorsements,
    anchors: [{ name: 'fake ARK', bytes: ark }],
    at: parseInstant(fake.at ?? '2025-01-01T00:00:00Z'),
  };
}

/** Writes R and S as the firmware does: little-endian in 72 bytes each. */
export function signReport(report: Buffer, key: KeyPair): void {
  const options = { key: key.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const signature = sign('sha384', report.subarray(0, 0x2a0), options);
  report.fill(0, 0x2a0, 0x330);
  Buffer.from(signature.subarray(0, 48)).reverse().copy(report, 0x2a0);
  Buffer.from(signature.subarray(48)).reverse().copy(report, 0x2e8);
}

function ekExtensions(
  product: FakeProduct,
  signer: 'VCEK' | 'VLEK',
  overrides: Readonly<Record<string, Uint8Array | null>>,
): FakeExtension[] {
  const tcb = tcbBytes(product);
  const level = (at: number): Uint8Array => integer(tcb[at] ?? 0);
  const isTurin = product === 'Turin';
  const productName = signer === 'VCEK' && !isTurin ? `${product}-B0` : product;
  const extensions: Record<string, Uint8Array | null> = {
    '1': integer(0),
    '2': tlv(0x16, Buffer.from(productName)),
    '3.1': level(isTurin ? 1 : 0),
    '3.2': level(isTurin ? 2 : 1),
    '3.3': level(isTurin ? 3 : 6),
    '3.8': level(7),
    ...(isTurin ? { '3.9': level(0) } : {}),
    ...(signer === 'VCEK'
      ? { '4': chipId(product).subarray(0, isTurin ? 8 : 64) }
      : { '5': tlv(0x16, Buffer.from('CN=cloud.example')) }),
    ...overrides,
  };
  return Object.entries(extensions).flatMap(([arcs, value]) =>
    value === null ? [] : [{ oid: `${AMD}.${arcs}`, value }],
  );
}
