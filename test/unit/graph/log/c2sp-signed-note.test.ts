// SPDX-License-Identifier: Apache-2.0
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatVerifierKey,
  parseNote,
  parseVerifierKey,
  signNote,
  verifyNote,
} from '../../../../graph/log/signed-note.ts';

// Keys and notes of the tests of golang.org/x/mod/sumdb/note, the first implementation of the format.
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETER_SEED = 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const ENOCH = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
const TEXT =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n";
const PETER_LINE =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const ENOCH_LINE =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';
const NOTE = `${TEXT}\n${PETER_LINE}`;

const peter = parseVerifierKey(PETER);
const enoch = parseVerifierKey(ENOCH);
const peterPrivate = createPrivateKey({
  // RFC 8410: the seed behind its fixed PKCS#8 header
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.from(PETER_SEED, 'base64').subarray(1),
  ]),
  format: 'der',
  type: 'pkcs8',
});

function status(note: string, key = peter): string {
  const verdict = verifyNote(note, key.publicKey, key.name);
  return verdict.status === 'passed' ? 'passed' : verdict.findings[0].code;
}

describe('the reference note', () => {
  test('is signed to the same bytes', () => {
    expect(signNote(TEXT, 'PeterNeumann', peterPrivate)).toBe(NOTE);
  });

  test('verifies, alone and beside another signature', () => {
    expect(verifyNote(NOTE, peter.publicKey, peter.name)).toMatchObject({
      status: 'passed',
      value: { text: TEXT, signatures: [{ name: 'PeterNeumann', keyId: 'c74f20a3' }] },
    });
    expect(status(NOTE + ENOCH_LINE)).toBe('passed');
    expect(status(NOTE + ENOCH_LINE, enoch)).toBe('passed');
    expect(status(NOTE + PETER_LINE)).toBe('passed');
  });

  test('is not a note of somebody who did not sign it', () => {
    expect(status(NOTE, enoch)).toBe('signature-missing');
    expect(status(NOTE, { ...peter, name: 'PeterNeuman' })).toBe('signature-missing');
  });

  test('one bad signature of the key spoils the note, even beside a good one', () => {
    const bad = `${PETER_LINE.slice(0, 60)}ABCD${PETER_LINE.slice(60)}`;
    expect(status(`${TEXT}\n${bad}`)).toBe('signature-invalid');
    expect(status(NOTE + bad)).toBe('signature-invalid');
    expect(status(NOTE + ENOCH_LINE.replace('HeJ', 'HeK').replace('tiOH', 'tiOI'))).toBe('passed');
  });

  test.each([
    ['no signature', TEXT],
    ['no signature line', `${TEXT}\n`],
    ['no final newline', NOTE.slice(0, -1)],
    ['a control character', `\u0001${NOTE}`],
    ['carriage returns', NOTE.replaceAll('\n', '\r\n')],
    ['a tab', NOTE.replace('you ', 'you\t')],
    ['a lone surrogate', `\ud800${NOTE}`],
    ['a name with a space', `${TEXT}\n${PETER_LINE.replace('PeterNeumann', 'Bad Name')}`],
    ['a name with a plus', `${TEXT}\n${PETER_LINE.replace('PeterNeumann', 'Bad+Name')}`],
    ['a name with a no-break space', `${TEXT}\n${PETER_LINE.replace('PeterN', 'Peter\u00a0N')}`],
    ['an empty name', `${TEXT}\n${PETER_LINE.replace('PeterNeumann', '')}`],
    ['another line behind', `${NOTE}Unexpected line.\n`],
    ['an empty line behind', `${NOTE}\n`],
    ['a hyphen for the dash', NOTE.replace('—', '-')],
    ['two spaces', NOTE.replace('Neumann x', 'Neumann  x')],
    ['a space behind', `${NOTE.slice(0, -1)} \n`],
    ['base64 without its padding', NOTE.replace('AM=', 'AM')],
    ['base64 with spare bits', NOTE.replace('AM=', 'AN=')],
    ['base64url', NOTE.replace('x08go/', 'x08go_')],
    ['no base64', `${TEXT}\n— PeterNeumann ????\n`],
    ['a key id alone', `${TEXT}\n— PeterNeumann x08gow==\n`],
    ['no empty line', NOTE.replace('\n\n', '\n')],
    ['too many signatures', `${TEXT}\n${PETER_LINE.repeat(65)}`],
    ['nothing', ''],
  ])('malformed: %s', (_, note) => {
    expect(() => parseNote(note)).toThrow(expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT' }));
    expect(status(note)).toBe('note-malformed');
  });

  test('a note beyond all size is refused before it is read', () => {
    const huge = 'a'.repeat(1024 * 1024) + NOTE;
    expect(() => parseNote(huge)).toThrow(expect.objectContaining({ code: 'ERR_LIMIT_SIZE' }));
    expect(status(huge)).toBe('note-malformed');
  });

  test('sixteen signatures are accepted, as the specification asks', () => {
    expect(status(`${TEXT}\n${ENOCH_LINE.repeat(15)}${PETER_LINE}`)).toBe('passed');
  });

  test('cut anywhere it is not a note of Peter', () => {
    for (let length = 0; length < NOTE.length; length++) {
      expect(status(NOTE.slice(0, length))).toBe('note-malformed');
    }
  });

  test('any character changed: refused', () => {
    for (let at = 0; at < NOTE.length; at++) {
      const other = NOTE[at] === 'A' ? 'B' : 'A';
      expect(status(NOTE.slice(0, at) + other + NOTE.slice(at + 1))).not.toBe('passed');
    }
  });
});

describe('verifier keys', () => {
  test.each([PETER, ENOCH])('%s is read and written alike', (text) => {
    const { name, publicKey } = parseVerifierKey(text);
    expect(formatVerifierKey(name, publicKey)).toBe(text);
  });

  test('the key of the Go checksum database', () => {
    const text = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';
    const { name, keyId, publicKey } = parseVerifierKey(text);
    expect({ name, keyId }).toEqual({ name: 'sum.golang.org', keyId: '033de0ae' });
    expect(formatVerifierKey(name, publicKey)).toBe(text);
  });

  test('no part of it is a key', () => {
    for (let from = 0; from <= PETER.length; from++) {
      for (let to = from + 1; to <= PETER.length; to++) {
        if (from === 0 && to === PETER.length) continue;
        const code = expect.objectContaining({ code: 'ERR_PARSE_KEY' });
        expect(() => parseVerifierKey(PETER.slice(from, to))).toThrow(code);
      }
    }
  });

  test('no character of it may differ', () => {
    for (let at = 0; at < PETER.length; at++) {
      const next = String.fromCharCode(PETER.charCodeAt(at) + 1);
      const code = expect.objectContaining({ code: 'ERR_PARSE_KEY' });
      expect(() => parseVerifierKey(PETER.slice(0, at) + next + PETER.slice(at + 1))).toThrow(code);
    }
  });

  test.each([
    [
      'a longer key under its own id',
      'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==',
    ],
    [
      'an unknown algorithm under its own id',
      'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    ],
    ['an id in upper case', PETER.replace('c74f20a3', 'C74F20A3')],
    ['a newline behind', `${PETER}\n`],
    ['a control character in the name', PETER.replace('Peter', 'Pe\u0001er')],
    ['nothing', ''],
  ])('refused: %s', (_, text) => {
    expect(() => parseVerifierKey(text)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^ERR_(PARSE_KEY|USAGE)$/) }),
    );
  });
});

