// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { assertNever } from '../../core/errors.ts';
import type { TrustedKey } from './keys.ts';

/**
 * Every key id under which signers are known to name this key. A key id is a hint: it says whose signature something claims
 * to be, so that a broken one can be told from a stranger's; it never makes or refuses an identity.
 */
export function keyHints(trusted: TrustedKey): ReadonlySet<string> {
  const spki = trusted.key.export({ format: 'der', type: 'spki' });
  const pem = trusted.key.export({ format: 'pem', type: 'spki' }).toString();
  const spkiHex = sha256Hex(spki);
  return new Set([
    trusted.identity,
    spkiHex,
    // cosign: the hint of its bundles
    createHash('sha256').update(spki).digest('base64'),
    // model_signing (OMS): digest of the PEM text, with and without the last line break
    sha256Hex(pem),
    sha256Hex(pem.trimEnd()),
    sha256Hex(rawPublicKey(trusted)),
    sshFingerprint(trusted),
    ...securesystemslibKeyIds(trusted, pem),
  ]);
}

/**
 * Key ids of securesystemslib and in-toto: SHA-256 over the canonical JSON (OLPC) of the key's metadata. Its writers differ
 * in whether PEM keeps its last line break and whether keyid_hash_algorithms is there.
 * @see https://github.com/in-toto/specification/blob/v1.0/in-toto-spec.md section 4.2
 */
function securesystemslibKeyIds(trusted: TrustedKey, pem: string): string[] {
  const texts =
    trusted.algorithm === 'ed25519'
      ? [rawPublicKey(trusted).toString('hex')]
      : [pem, pem.trimEnd()];
  const ids: string[] = [];
  for (const { keytype, scheme } of securesystemslibSchemes(trusted)) {
    for (const text of texts) {
      // OLPC canonical JSON writes line breaks as they are; PEM and hex hold nothing that it escapes
      const tail = `"keytype":"${keytype}","keyval":{"public":"${text}"},"scheme":"${scheme}"}`;
      ids.push(sha256Hex(`{${tail}`));
      ids.push(sha256Hex(`{"keyid_hash_algorithms":["sha256","sha512"],${tail}`));
    }
  }
  return ids;
}

interface KeyScheme {
  readonly keytype: string;
  readonly scheme: string;
}

function securesystemslibSchemes({ algorithm }: TrustedKey): KeyScheme[] {
  switch (algorithm) {
    case 'ed25519':
      return [{ keytype: 'ed25519', scheme: 'ed25519' }];
    case 'ecdsa-p256':
      return ecdsaSchemes('ecdsa-sha2-nistp256');
    case 'ecdsa-p384':
      return ecdsaSchemes('ecdsa-sha2-nistp384');
    case 'ecdsa-p521':
      return ecdsaSchemes('ecdsa-sha2-nistp521');
    case 'rsa':
      return ['rsassa-pss-sha256', 'rsa-pkcs1v15-sha256'].map((scheme) => ({
        keytype: 'rsa',
        scheme,
      }));
    default:
      return assertNever(algorithm);
  }
}

/** Old writers put the scheme in place of the key type. */
function ecdsaSchemes(scheme: string): KeyScheme[] {
  return ['ecdsa', scheme].map((keytype) => ({ keytype, scheme }));
}

/** The 32 bytes of Ed25519, the uncompressed point of ECDSA, the PKCS #1 form of RSA. */
function rawPublicKey({ key, algorithm }: TrustedKey): Buffer {
  if (algorithm === 'rsa') return key.export({ format: 'der', type: 'pkcs1' });
  const jwk = key.export({ format: 'jwk' });
  const x = Buffer.from(jwk.x ?? '', 'base64url');
  return algorithm === 'ed25519'
    ? x
    : Buffer.concat([Buffer.from([4]), x, Buffer.from(jwk.y ?? '', 'base64url')]);
}

/** `SHA256:…` over the SSH wire form, as the Go library of DSSE writes it (RFC 4253 section 6.6, RFC 5656, RFC 8709). */
function sshFingerprint(trusted: TrustedKey): string {
  const digest = createHash('sha256').update(sshWireKey(trusted)).digest('base64');
  return `SHA256:${digest.replace(/={1,2}$/, '')}`;
}

function sshWireKey(trusted: TrustedKey): Buffer {
  const raw = rawPublicKey(trusted);
  switch (trusted.algorithm) {
    case 'ed25519':
      return sshFields(Buffer.from('ssh-ed25519'), raw);
    case 'ecdsa-p256':
    case 'ecdsa-p384':
    case 'ecdsa-p521': {
      const curve = `nist${trusted.algorithm.slice('ecdsa-'.length)}`;
      return sshFields(Buffer.from(`ecdsa-sha2-${curve}`), Buffer.from(curve), raw);
    }
    case 'rsa': {
      const { e = '', n = '' } = trusted.key.export({ format: 'jwk' });
      return sshFields(Buffer.from('ssh-rsa'), sshMpint(e), sshMpint(n));
    }
    default:
      return assertNever(trusted.algorithm);
  }
}

function sshFields(...fields: Buffer[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(field.length);
      return [length, field];
    }),
  );
}

function sshMpint(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, 'base64url');
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}

function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
