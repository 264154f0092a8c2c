// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bindStatement } from '../../../../attest/tee/bind.ts';

const PAE = new TextEncoder().encode('DSSEv1 28 application/vnd.in-toto+json 2 {}');

/** The definition written out by hand, byte by byte. */
function definition(kind: string, pae: Uint8Array): Buffer {
  const text = Buffer.from('pedigree/bind/v1', 'ascii');
  const zero = Buffer.from([0]);
  return Buffer.concat([text, zero, Buffer.from(kind, 'ascii'), zero, pae]);
}

describe('bind (DESIGN.md 6)', () => {
  test.each(['sev-snp', 'tdx', 'sgx', 'nitro', 'simulated'])('%s: SHA-512, 64 bytes', (kind) => {
    const expected = createHash('sha512').update(definition(kind, PAE)).digest('hex');
    expect(Buffer.from(bindStatement(kind, PAE)).toString('hex')).toBe(expected);
  });

  test.each(['tpm', 'azure-snp-vtpm', 'nvidia-gpu'])('%s: SHA-256, 32 bytes', (kind) => {
    const expected = createHash('sha256').update(definition(kind, PAE)).digest('hex');
    expect(Buffer.from(bindStatement(kind, PAE)).toString('hex')).toBe(expected);
  });

  test.each(['ear', 'gcp-cs-jwt', 'intel-trust-authority', 'azure-maa'])(
    '%s: base64url of SHA-256, 43 characters',
    (kind) => {
      const expected = createHash('sha256').update(definition(kind, PAE)).digest('base64url');
      const text = new TextDecoder().decode(bindStatement(kind, PAE));
      expect(text).toBe(expected);
      expect(text).toMatch(/^[A-Za-z0-9_-]{43}$/);
    },
  );

  test.each(['', 'SEV-SNP', 'sev-snp ', 'snp', '__proto__', 'constructor'])(
    'the kind "%s" carries no binding',
    (kind) => {
      expect(() => bindStatement(kind, PAE)).toThrow(
        expect.objectContaining({ code: 'ERR_USAGE' }),
      );
    },
  );

  test('another kind or any other statement gives another value', () => {
    const kinds = ['sev-snp', 'tdx', 'sgx', 'nitro', 'simulated'];
    const values = kinds.map((kind) => Buffer.from(bindStatement(kind, PAE)).toString('hex'));
    expect(new Set(values).size).toBe(kinds.length);
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (one, other) => {
        const isSame = Buffer.from(one).equals(Buffer.from(other));
        const bound = Buffer.from(bindStatement('tdx', one)).equals(bindStatement('tdx', other));
        expect(bound).toBe(isSame);
      }),
    );
  });
});
