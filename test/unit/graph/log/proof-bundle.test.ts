// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { entryLeafHash } from '../../../../graph/log/leaf.ts';
import { MerkleTree } from '../../../../graph/log/merkle-tree.ts';
import {
  createProofBundle,
  parseProofBundle,
  proveInclusion,
  verifyProofBundle,
} from '../../../../graph/log/proof-bundle.ts';
import type { ProofBundle } from '../../../../graph/log/proof-bundle.ts';
import { formatVerifierKey } from '../../../../graph/log/signed-note.ts';
import { eventOf, LOG_KEYS, memoryLog, ORIGIN, OTHER_KEYS, saltOf } from './memory-log.ts';

const LOG = memoryLog(77);
const CHECKPOINT = LOG.checkpoint();
const BUNDLE = await proveInclusion(LOG, 42, CHECKPOINT);
const TEXT = JSON.stringify(BUNDLE);

function codeOf(bundle: ProofBundle, keys = LOG_KEYS, name = ORIGIN): string {
  const verdict = verifyProofBundle(bundle, keys.publicKey, name);
  return verdict.status === 'passed' ? 'passed' : verdict.findings[0].code;
}

describe('a proof bundle', () => {
  test('holds for every entry of every small log, as text, and says which event it was', async () => {
    for (const size of [1, 2, 3, 7, 8, 9, 33]) {
      const log = memoryLog(size);
      for (let index = 0; index < size; index++) {
        const bundle = parseProofBundle(
          JSON.stringify(await proveInclusion(log, index, log.checkpoint())),
        );
        expect(verifyProofBundle(bundle, LOG_KEYS.publicKey, ORIGIN)).toEqual({
          status: 'passed',
          value: { origin: ORIGIN, index, size, event: eventOf(index) },
          warnings: [],
        });
      }
    }
  });

  test('has exactly the members that docs/log.md names', () => {
    expect(Object.keys(BUNDLE)).toEqual([
      'origin',
      'index',
      'size',
      'entry',
      'proof',
      'checkpoint',
    ]);
    expect(Object.keys(BUNDLE.entry)).toEqual(['event', 'salt']);
    expect(BUNDLE).toMatchObject({ origin: ORIGIN, index: 42, size: 77, checkpoint: CHECKPOINT });
  });

  test('can be proven against an older checkpoint of a log that went on', async () => {
    const log = memoryLog(50);
    const old = log.checkpoint();
    log.grow(30);
    expect(codeOf(await proveInclusion(log, 49, old))).toBe('passed');
    const missing = expect.objectContaining({ code: 'ERR_NOT_FOUND' });
    await expect(proveInclusion(log, 50, old)).rejects.toThrow(missing);
  });

  test('is the same from a tree in memory', () => {
    const tree = new MerkleTree();
    for (const entry of LOG.entryList) tree.append(entryLeafHash(entry.event, entry.salt));
    const entry = LOG.entryList[42];
    if (entry === undefined) throw new Error('no entry');
    expect(createProofBundle(entry, CHECKPOINT, tree.nodeAt)).toEqual(BUNDLE);
  });
});

describe('the script in docs/log.md, which knows nothing of this product', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pedigree-proof-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/log.md'), 'utf8');
  const script = join(folder, 'check-proof.mjs');
  writeFileSync(script, /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '');

  function check(bundle: ProofBundle, key = formatVerifierKey(ORIGIN, LOG_KEYS.publicKey)) {
    const file = join(folder, 'bundle.json');
    writeFileSync(file, JSON.stringify(bundle));
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, file, key], {
      encoding: 'utf8',
    });
    return { status, text: stdout + stderr };
  }

  test('accepts a bundle', () => {
    const { status, text } = check(BUNDLE);
    expect(text).toBe(`PROVEN: entry 42 of ${ORIGIN} is ${BUNDLE.entry.event}\n`);
    expect(status).toBe(0);
  });

  test.each<[string, Partial<ProofBundle>, string]>([
    ['another event', { entry: { ...BUNDLE.entry, event: '{}' } }, 'another root'],
    ['another index', { index: 43 }, 'another root'],
    ['another size', { size: 78 }, 'another size'],
    ['a proof cut short', { proof: BUNDLE.proof.slice(1) }, 'too short'],
    ['a proof made longer', { proof: [...BUNDLE.proof, saltOf(1)] }, 'too long'],
    [
      'a checkpoint altered',
      { checkpoint: CHECKPOINT.replace('\n77\n', '\n78\n') },
      'does not hold',
    ],
    ['a checkpoint of another key', { checkpoint: LOG.checkpoint(OTHER_KEYS) }, 'not signed'],
  ])('refuses %s', (_, change, reason) => {
    const { status, text } = check({ ...BUNDLE, ...change });
    expect(text).toMatch(/^NOT PROVEN: /);
    expect(text).toContain(reason);
    expect(status).toBe(1);
  });

  test('refuses another key', () => {
    expect(check(BUNDLE, formatVerifierKey(ORIGIN, OTHER_KEYS.publicKey)).status).toBe(1);
  });
});

