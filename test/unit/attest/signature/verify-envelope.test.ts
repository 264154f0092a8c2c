// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSignedBy } from '../../../../attest/signature/check.ts';
import { keyIdOf, signDsse } from '../../../../attest/signature/sign.ts';
import { verifyDetached } from '../../../../attest/signature/verify-detached.ts';
import { verifyEnvelope } from '../../../../attest/signature/verify-envelope.ts';
import { parsePublicKeys } from '../../../../attest/trust/keys.ts';
import { createTrustRoots } from '../../../../attest/trust/roots.ts';
import type { TrustRoots } from '../../../../attest/trust/roots.ts';
import {
  createSigningKey,
  formatPublicKey,
  parseSigningKey,
} from '../../../../attest/trust/signing-key.ts';
import type { SigningKey } from '../../../../attest/trust/signing-key.ts';
import { claimsOf } from '../../../../attest/verified.ts';
import { parseJson } from '../../../../core/json.ts';
import { parseDsse } from '../../../../schemas/dsse/envelope.ts';
import { preAuthenticationEncoding } from '../../../../schemas/dsse/pae.ts';
import type { EnvelopeSignature, SignedEnvelope } from '../../../../schemas/envelope.ts';

const TYPE = 'application/vnd.in-toto+json';
const payload = new TextEncoder().encode('{"_type":"https://in-toto.io/Statement/v1"}');
const [alice, bob, stranger] = [createSigningKey(), createSigningKey(), createSigningKey()];

function rootsOf(...keys: readonly { publicKey: SigningKey['publicKey'] }[]): TrustRoots {
  return createTrustRoots(keys.flatMap((key) => parsePublicKeys(formatPublicKey(key))));
}

function envelopeBy(...keys: [SigningKey, ...SigningKey[]]): SignedEnvelope {
  return parseDsse(parseJson(signDsse(TYPE, payload, keys)).value).envelope;
}

function withSignatures(
  envelope: SignedEnvelope,
  signatures: readonly EnvelopeSignature[],
): SignedEnvelope {
  return { ...envelope, signatures };
}

/** Another payload under the old signatures. */
function withPayload(envelope: SignedEnvelope, bytes: Uint8Array): SignedEnvelope {
  return {
    ...envelope,
    payload: bytes,
    signedBytes: preAuthenticationEncoding(envelope.payloadType, bytes),
  };
}

function flipped(bytes: Uint8Array, at: number, bit = 0): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

const roots = rootsOf(alice, bob);

