// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  verifyCheckpoint,
} from '../../../../graph/log/checkpoint.ts';
import { EMPTY_ROOT } from '../../../../graph/log/merkle.ts';
import { parseVerifierKey, signNote } from '../../../../graph/log/signed-note.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const ORIGIN = 'example.com/pedigree';
const HEAD = { origin: ORIGIN, size: 42, root: 'ab'.repeat(32) };

// The example of the tlog-checkpoint specification is a checkpoint of the Go checksum database under another origin. With
// its own origin put back, the signature holds under the public key of that database.
const SPEC_EXAMPLE =
  'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n' +
  '— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n';
const GO_KEY = parseVerifierKey(
  'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8',
);
const GO_ORIGIN = 'go.sum database tree';
const GO_CHECKPOINT = SPEC_EXAMPLE.replace(
  'example.com/behind-the-sofa\n',
  `${GO_ORIGIN}\n`,
).replace('— example.com/behind-the-sofa', '— sum.golang.org');

describe('checkpoints of others', () => {
  test('the example of the specification is read', () => {
    expect(parseCheckpoint(SPEC_EXAMPLE)).toMatchObject({
      origin: 'example.com/behind-the-sofa',
      size: 20852163,
      root: Buffer.from('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=', 'base64').toString('hex'),
      extensions: [],
    });
  });

  test('a checkpoint of the Go checksum database verifies', () => {
    const verdict = verifyCheckpoint(GO_CHECKPOINT, GO_KEY.publicKey, GO_KEY.name, GO_ORIGIN);
    expect(verdict).toMatchObject({ status: 'passed', value: { size: 20852163 } });
  });

  test('and does not under another origin, size, root, name or key', () => {
    const codeOf = (
      text: string,
      key = GO_KEY.publicKey,
      name = GO_KEY.name,
      origin = GO_ORIGIN,
    ): string => {
      const verdict = verifyCheckpoint(text, key, name, origin);
      return verdict.status === 'passed' ? 'passed' : verdict.findings[0].code;
    };
    expect(codeOf(GO_CHECKPOINT, GO_KEY.publicKey, GO_KEY.name, 'sum.golang.org')).toBe(
      'origin-mismatch',
    );
    expect(codeOf(GO_CHECKPOINT.replace('20852163', '20852164'))).toBe('signature-invalid');
    expect(codeOf(GO_CHECKPOINT.replace('CsUY', 'CsUZ'))).toBe('signature-invalid');
    expect(codeOf(GO_CHECKPOINT.replace(GO_ORIGIN, 'go.sum database tre'))).toBe(
      'signature-invalid',
    );
    expect(codeOf(GO_CHECKPOINT, publicKey)).toBe('signature-missing');
    expect(codeOf(SPEC_EXAMPLE)).toBe('signature-missing');
  });
});

