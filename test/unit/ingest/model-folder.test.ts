// SPDX-License-Identifier: Apache-2.0
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hexOf, sha256 } from '../../../core/digest.ts';
import { isPedigreeError } from '../../../core/errors.ts';
import { extractModelFolder } from '../../../ingest/extract/model-folder.ts';
import { readModelFolder } from '../../../ingest/receive/model-folder.ts';
import { comparePaths, modelDigest } from '../../../schemas/oms/model-digest.ts';
import { describeShared, sharedPath } from '../../support/shared.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pedigree-model-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

let folders = 0;
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = join(root, `model-${folders++}`);
  mkdirSync(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

async function codeOf(reading: Promise<unknown>): Promise<string | undefined> {
  return reading.then(
    () => undefined,
    (error: unknown) => (isPedigreeError(error) ? error.code : 'no PedigreeError'),
  );
}

const MODEL = { 'a.txt': '1\n', 'a/z': '2\n', 'a-b': '3\n', 'é/x': '4\n', '.hidden': '5\n' };
const MORE = { B: '7\n', '😀': '8\n', '\uffff': '9\n' };

describe('a folder as one model', () => {
  test('files are taken in the order of model_signing: part by part, by code points', async () => {
    const { files } = await readModelFolder(folderOf({ ...MODEL, ...MORE }));
    expect(files.map(({ path }) => path)).toEqual([
      ...['.hidden', 'B', 'a/z', 'a-b', 'a.txt', 'é/x', '\uffff', '😀'],
    ]);
  });

  test('the digest that hashlib gives over the paths as PurePosixPath sorts them', async () => {
    const folder = folderOf({ ...MODEL, B: '7\n', '😀': '8\n', '\ufffd': '9\n', 'model.sig': 'x' });
    const { root: digest } = await readModelFolder(folder);
    expect(digest).toBe('sha256:7f819757bba47ec4223f0f05f6514ac45449afe5ec2d58ebb9b202ca6d67aee7');
  });

  test('what git and the signature leave at the top is no part of the model; deeper down it is', async () => {
    const plain = await readModelFolder(folderOf(MODEL));
    const ignored = {
      '.git/config': 'x',
      '.gitattributes': 'x',
      '.github/a': 'x',
      '.gitignore': 'x',
    };
    const checkout = await readModelFolder(folderOf({ ...MODEL, ...ignored, 'model.sig': 'x' }));
    expect(checkout.root).toBe(plain.root);
    const deeper = await readModelFolder(folderOf({ ...MODEL, 'a/model.sig': 'x' }));
    expect(deeper.root).not.toBe(plain.root);
    const other = await readModelFolder(folderOf({ ...MODEL, 'model.sig.bak': 'x' }));
    expect(other.root).not.toBe(plain.root);
  });

  test('links are refused, wherever they lead, also at depth and to folders', async () => {
    for (const [at, target] of [
      ['link', 'a.txt'],
      ['a/link', '../a.txt'],
      ['folder', 'a'],
      ['out', '/'],
      ['nothing', 'not-there'],
    ] as const) {
      const folder = folderOf(MODEL);
      symlinkSync(target, join(folder, at));
      expect(await codeOf(readModelFolder(folder))).toBe('ERR_PATH_OUTSIDE');
    }
  });

  test('an empty folder, a missing one and a file are no model', async () => {
    expect(await codeOf(readModelFolder(folderOf({})))).toBe('ERR_USAGE');
    expect(await codeOf(readModelFolder(folderOf({ '.git/HEAD': 'x' })))).toBe('ERR_USAGE');
    expect(await codeOf(readModelFolder(join(root, 'not-there')))).toBe('ERR_NOT_FOUND');
    expect(await codeOf(readModelFolder(join(folderOf(MODEL), 'a.txt')))).toBe('ERR_NOT_FOUND');
  });

  test('more files than allowed are refused, exactly as many are read', async () => {
    expect(await codeOf(readModelFolder(folderOf(MODEL), 4))).toBe('ERR_LIMIT_ITEMS');
    expect((await readModelFolder(folderOf(MODEL), 5)).files).toHaveLength(5);
  });

  test('its facts: the root contains each file; an empty file joins nothing', async () => {
    const facts = extractModelFolder(await readModelFolder(folderOf({ 'a.onnx': 'x', b: '' })));
    expect(facts.nodes.map(({ ref, kinds }) => [ref, kinds])).toEqual([
      [expect.stringMatching(/^oms:[0-9a-f]{64}$/), ['Model']],
      [sha256('x'), ['Model']],
    ]);
    expect(facts.edges.map(({ relation, strength }) => [relation, strength])).toEqual([
      ['contains', 'computed'],
    ]);
    expect(facts.problems.map(({ code }) => code)).toEqual(['empty-content']);
  });

  test('the order is total, and the digest does not hang on the order of finding', () => {
    const part = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 4 })
      .map((text) => text.replaceAll('/', '_'));
    const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 2, maxLength: 8 }), (paths) => {
        const files = paths.map((one) => ({ path: one, digest: sha256(one) }));
        expect(modelDigest(files)).toBe(modelDigest(files.toReversed()));
        // another file, or another content, is another model
        expect(modelDigest(files.slice(1))).not.toBe(modelDigest(files));
        const [first, ...others] = files;
        const changed = [{ path: first?.path ?? '', digest: sha256('other') }, ...others];
        expect(modelDigest(changed)).not.toBe(modelDigest(files));
        for (const a of paths) {
          for (const b of paths) {
            expect(Math.sign(comparePaths(a, b))).toBe(-Math.sign(comparePaths(b, a)) + 0);
            expect(comparePaths(a, b) === 0).toBe(a === b);
          }
        }
      }),
    );
  });
});