describe('DSSE envelopes of ours', () => {
  test('one signer', () => {
    const verdict = verifyEnvelope(envelopeBy(alice), roots);
    expect(verdict.status).toBe('passed');
    if (verdict.status !== 'passed') return;
    const claims = claimsOf(verdict.value);
    expect(claims.signers).toEqual([alice.identity]);
    expect(claims.payload).toEqual(payload);
    expect(verdict.warnings).toEqual([]);
  });

  test('two signers, in order of their identities whoever signed first', () => {
    for (const envelope of [envelopeBy(alice, bob), envelopeBy(bob, alice)]) {
      const verdict = verifyEnvelope(envelope, roots);
      const expected = [alice.identity, bob.identity].toSorted();
      expect(verdict.status === 'passed' && claimsOf(verdict.value).signers).toEqual(expected);
    }
  });

  test('a signature that is repeated counts once, also under other key ids', () => {
    const envelope = envelopeBy(alice);
    const [signature] = envelope.signatures;
    const many = [
      signature,
      signature,
      { keyId: 'x', signature: signature?.signature },
      { keyId: null, signature: signature?.signature },
    ];
    const verdict = verifyEnvelope(withSignatures(envelope, many as EnvelopeSignature[]), roots);
    expect(verdict.status === 'passed' && claimsOf(verdict.value).signers).toEqual([
      alice.identity,
    ]);
  });

  test('a key listed twice under two roots counts once', () => {
    const key = parsePublicKeys(formatPublicKey(alice));
    const verdict = verifyEnvelope(envelopeBy(alice), { keys: [...key, ...key] });
    expect(verdict.status === 'passed' && claimsOf(verdict.value).signers).toEqual([
      alice.identity,
    ]);
  });

  test.each([
    ['none', null],
    ['an empty one', ''],
    ['nonsense', 'nobody'],
    ["another trusted key's", keyIdOf(bob)],
    ['a name of Object.prototype', '__proto__'],
    ['a method of Object.prototype', 'constructor'],
  ])('the key id is only a hint: %s', (_name, keyId) => {
    const envelope = envelopeBy(alice);
    const signatures = envelope.signatures.map(({ signature }) => ({ keyId, signature }));
    const verdict = verifyEnvelope(withSignatures(envelope, signatures), roots);
    expect(verdict.status === 'passed' && claimsOf(verdict.value).signers).toEqual([
      alice.identity,
    ]);
  });

  test('a stranger beside a signer is a warning', () => {
    const verdict = verifyEnvelope(envelopeBy(alice, stranger), roots);
    expect(verdict.status).toBe('passed');
    if (verdict.status !== 'passed') return;
    expect(claimsOf(verdict.value).signers).toEqual([alice.identity]);
    expect(verdict.warnings.map(({ code }) => code)).toEqual(['signer-unknown']);
  });

  test('a broken signature beside a good one is a warning: anybody can add it', () => {
    const envelope = envelopeBy(alice);
    const signatures = [
      ...envelope.signatures,
      { keyId: keyIdOf(bob), signature: new Uint8Array(64) },
    ];
    const verdict = verifyEnvelope(withSignatures(envelope, signatures), roots);
    expect(verdict.status).toBe('passed');
    if (verdict.status !== 'passed') return;
    expect(claimsOf(verdict.value).signers).toEqual([alice.identity]);
    expect(verdict.warnings.map(({ code }) => code)).toEqual(['signature-invalid']);
  });

  test("what was sealed does not change with the caller's bytes", () => {
    const bytes = Uint8Array.from(payload);
    const signature = Uint8Array.from(envelopeBy(alice).signatures[0]?.signature ?? []);
    const envelope: SignedEnvelope = {
      envelopeType: 'dsse',
      payloadType: TYPE,
      payload: bytes,
      signedBytes: preAuthenticationEncoding(TYPE, bytes),
      signatures: [{ keyId: null, signature }],
    };
    const verdict = verifyEnvelope(envelope, roots);
    bytes.fill(0);
    expect(verdict.status === 'passed' && claimsOf(verdict.value).payload).toEqual(payload);
  });

  test('unsigned: failed', () => {
    const verdict = verifyEnvelope(withSignatures(envelopeBy(alice), []), roots);
    expect(verdict).toMatchObject({ status: 'failed', findings: [{ code: 'unsigned-envelope' }] });
  });

  test('no readable signature: failed', () => {
    const empty = { keyId: null, signature: new Uint8Array() };
    const verdict = verifyEnvelope(withSignatures(envelopeBy(alice), [empty, empty]), roots);
    expect(verdict).toMatchObject({
      status: 'failed',
      findings: [{ code: 'signature-malformed' }],
    });
  });

  test('an unreadable signature that names a trusted key: failed', () => {
    const empty = { keyId: keyIdOf(alice), signature: new Uint8Array() };
    const verdict = verifyEnvelope(withSignatures(envelopeBy(alice), [empty]), roots);
    expect(verdict).toMatchObject({ status: 'failed', findings: [{ code: 'signature-invalid' }] });
  });

  test('an unknown signer: undetermined', () => {
    const verdict = verifyEnvelope(envelopeBy(stranger), roots);
    expect(verdict).toMatchObject({
      status: 'undetermined',
      findings: [{ code: 'signer-unknown' }],
    });
  });

  test('an unknown signer beside an unreadable signature: undetermined', () => {
    const envelope = envelopeBy(stranger);
    const signatures = [{ keyId: null, signature: new Uint8Array() }, ...envelope.signatures];
    expect(verifyEnvelope(withSignatures(envelope, signatures), roots).status).toBe('undetermined');
  });

  test('no roots at all: undetermined', () => {
    expect(verifyEnvelope(envelopeBy(alice), { keys: [] }).status).toBe('undetermined');
  });

  test('a certificate only: undetermined, with its own code', () => {
    const envelope = { ...envelopeBy(stranger), material: { certificates: [new Uint8Array(10)] } };
    const verdict = verifyEnvelope(envelope, roots);
    expect(verdict).toMatchObject({
      status: 'undetermined',
      findings: [{ code: 'certificate-not-judged' }],
    });
  });

  test('a certificate beside a trusted key: the key counts', () => {
    const envelope = { ...envelopeBy(alice), material: { certificates: [new Uint8Array(10)] } };
    expect(verifyEnvelope(envelope, roots).status).toBe('passed');
  });

  test('another payload under a trusted key id: failed', () => {
    const envelope = withPayload(envelopeBy(alice), new TextEncoder().encode('{}'));
    const verdict = verifyEnvelope(envelope, roots);
    expect(verdict).toMatchObject({ status: 'failed', findings: [{ code: 'signature-invalid' }] });
  });

  test('another payload type: failed', () => {
    const envelope = envelopeBy(alice);
    const payloadType = 'application/json';
    const other = {
      ...envelope,
      payloadType,
      signedBytes: preAuthenticationEncoding(payloadType, payload),
    };
    expect(verifyEnvelope(other, roots).status).toBe('failed');
  });

  test('signed bytes of another payload than the one sealed: failed', () => {
    const envelope = { ...envelopeBy(alice), payload: new TextEncoder().encode('{}') };
    const verdict = verifyEnvelope(envelope, roots);
    expect(verdict).toMatchObject({ status: 'failed', findings: [{ code: 'payload-not-signed' }] });
  });

  test('a signature over the payload without PAE: failed', () => {
    const signature = new Uint8Array(sign(null, payload, alice.privateKey));
    const envelope = withSignatures(envelopeBy(alice), [{ keyId: keyIdOf(alice), signature }]);
    expect(verifyEnvelope(envelope, roots).status).toBe('failed');
  });

  test('any bit of payload or signature flipped: never passed', () => {
    const envelope = envelopeBy(alice);
    const [entry] = envelope.signatures;
    const signature = entry?.signature ?? new Uint8Array();
    fc.assert(
      fc.property(fc.boolean(), fc.nat(1000), fc.nat(7), (isPayload, at, bit) => {
        const changed = isPayload
          ? withPayload(envelope, flipped(payload, at % payload.length, bit))
          : withSignatures(envelope, [
              { keyId: entry?.keyId ?? null, signature: flipped(signature, at % 64, bit) },
            ]);
        expect(verifyEnvelope(changed, roots).status).toBe('failed');
      }),
    );
  });

  test('a thousand foreign signatures cost a bounded number of attempts', () => {
    const envelope = envelopeBy(alice);
    const junk = Array.from({ length: 1000 }, (_, index) => {
      const signature = new Uint8Array(64).fill(index % 251);
      signature[0] = index >> 8;
      return { keyId: null, signature };
    });
    const big = withPayload(withSignatures(envelope, junk), new Uint8Array(8 * 1024 * 1024));
    const many = {
      keys: Array.from({ length: 4 }, createSigningKey).flatMap((key) => rootsOf(key).keys),
    };
    const verdict = verifyEnvelope(big, many);
    expect(verdict.status).toBe('undetermined');
    expect(
      verdict.status !== 'passed' &&
        verdict.findings.some(({ code }) => code === 'too-many-signatures'),
    ).toBe(true);
  });
});

