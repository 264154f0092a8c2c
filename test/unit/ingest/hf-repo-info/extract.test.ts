// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { hexOf, sha256 } from '../../../../core/digest.ts';
import { hfRepoInfoReader } from '../../../../ingest/extract/hf-repo-info.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { detectHfRepoInfo } from '../../../../schemas/hf-repo-info/parse.ts';
import { assertSound, codesOf, readWith, refEdges } from '../../../support/ml-documents.ts';

const SHA = '0123456789abcdef0123456789abcdef01234567';
const large = (rfilename: string, sha: string): object => ({
  rfilename,
  size: 3,
  blobId: SHA,
  lfs: { sha256: sha, size: 3, pointerSize: 134 },
});

function read(document: object): ReturnType<typeof readWith> {
  const reading = readWith(detectHfRepoInfo, hfRepoInfoReader, JSON.stringify(document));
  assertSound(reading.facts);
  return reading;
}

const model = (siblings: object[], more: object = {}): object => ({
  modelId: 'acme/triage',
  id: 'acme/triage',
  sha: SHA,
  siblings,
  ...more,
});

describe('hf-repo-info', () => {
  test("the Hub's own answer about a model", () => {
    const { facts } = read(model([large('model.safetensors', hexOf(sha256('weights')))]));
    expect(refEdges(facts, 'contains')).toEqual([
      `hf:acme/triage@${SHA} contains ${sha256('weights')}`,
    ]);
    const file = facts.nodes.find(({ ref }) => ref === sha256('weights'));
    expect(file).toMatchObject({ kinds: ['Model'], names: ['model.safetensors'] });
  });

  test('files that only git knows are counted, and git ids join nothing', () => {
    const { facts } = read(model([{ rfilename: 'config.json', size: 2, blobId: SHA }]));
    expect(codesOf(facts)).toEqual(['no-digest']);
    expect(facts.nodes.map(({ ref }) => ref).join()).not.toContain(`sha1:${SHA}`);
  });

  test.each(['0'.repeat(64), 'abc', hexOf(sha256(''))])('%s is no digest of a file', (sha) => {
    const { facts } = read(model([large('x.bin', sha)]));
    expect(facts.nodes.some(({ ref }) => ref.startsWith('sha256:'))).toBe(false);
    expect(codesOf(facts)).toHaveLength(1);
  });

  test('documents inside are about the commit', () => {
    const documents = [{ path: 'README.md', text: '---\nlicense: mit\n---\n' }];
    const { inner } = read({
      repoType: 'dataset',
      id: 'acme/d',
      sha: SHA,
      siblings: [],
      documents,
    });
    expect(inner).toMatchObject([{ name: 'README.md', subject: `hf:datasets/acme/d@${SHA}` }]);
  });

  test.each<[string, object]>([
    ['a branch in place of a commit', model([], { sha: 'main' })],
    ['no files', { modelId: 'a/b', id: 'a/b', sha: SHA }],
    ['a space', { repoType: 'space', id: 'a/b', sha: SHA, siblings: [] }],
    ['a type that nobody says', { id: 'a/b', sha: SHA, siblings: [] }],
  ])('%s: not recognised', (_, document) => {
    const decoded = decode(new TextEncoder().encode(JSON.stringify(document)));
    expect(detectHfRepoInfo(decoded)).toBeUndefined();
  });

  test('an id that is no repository joins nothing', () => {
    const { facts } = read(model([], { id: '../../etc', modelId: '../../etc' }));
    expect(facts.nodes.some(({ ref }) => ref.startsWith('hf:'))).toBe(false);
    expect(codesOf(facts)).toEqual(['not-a-repository-path']);
  });
});
