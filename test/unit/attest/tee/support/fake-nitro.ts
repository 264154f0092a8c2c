// SPDX-License-Identifier: Apache-2.0
import { sign } from 'node:crypto';
import { encode } from 'cborg';
import type { VerifyInput } from '../../../../../attest/tee/scheme.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import { CRL_SIGN, DIGITAL_SIGNATURE, ecKey, KEY_CERT_SIGN, makeCertificate } from './fake-pki.ts';
import type { FakeCertificate, KeyPair } from './fake-pki.ts';

export interface FakeNitroKeys {
  readonly root: KeyPair;
  readonly instance: KeyPair;
  readonly leaf: KeyPair;
}

export function makeNitroKeys(): FakeNitroKeys {
  return { root: ecKey(), instance: ecKey(), leaf: ecKey() };
}

/** An attestation document of our own making; everything can be overridden. */
export interface FakeNitro {
  readonly keys: FakeNitroKeys;
  readonly root?: Partial<FakeCertificate>;
  readonly instance?: Partial<FakeCertificate>;
  readonly leaf?: Partial<FakeCertificate>;
  /** Members of the payload that differ; undefined leaves one out. */
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly protectedHeader?: Uint8Array;
  readonly unprotected?: unknown;
  /** Replaces the signature after it was made. */
  readonly signature?: Uint8Array;
  readonly at?: string;
}

export const NITRO_TIME = '2025-01-01T00:30:00Z';
const DAY = { notBefore: '2025-01-01T00:00:00Z', notAfter: '2025-01-01T03:00:00Z' };

/** The input of a verification whose anchor is the fake root. */
export function makeNitroInput(fake: FakeNitro): VerifyInput {
  const { keys } = fake;
  const authority = { isCa: true, keyUsage: KEY_CERT_SIGN | CRL_SIGN } as const;
  const root = makeCertificate({
    subject: 'aws.nitro-enclaves',
    issuer: 'aws.nitro-enclaves',
    key: keys.root,
    issuerKey: keys.root,
    ...authority,
    ...fake.root,
  });
  const instance = makeCertificate({
    subject: 'i-0123.aws.nitro-enclaves',
    issuer: 'aws.nitro-enclaves',
    key: keys.instance,
    issuerKey: keys.root,
    ...authority,
    pathLength: 0,
    ...fake.instance,
  });
  const leaf = makeCertificate({
    subject: 'i-0123-enc0123.aws',
    issuer: 'i-0123.aws.nitro-enclaves',
    key: keys.leaf,
    issuerKey: keys.instance,
    isCa: false,
    keyUsage: DIGITAL_SIGNATURE,
    ...DAY,
    ...fake.leaf,
  });
  const payload = encode(
    payloadOf({ certificate: leaf, cabundle: [root, instance] }, fake.payload),
  );
  const protectedHeader = fake.protectedHeader ?? Buffer.from('a1013822', 'hex');
  const signed = encode(['Signature1', protectedHeader, new Uint8Array(), payload]);
  const key = { key: keys.leaf.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const signature = fake.signature ?? sign('sha384', signed, key);
  const unprotected = fake.unprotected ?? new Map();
  return {
    evidence: Uint8Array.from(encode([protectedHeader, unprotected, payload, signature])),
    endorsements: new Map(),
    anchors: [{ name: 'fake root', bytes: root }],
    at: parseInstant(fake.at ?? NITRO_TIME),
  };
}

function payloadOf(
  certificates: { certificate: Uint8Array; cabundle: Uint8Array[] },
  overrides: Readonly<Record<string, unknown>> = {},
): ReadonlyMap<string, unknown> {
  const registers = [...Array(16).keys()].map((index) => [index, Buffer.alloc(48, index + 1)]);
  const members = {
    module_id: 'i-0123-enc0123',
    digest: 'SHA384',
    timestamp: Date.parse('2025-01-01T00:10:00Z'),
    pcrs: new Map(registers as [number, Uint8Array][]),
    ...certificates,
    public_key: null,
    user_data: Buffer.alloc(64, 0xdd),
    nonce: Buffer.from('a nonce'),
    ...overrides,
  };
  return new Map(Object.entries(members).filter(([, value]) => value !== undefined));
}