describe('our checkpoints', () => {
  test('are text of three lines and a signature', () => {
    expect(formatCheckpoint(HEAD)).toBe(
      `${ORIGIN}\n42\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n`,
    );
    const text = signCheckpoint(HEAD, privateKey);
    expect(text.startsWith(`${formatCheckpoint(HEAD)}\n— ${ORIGIN} `)).toBe(true);
  });

  test('what is signed is read back, for any head', () => {
    const hash = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((b) => Buffer.from(b).toString('hex'));
    const size = fc.oneof(fc.nat(), fc.maxSafeNat());
    fc.assert(
      fc.property(size, hash, (n, root) => {
        const head = { origin: ORIGIN, size: n, root };
        const text = signCheckpoint(head, privateKey);
        expect(verifyCheckpoint(text, publicKey, ORIGIN)).toMatchObject({
          status: 'passed',
          value: head,
        });
        expect(verifyCheckpoint(text, GO_KEY.publicKey, ORIGIN).status).toBe('failed');
        expect(verifyCheckpoint(text, publicKey, `${ORIGIN}2`).status).toBe('failed');
        expect(verifyCheckpoint(text, publicKey, ORIGIN, 'elsewhere').status).toBe('failed');
      }),
      { numRuns: 50 },
    );
  });

  test('the empty log has one too', () => {
    const head = { origin: ORIGIN, size: 0, root: EMPTY_ROOT };
    expect(parseCheckpoint(signCheckpoint(head, privateKey))).toMatchObject(head);
  });

  test('signing is deterministic (RFC 8032), so writing twice writes the same', () => {
    expect(signCheckpoint(HEAD, privateKey)).toBe(signCheckpoint(HEAD, privateKey));
  });

  test('any character changed, any cut: refused', () => {
    const text = signCheckpoint(HEAD, privateKey);
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === '0' ? '1' : '0';
      expect(
        verifyCheckpoint(text.slice(0, at) + other + text.slice(at + 1), publicKey, ORIGIN).status,
      ).toBe('failed');
      expect(verifyCheckpoint(text.slice(0, at), publicKey, ORIGIN).status).toBe('failed');
    }
  });

  test('extension lines are kept apart', () => {
    const text = signNote(`${formatCheckpoint(HEAD)}one\ntwo\n`, ORIGIN, privateKey);
    expect(parseCheckpoint(text).extensions).toEqual(['one', 'two']);
    expect(verifyCheckpoint(text, publicKey, ORIGIN).status).toBe('passed');
  });

  const ROOT = Buffer.from(HEAD.root, 'hex').toString('base64');
  test.each([
    ['an empty origin', `\n42\n${ROOT}\n`],
    ['a leading zero', `${ORIGIN}\n042\n${ROOT}\n`],
    ['a sign', `${ORIGIN}\n+42\n${ROOT}\n`],
    ['a negative size', `${ORIGIN}\n-1\n${ROOT}\n`],
    ['a fraction', `${ORIGIN}\n4.2\n${ROOT}\n`],
    ['an exponent', `${ORIGIN}\n4e2\n${ROOT}\n`],
    ['a hexadecimal size', `${ORIGIN}\n0x2a\n${ROOT}\n`],
    ['a size with a space', `${ORIGIN}\n42 \n${ROOT}\n`],
    ['a size of other digits', `${ORIGIN}\n٤٢\n${ROOT}\n`],
    ['a size above 2^53', `${ORIGIN}\n9007199254740993\n${ROOT}\n`],
    ['an endless size', `${ORIGIN}\n${'9'.repeat(400)}\n${ROOT}\n`],
    ['no size', `${ORIGIN}\n${ROOT}\n`],
    ['no root', `${ORIGIN}\n42\n`],
    ['a short root', `${ORIGIN}\n42\nqw==\n`],
    ['a root without padding', `${ORIGIN}\n42\n${ROOT.slice(0, -1)}\n`],
    ['a root in hexadecimal', `${ORIGIN}\n42\n${HEAD.root}\n`],
    ['a root with spare bits', `${ORIGIN}\n42\n${ROOT.replace('6s=', '6t=')}\n`],
    ['an empty extension line', `${ORIGIN}\n42\n${ROOT}\n\nmore\n`],
    ['nothing', '\n'],
  ])('well signed but no checkpoint: %s', (_, body) => {
    const text = signNote(body, ORIGIN, privateKey);
    expect(() => parseCheckpoint(text)).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT' }),
    );
    expect(verifyCheckpoint(text, publicKey, ORIGIN)).toMatchObject({
      status: 'failed',
      findings: [{ code: 'checkpoint-malformed' }],
    });
  });

  test.each([
    ['an empty origin', { origin: '' }],
    ['an origin of two lines', { origin: 'a\nb' }],
    ['an origin that no key name can be', { origin: 'a b' }],
    ['a negative size', { size: -1 }],
    ['a fraction', { size: 1.5 }],
    ['an unsafe size', { size: 2 ** 53 }],
    ['a short root', { root: 'ab' }],
    ['a root in upper case', { root: 'AB'.repeat(32) }],
  ])('is never signed: %s', (_, change) => {
    const usage = expect.objectContaining({ code: 'ERR_USAGE' });
    expect(() => signCheckpoint({ ...HEAD, ...change }, privateKey)).toThrow(usage);
  });
});
