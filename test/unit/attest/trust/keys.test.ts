// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyHints } from '../../../../attest/trust/key-hints.ts';
import { parsePublicKeys } from '../../../../attest/trust/keys.ts';
import { readShared } from '../../../support/shared.ts';
import { describeShared } from '../../../support/shared.ts';

const vectors = JSON.parse(
  readFileSync(new URL('../signature/securesystemslib-vectors.json', import.meta.url), 'utf8'),
) as { keys: { keytype: string; scheme: string; keyid: string; pem: string }[] };

const pemOf = (key: KeyObject): string => key.export({ format: 'pem', type: 'spki' }).toString();
const ec = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).publicKey;
const rsa = (modulusLength: number, publicExponent = 65_537): KeyObject =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey;
const rsaPss = (): KeyObject =>
  generateKeyPairSync('rsa-pss', {
    modulusLength: 2048,
    hashAlgorithm: 'sha256',
    mgf1HashAlgorithm: 'sha256',
  }).publicKey;
const ed25519 = (): KeyObject => generateKeyPairSync('ed25519').publicKey;

function pemOfDer(der: Uint8Array, label = 'PUBLIC KEY'): string {
  return `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`;
}

/** SPKI of an Ed25519 point. */
function ed25519Pem(pointHex: string): string {
  return pemOfDer(Buffer.from(`302a300506032b6570032100${pointHex}`, 'hex'));
}