describe('a proof bundle is refused', () => {
  test.each<[string, Partial<ProofBundle>, string]>([
    ['another index', { index: 43 }, 'root-mismatch'],
    ['an index beyond the tree', { index: 77 }, 'index-out-of-range'],
    ['another size', { size: 78 }, 'bundle-mismatch'],
    ['another origin', { origin: 'example.com/other' }, 'bundle-mismatch'],
    ['another event', { entry: { ...BUNDLE.entry, event: '{}' } }, 'root-mismatch'],
    [
      'the event with a space',
      { entry: { ...BUNDLE.entry, event: `${BUNDLE.entry.event} ` } },
      'root-mismatch',
    ],
    ['another salt', { entry: { ...BUNDLE.entry, salt: saltOf(43) } }, 'root-mismatch'],
    ['no salt', { entry: { ...BUNDLE.entry, salt: '' } }, 'salt-malformed'],
    ['no proof', { proof: [] }, 'proof-too-short'],
    ['a proof cut short', { proof: BUNDLE.proof.slice(1) }, 'proof-too-short'],
    ['a proof made longer', { proof: [...BUNDLE.proof, saltOf(1)] }, 'proof-too-long'],
    ['a proof of other hashes', { proof: BUNDLE.proof.toReversed() }, 'root-mismatch'],
    ['a proof of no hashes', { proof: ['x'] }, 'proof-malformed'],
    ['no checkpoint', { checkpoint: '' }, 'note-malformed'],
    [
      'a checkpoint of another key',
      { checkpoint: LOG.checkpoint(OTHER_KEYS) },
      'signature-missing',
    ],
    [
      'a checkpoint of another log',
      { checkpoint: LOG.checkpoint(LOG_KEYS, 'example.com/other') },
      'signature-missing',
    ],
    ['a checkpoint of another size', { checkpoint: memoryLog(78).checkpoint() }, 'bundle-mismatch'],
    [
      'a checkpoint altered',
      { checkpoint: CHECKPOINT.replace('\n77\n', '\n78\n') },
      'signature-invalid',
    ],
  ])('%s', (_, change, code) => {
    expect(codeOf({ ...BUNDLE, ...change })).toBe(code);
  });

  test('under another key or name', () => {
    expect(codeOf(BUNDLE, OTHER_KEYS)).toBe('signature-missing');
    expect(codeOf(BUNDLE, LOG_KEYS, 'example.com/other')).toBe('signature-missing');
  });

  test('an event that was logged but is not canonical', async () => {
    const log = memoryLog(1);
    const tree = new MerkleTree();
    const entry = { index: 0, event: '{"a": 1}', salt: saltOf(0) };
    tree.append(entryLeafHash(entry.event, entry.salt));
    log.headValue = { ...log.headValue, frontier: [tree.root()] };
    expect(codeOf(createProofBundle(entry, log.checkpoint(), tree.nodeAt))).toBe(
      'event-not-canonical',
    );
    await expect(proveInclusion(log, 0, log.checkpoint())).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_LOG_CORRUPT' }),
    );
  });

  test('with any character of its text changed, or cut anywhere', () => {
    const accepted = (text: string): boolean => {
      try {
        return codeOf(parseProofBundle(text)) === 'passed';
      } catch (error) {
        if (isPedigreeError(error)) return false;
        throw error;
      }
    };
    expect(accepted(TEXT)).toBe(true);
    for (let at = 0; at < TEXT.length; at++) {
      expect(
        accepted(TEXT.slice(0, at) + (TEXT[at] === '0' ? '1' : '0') + TEXT.slice(at + 1)),
      ).toBe(false);
    }
    for (let at = 0; at < TEXT.length; at += 7) expect(accepted(TEXT.slice(0, at))).toBe(false);
  });

  test('as anything else that JSON can say, with a code', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(() => parseProofBundle(text)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^ERR_PARSE_/) }),
        );
      }),
    );
  });

  test.each([
    ['no object', '[]', ''],
    ['a member more', JSON.stringify({ ...BUNDLE, note: 'x' }), ''],
    ['a member less', JSON.stringify({ ...BUNDLE, origin: undefined }), ''],
    [
      'a member more in the entry',
      JSON.stringify({ ...BUNDLE, entry: { ...BUNDLE.entry, by: 'x' } }),
      '/entry',
    ],
    ['members that are only inherited', TEXT.replace('"origin"', '"__proto__"'), ''],
    ['an index as text', JSON.stringify({ ...BUNDLE, index: '42' }), '/index'],
    ['a negative index', JSON.stringify({ ...BUNDLE, index: -1 }), '/index'],
    ['a fraction', JSON.stringify({ ...BUNDLE, size: 0.5 }), '/size'],
    ['an unsafe size', JSON.stringify({ ...BUNDLE, size: 2 ** 53 }), '/size'],
    [
      'the event as an object',
      JSON.stringify({ ...BUNDLE, entry: { event: {}, salt: saltOf(1) } }),
      '/entry/event',
    ],
    [
      'a salt that is none',
      JSON.stringify({ ...BUNDLE, entry: { event: '{}', salt: 'x' } }),
      '/entry/salt',
    ],
    ['a proof that is no list', JSON.stringify({ ...BUNDLE, proof: {} }), '/proof'],
    ['a proof of numbers', JSON.stringify({ ...BUNDLE, proof: [1] }), '/proof'],
    [
      'a checkpoint that is no text',
      JSON.stringify({ ...BUNDLE, checkpoint: null }),
      '/checkpoint',
    ],
  ])('with %s', (_, text, at) => {
    expect(() => parseProofBundle(text)).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT', at }),
    );
  });

  test('with a member written twice', () => {
    expect(() => parseProofBundle(TEXT.replace('{', '{"index":1,'))).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DUPLICATE_KEY' }),
    );
  });
});