/** The subject of the payload that a signature carries. */
function signedRoot(signature: string): string {
  const bundle = JSON.parse(readFileSync(signature, 'utf8')) as {
    dsseEnvelope: { payload: string };
  };
  const payload = JSON.parse(
    Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString('utf8'),
  ) as { subject: { digest: { sha256: string } }[] };
  return payload.subject[0]?.digest.sha256 ?? '';
}

describeShared('model folders that model_signing signed', () => {
  test.each(['triage-v1', 'triage-v2'])('%s', async (name) => {
    const folder = await readModelFolder(sharedPath(`samples/story/models/${name}`));
    const signed = signedRoot(sharedPath(`samples/model-signing/${name}.key.sig`));
    expect(hexOf(folder.root)).toBe(signed);
  });

  test('a data set signed the same way', async () => {
    const folder = await readModelFolder(sharedPath('samples/story/data/split'));
    expect(hexOf(folder.root)).toBe(
      signedRoot(sharedPath('samples/model-signing/dataset-split.key.sig')),
    );
    const facts = extractModelFolder(folder);
    expect(facts.nodes[0]?.kinds).toEqual(['Dataset']);
  });

  test('every good fixture whose folder is all that was signed; a changed one differs', async () => {
    const cases = readdirSync(sharedPath('corpus/oms')).filter((name) => name.startsWith('v1.'));
    expect(cases.length).toBeGreaterThanOrEqual(6);
    let equal = 0;
    for (const name of cases) {
      const { root: digest, files } = await readModelFolder(sharedPath(`corpus/oms/${name}/model`));
      // "ignore-me" is left out by those signatures that list it, by name, among their ignored paths
      const signed = files.filter(({ path }) => path !== 'ignore-me');
      expect(hexOf(modelDigest(signed))).toBe(
        signedRoot(sharedPath(`corpus/oms/${name}/model.sig`)),
      );
      if (digest === modelDigest(signed)) equal++;
    }
    expect(equal).toBeGreaterThanOrEqual(3);
    for (const name of [
      'bad-extra-file-v1.0.1-certificate',
      'bad-hash-mismatch-v1.0.0-certificate',
    ]) {
      const { root: digest } = await readModelFolder(sharedPath(`corpus/oms/${name}/model`));
      expect(hexOf(digest)).not.toBe(signedRoot(sharedPath(`corpus/oms/${name}/model.sig`)));
    }
  });
});