describe('signing', () => {
  test('the same arguments give the same bytes, in canonical JSON', () => {
    const once = signDsse(TYPE, payload, [alice, bob]);
    expect(signDsse(TYPE, payload, [alice, bob])).toEqual(once);
    const text = new TextDecoder().decode(once);
    expect(text.startsWith('{"payload":"')).toBe(true);
    expect(text).not.toContain(' "');
  });

  test('the same key twice signs once', () => {
    expect(envelopeBy(alice, alice).signatures).toHaveLength(1);
  });

  test('the key id is the SHA-256 of the key', () => {
    expect(envelopeBy(alice).signatures[0]?.keyId).toBe(alice.identity.slice('key:sha256:'.length));
  });

  test.each(['P-256', 'P-384', 'P-521', 'rsa'])('%s keys sign what verifies', (name) => {
    const pair =
      name === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve: name });
    const pem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const key = parseSigningKey(pem);
    const verdict = verifyEnvelope(envelopeBy(key), rootsOf(key));
    expect(verdict.status === 'passed' && claimsOf(verdict.value).signers).toEqual([key.identity]);
    expect(verifyEnvelope(envelopeBy(key), rootsOf(alice)).status).toBe('undetermined');
  });
});

describe('signatures made by securesystemslib', () => {
  const vectors = JSON.parse(
    readFileSync(new URL('securesystemslib-vectors.json', import.meta.url), 'utf8'),
  ) as {
    data: string;
    keys: { scheme: string; keyid: string; pem: string; signature: string; p1363?: string }[];
  };
  const data = new TextEncoder().encode(vectors.data);

  test.each(vectors.keys)('$scheme holds, and no other key made it', ({ pem, signature }) => {
    const bytes = Buffer.from(signature, 'hex');
    const holding = vectors.keys.filter((other) => {
      const [key] = parsePublicKeys(other.pem);
      return key !== undefined && isSignedBy(key, data, bytes);
    });
    expect(holding.length).toBeGreaterThan(0);
    expect(holding.every((other) => other.pem === pem)).toBe(true);
  });

  test.each(vectors.keys)('$scheme: any bit flipped does not hold', ({ pem, signature }) => {
    const [key] = parsePublicKeys(pem);
    const bytes = new Uint8Array(Buffer.from(signature, 'hex'));
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.nat(7),
        fc.nat(data.length - 1),
        (at, bit, dataAt) => {
          if (key === undefined) throw new Error('no key');
          expect(isSignedBy(key, data, flipped(bytes, at, bit))).toBe(false);
          expect(isSignedBy(key, flipped(data, dataAt, bit), bytes)).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each(vectors.keys.filter(({ p1363 }) => p1363 !== undefined))(
    '$scheme as two fixed-width integers',
    ({ pem, p1363 = '' }) => {
      const [key] = parsePublicKeys(pem);
      if (key === undefined) throw new Error('no key');
      const bytes = new Uint8Array(Buffer.from(p1363, 'hex'));
      expect(isSignedBy(key, data, bytes)).toBe(true);
      expect(isSignedBy(key, data, bytes.subarray(1))).toBe(false);
      expect(isSignedBy(key, data, flipped(bytes, 3))).toBe(false);
      expect(isSignedBy(key, data, new Uint8Array(bytes.length))).toBe(false);
    },
  );

  test('a hash that does not go with the curve does not hold', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const [key] = parsePublicKeys(formatPublicKey({ publicKey: createPublicKey(privateKey) }));
    if (key === undefined) throw new Error('no key');
    expect(isSignedBy(key, data, sign('sha384', data, privateKey))).toBe(true);
    expect(isSignedBy(key, data, sign('sha256', data, privateKey))).toBe(false);
  });

  test('RSA with SHA-1 does not hold', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [key] = parsePublicKeys(formatPublicKey({ publicKey }));
    if (key === undefined) throw new Error('no key');
    expect(isSignedBy(key, data, sign('sha256', data, privateKey))).toBe(true);
    expect(isSignedBy(key, data, sign('sha1', data, privateKey))).toBe(false);
  });
});

describe('detached signatures', () => {
  const bytes = new TextEncoder().encode('weights');
  const signature = new Uint8Array(sign(null, bytes, alice.privateKey));

  test('a file signed by a trusted key', () => {
    const verdict = verifyDetached({ bytes, signature, publicKeyHint: null }, roots);
    expect(verdict.status === 'passed' && claimsOf(verdict.value).signers).toEqual([
      alice.identity,
    ]);
  });

  test.each([
    ['another file under a known hint', flipped(bytes, 0), keyIdOf(alice), 'failed'],
    ['another file without a hint', flipped(bytes, 0), null, 'undetermined'],
    ['an empty file under a known hint', new Uint8Array(), keyIdOf(alice), 'failed'],
  ])('%s', (_name, file, publicKeyHint, status) => {
    expect(verifyDetached({ bytes: file, signature, publicKeyHint }, roots).status).toBe(status);
  });

  test('no signature at all: failed', () => {
    const verdict = verifyDetached(
      { bytes, signature: new Uint8Array(), publicKeyHint: null },
      roots,
    );
    expect(verdict.status).toBe('failed');
  });
});