describe('no bundle is made', () => {
  const corrupt = expect.objectContaining({ code: 'ERR_LOG_CORRUPT' });
  const missing = expect.objectContaining({ code: 'ERR_NOT_FOUND' });

  test.each([77, 1000, -1, 0.5, NaN])('for index %s', async (index) => {
    await expect(proveInclusion(LOG, index, CHECKPOINT)).rejects.toThrow(missing);
  });

  test('for an empty log', async () => {
    await expect(proveInclusion(memoryLog(0), 0, memoryLog(0).checkpoint())).rejects.toThrow(
      missing,
    );
  });

  test('against a checkpoint that the log does not give', async () => {
    await expect(proveInclusion(memoryLog(76), 42, CHECKPOINT)).rejects.toThrow(corrupt);
    const altered = memoryLog(77);
    altered.entryList = altered.entryList.map((e) =>
      e.index === 3 ? { ...e, salt: saltOf(4) } : e,
    );
    await expect(proveInclusion(altered, 42, CHECKPOINT)).rejects.toThrow(corrupt);
    const malformed = memoryLog(77);
    malformed.entryList = malformed.entryList.map((e) => (e.index === 3 ? { ...e, salt: '' } : e));
    await expect(proveInclusion(malformed, 42, CHECKPOINT)).rejects.toThrow(corrupt);
  });

  test('for an entry that is misnumbered', async () => {
    const renamed = memoryLog(77);
    renamed.entryList = renamed.entryList.map((e) => (e.index === 42 ? { ...e, index: 41 } : e));
    await expect(proveInclusion(renamed, 42, CHECKPOINT)).rejects.toThrow(corrupt);
  });

  test('against something that is no checkpoint', async () => {
    await expect(proveInclusion(LOG, 42, 'x')).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT' }),
    );
  });
});