describe('signing', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');

  test('whatever text is signed verifies, under its own name and key only', () => {
    const line = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .filter((s) => s.isWellFormed() && !/[\u0000-\u001f]/.test(s));
    const name = fc.stringMatching(/^[a-z][a-z0-9./-]{0,30}$/);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), name, (lines, keyName) => {
        const text = `${lines.join('\n')}\n`;
        const note = signNote(text, keyName, privateKey);
        expect(parseNote(note).text).toBe(text);
        expect(verifyNote(note, publicKey, keyName).status).toBe('passed');
        expect(verifyNote(note, publicKey, `${keyName}x`).status).toBe('failed');
        expect(verifyNote(note, peter.publicKey, keyName).status).toBe('failed');
        expect(verifyNote(`x${note}`, publicKey, keyName).status).toBe('failed');
      }),
      { numRuns: 60 },
    );
  });

  test('a text that carries a signed note inside is not taken for it', () => {
    const outer = signNote(`${NOTE}appended\n`, 'log.example', privateKey);
    expect(status(outer)).toBe('signature-missing');
    expect(verifyNote(outer, publicKey, 'log.example').status).toBe('passed');
  });

  test.each(['abc', 'a\u0000b\n', 'a\r\n', '\ud800\n', ''])(
    'text that no note can carry: %j',
    (text) => {
      expect(() => signNote(text, 'log.example', privateKey)).toThrow(
        expect.objectContaining({ code: 'ERR_USAGE' }),
      );
    },
  );

  test.each(['', 'a b', 'a+b', 'a\u2028b', 'a\nb', 'a\u0001', '\ud800'])(
    'name that no key can have: %j',
    (name) => {
      const usage = expect.objectContaining({ code: 'ERR_USAGE' });
      expect(() => signNote(TEXT, name, privateKey)).toThrow(usage);
      expect(() => verifyNote(NOTE, publicKey, name)).toThrow(usage);
      expect(() => formatVerifierKey(name, publicKey)).toThrow(usage);
    },
  );

  test('other kinds of keys', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const ed448 = generateKeyPairSync('ed448');
    const wrong = expect.objectContaining({ code: 'ERR_PARSE_KEY' });
    for (const pair of [rsa, ec, ed448]) {
      expect(() => signNote(TEXT, 'log.example', pair.privateKey)).toThrow(wrong);
      expect(() => verifyNote(NOTE, pair.publicKey, 'PeterNeumann')).toThrow(wrong);
      expect(() => formatVerifierKey('log.example', pair.publicKey)).toThrow(wrong);
    }
    expect(() => signNote(TEXT, 'log.example', publicKey)).toThrow(wrong);
    expect(() => verifyNote(NOTE, privateKey, 'PeterNeumann')).toThrow(wrong);
    expect(createPublicKey(privateKey).equals(publicKey)).toBe(true);
  });
});