describe('public keys in PEM', () => {
  test.each([
    ['ed25519', ed25519()],
    ['ecdsa-p256', ec('prime256v1')],
    ['ecdsa-p384', ec('secp384r1')],
    ['ecdsa-p521', ec('secp521r1')],
    ['rsa', rsa(2048)],
  ])('%s is read', (algorithm, key) => {
    const [trusted, ...more] = parsePublicKeys(pemOf(key));
    expect(more).toEqual([]);
    expect(trusted?.algorithm).toBe(algorithm);
    expect(trusted?.key.equals(key)).toBe(true);
    expect(trusted?.identity).toMatch(/^key:sha256:[0-9a-f]{64}$/);
  });

  test('several keys with comments between them, bytes as well as text, doubles once', () => {
    const [a, b] = [pemOf(ed25519()), pemOf(ec('prime256v1'))];
    const text = `# ours\n${a}\nfrom the other team:\n${b}${a}`;
    const identities = parsePublicKeys(text).map(({ identity }) => identity);
    expect(identities).toHaveLength(2);
    const fromBytes = parsePublicKeys(new TextEncoder().encode(text));
    expect(fromBytes.map(({ identity }) => identity)).toEqual(identities);
  });

  test.each([
    ['RSA of 1024 bits', pemOf(rsa(1024))],
    ['RSA with exponent 3', pemOf(rsa(2048, 3))],
    ['secp256k1', pemOf(ec('secp256k1'))],
    ['P-224', pemOf(ec('secp224r1'))],
    ['X25519', pemOf(generateKeyPairSync('x25519').publicKey)],
    ['Ed448', pemOf(generateKeyPairSync('ed448').publicKey)],
    [
      'DSA',
      pemOf(generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).publicKey),
    ],
    ['RSA-PSS restricted', pemOf(rsaPss())],
    ['the neutral point', ed25519Pem(`01${'00'.repeat(31)}`)],
    ['the point of order 2', ed25519Pem(`ec${'ff'.repeat(30)}7f`)],
    ['a point of order 4 with its sign bit', ed25519Pem(`${'00'.repeat(31)}80`)],
    [
      'a point of order 8',
      ed25519Pem('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
    ],
    ['nothing', ''],
    ['no PEM', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL'],
    ['an empty block', pemOfDer(new Uint8Array())],
    ['zeros', pemOfDer(new Uint8Array(44))],
    ['a block that does not end', '-----BEGIN PUBLIC KEY-----\nMCow'],
    ['a block without a label end', '-----BEGIN PUBLIC KEY'],
    ['another character in the base64', pemOf(ed25519()).replace('MCow', 'MC*w')],
  ])('%s is refused', (_name, pem) => {
    expect(() => parsePublicKeys(pem)).toThrowError(
      expect.objectContaining({ code: 'ERR_PARSE_KEY' }),
    );
  });

  test('a certificate is refused with a hint', () => {
    const certificate = pemOfDer(new Uint8Array(10), 'CERTIFICATE');
    expect(() => parsePublicKeys(certificate)).toThrowError(
      expect.objectContaining({ code: 'ERR_PARSE_KEY', hint: expect.stringContaining('x509') }),
    );
  });

  test.each(['PRIVATE KEY', 'EC PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'OPENSSH PRIVATE KEY'])(
    'a %s is refused, with a hint and without quoting it',
    (label) => {
      const secret = `-----BEGIN ${label}-----\nc2VjcmV0\n-----END ${label}-----\n`;
      let error: unknown;
      try {
        parsePublicKeys(secret);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({
        code: 'ERR_PARSE_KEY',
        hint: expect.stringContaining('PRIVATE'),
      });
      expect(JSON.stringify(error)).not.toContain('c2VjcmV0');
    },
  );

  test('one bad key spoils the file', () => {
    const pem = `${pemOf(ed25519())}${pemOf(rsa(1024))}`;
    expect(() => parsePublicKeys(pem)).toThrowError(
      expect.objectContaining({ code: 'ERR_PARSE_KEY' }),
    );
  });

  test('a second encoding of a key is refused: it would be a second identity', () => {
    const key = ec('prime256v1');
    const { x = '', y = '' } = key.export({ format: 'jwk' });
    const point = Buffer.from(y, 'base64url');
    const sign = 2 + ((point.at(-1) ?? 0) & 1);
    const compressed = Buffer.concat([
      Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
      Buffer.from([sign]),
      Buffer.from(x, 'base64url'),
    ]);
    const same = createPublicKey({ key: compressed, format: 'der', type: 'spki' });
    expect(same.equals(key)).toBe(true);
    expect(() => parsePublicKeys(pemOfDer(compressed))).toThrowError(
      expect.objectContaining({ code: 'ERR_PARSE_KEY' }),
    );
  });

  test('bytes after the key are refused', () => {
    const der = ed25519().export({ format: 'der', type: 'spki' });
    const longer = Buffer.concat([der, Buffer.from([0])]);
    expect(() => parsePublicKeys(pemOfDer(longer))).toThrowError(
      expect.objectContaining({ code: 'ERR_PARSE_KEY' }),
    );
  });

  test('whatever the text, only a PedigreeError comes out', () => {
    const pem = pemOf(ec('secp384r1'));
    const mutated = fc.tuple(fc.nat(pem.length - 1), fc.string({ unit: 'binary', maxLength: 3 }));
    fc.assert(
      fc.property(mutated, ([at, text]) => {
        try {
          const keys = parsePublicKeys(pem.slice(0, at) + text + pem.slice(at + text.length));
          expect(keys).toHaveLength(1);
        } catch (error) {
          expect(error).toMatchObject({ name: 'PedigreeError', code: 'ERR_PARSE_KEY' });
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('key hints', () => {
  test.each(vectors.keys)(
    'the key id that securesystemslib computes: $scheme',
    ({ keyid, pem }) => {
      const [trusted] = parsePublicKeys(pem);
      expect(trusted).toBeDefined();
      if (trusted !== undefined) expect(keyHints(trusted)).toContain(keyid);
    },
  );

  test('two keys share no hint', () => {
    const hints = parsePublicKeys(vectors.keys.map(({ pem }) => pem).join('')).map(keyHints);
    const all = hints.flatMap((one) => [...one]);
    expect(hints.length).toBeGreaterThan(4);
    expect(new Set(all).size).toBe(all.length);
  });
});

describeShared('key hints of real documents', () => {
  test.each([
    [
      'in-toto link',
      'samples/keys/functionary.pub.pem',
      'a011e4e9410cb820dad1ec4ea93c8ba8657a8428828ad5f3091355359700d206',
    ],
    [
      'in-toto layout',
      'samples/keys/owner.pub.pem',
      'a33c8d0db8c95f8e0a0f1d074224a166251b1660c40dca8c5b7dc981245017b7',
    ],
    ['cosign bundle', 'samples/keys/cosign.pub', 'f8+i+26AwO/koD5YcIIkRQXvMrd2ZX6awKhG7IPfjtg='],
    [
      'cosign, as ssh-keygen prints it',
      'samples/keys/cosign.pub',
      'SHA256:UMO317BkLniND3ZjA0BakAv1BgpsdFsnT07OL9+cwcE',
    ],
    [
      'OMS sample',
      'samples/keys/model-signer.pub.pem',
      '1ccd2772f8849e3b2664c13cac7bf7c1720673609b022a1e7abb0e9b3ef5af40',
    ],
    [
      'OMS v1.1.0',
      'corpus/oms/v1.1.0-elliptic-key/key.pub',
      'e8450dec4eb99dae995da9af1bc2cc9f76ed669ee2e744f57abba763df3e3f8e',
    ],
    [
      'P-384, as ssh-keygen prints it',
      'corpus/oms/v1.1.0-elliptic-key/key.pub',
      'SHA256:b7M0CmmB6EPyFZfe//NbQuOFOxwT4QTH6z0kUSuuiqM',
    ],
  ])('%s', (_name, file, hint) => {
    const [trusted] = parsePublicKeys(readShared(file));
    expect(trusted).toBeDefined();
    if (trusted !== undefined) expect(keyHints(trusted)).toContain(hint);
  });

  test('an in-toto layout written by Go: RSA without the last line break, with hash algorithms', () => {
    const layout = JSON.parse(
      new TextDecoder().decode(
        readShared('corpus/in-toto/in-toto+in-toto-golang/test/data/super.layout'),
      ),
    ) as { signed: { keys: Record<string, { keyval: { public: string } }> } };
    const [[keyid, key] = ['', undefined]] = Object.entries(layout.signed.keys);
    const [trusted] = parsePublicKeys(key?.keyval.public ?? '');
    expect(keyid).toHaveLength(64);
    if (trusted !== undefined) expect(keyHints(trusted)).toContain(keyid);
    expect(trusted?.algorithm).toBe('rsa');
  });

  test('certificates are refused', () => {
    expect(() => parsePublicKeys(readShared('samples/keys/leaf.crt.pem'))).toThrowError(
      expect.objectContaining({ code: 'ERR_PARSE_KEY' }),
    );
  });
});
