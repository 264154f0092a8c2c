// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { createTrustRoots } from '../../../attest/trust/roots.ts';
import { parseInstant } from '../../../core/instant.ts';
import { prepareDocument, type PreparedDocument } from '../../../ingest/prepare.ts';

const TRUST = {
  roots: createTrustRoots([]),
  teeAnchors: new Map(),
  at: parseInstant('2026-01-01T00:00:00Z'),
};

async function readAll(document: string | object, strict = true): Promise<PreparedDocument[]> {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return prepareDocument(new TextEncoder().encode(text), 'document', TRUST, { strict });
}

async function readOne(document: string | object, strict = true): Promise<PreparedDocument> {
  const [outer] = await readAll(document, strict);
  if (outer === undefined) throw new Error('nothing was read');
  return outer;
}

const codes = ({ problems }: PreparedDocument): string[] => problems.map(({ code }) => code);

describe('standing', () => {
  const link = { _type: 'link', name: 'step', materials: {}, products: {} };
  const metablock = (signatures: unknown[]): object => ({ signed: link, signatures });
  const payload = Buffer.from(JSON.stringify(link)).toString('base64');
  const dsse = (signatures: unknown[]): object => ({
    payloadType: 'application/vnd.in-toto+json',
    payload,
    signatures,
  });

  test.each([
    ['a metablock', metablock([])],
    ['an envelope', dsse([])],
  ])('%s that nobody signed is kept, and proves nothing', async (_, document) => {
    const [outer, inner] = await readAll(document);
    expect(outer).toMatchObject({ standing: 'accepted', signature: { status: 'failed' } });
    expect(outer?.signature?.signers).toEqual([]);
    expect(outer && codes(outer)).toEqual(['no-signature']);
    expect(outer?.conformant).toBe(false);
    expect(inner?.standing).toBe('accepted');
  });

  test.each([
    ['empty', { keyid: 'a', sig: '' }],
    ['no base64', { keyid: 'a', sig: '***' }],
    ['base64 with bits left over', { keyid: 'a', sig: 'MEUCIQDtest' }],
  ])('a signature that is %s quarantines the envelope alone', async (_, signature) => {
    const [outer, inner] = await readAll(dsse([signature]));
    expect(outer?.standing).toBe('quarantined');
    expect(inner?.standing).toBe('accepted');
  });

  test.each([
    ['<?xml version="1.0"?>', 'quarantined'],
    ['  <?xml version="1.0" encoding="UTF-8"?>\n<!-- nothing -->', 'quarantined'],
    ['<?xml version="1.0"?><bom', 'quarantined'],
    ['<?xml version="1.0"?><weather/>', 'opaque'],
    ['<?xmlish?>', 'opaque'],
    ['a <?xml version="1.0"?>', 'opaque'],
    ['{"a": }', 'quarantined'],
  ])('%j is %s', async (text, standing) => {
    expect(await readOne(text)).toMatchObject({ standing });
  });
});

describe('strict mode', () => {
  test('lists once what it refuses and the reader tolerates', async () => {
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'a' }],
      predicateType: 'https://example.org/x',
      predicate: {},
    };
    const strict = await readOne(statement);
    expect(codes(strict)).toEqual(['subject-without-digest']);
    expect(strict.conformant).toBe(false);
    expect(await readOne(statement, false)).toMatchObject({ conformant: null });
    expect(codes(await readOne(statement, false))).toEqual(['subject-without-digest']);
  });

  const scorecard = {
    date: '2022-10-06',
    repo: { name: 'github.com/a/b', commit: '5835544ca568b757a8ecae5c153f317e5736700e' },
    scorecard: { version: 'v4.7.0' },
    score: 8.9,
    checks: [],
  };

  test('a score of nothing is kept, and is about nothing', async () => {
    expect(await readOne(scorecard)).toMatchObject({ conformant: true, problems: [] });
    const lost = await readOne({ ...scorecard, repo: { commit: scorecard.repo.commit } });
    expect(lost).toMatchObject({ standing: 'accepted', conformant: false });
    expect(codes(lost)).toEqual(['no-subject', 'field-missing']);
    expect(lost.facts?.nodes.map(({ ref }) => ref)).toEqual([lost.digest]);
    expect(lost.facts?.nodes[0]?.attributes).toMatchObject({
      time: '2022-10-06',
      'summary.score': '8.9',
      'summary.commit': scorecard.repo.commit,
    });
  });

  const facet = {
    _producer: 'https://example.org',
    _schemaURL: 'https://openlineage.io/spec/facets/1-0-0/ColumnLineageDatasetFacet.json',
  };
  test('facets that stand alone name their producer and their schema', async () => {
    const alone = await readOne({ columnLineage: { ...facet, fields: {} } });
    expect(alone).toMatchObject({ format: 'openlineage-facet', conformant: true });
    const { _schemaURL } = facet;
    const unnamed = await readOne({ columnLineage: { _schemaURL, fields: {} } });
    expect(unnamed).toMatchObject({ format: 'opaque', conformant: null });
  });

  test.each([
    ['---\n[]\n---\n\n# title\n', 'hf-model-card', false],
    ['---\n- a\n- b\n---\n# title\n', 'hf-model-card', false],
    ['---\n[]\n---\nno heading', 'opaque', null],
    ['---\n- hosts: all\n---\n- hosts: none\n', 'opaque', null],
    ['# title\n\ntext', 'opaque', null],
  ])('front matter that is a list: %j', async (text, format, conformant) => {
    expect(await readOne(text)).toMatchObject({ format, conformant });
  });
});

describe('what a document says of the making of its facts', () => {
  test('the entry point of a build', async () => {
    const provenance = (predicateType: string, predicate: object): object => ({
      _type: 'https://in-toto.io/Statement/v0.1',
      subject: [{ name: 'a', digest: { sha256: 'ab'.repeat(32) } }],
      predicateType,
      predicate: { builder: { id: 'https://example.org/b' }, ...predicate },
    });
    const v02 = provenance('https://slsa.dev/provenance/v0.2', {
      buildType: 'x',
      invocation: { configSource: { entryPoint: 'build.yaml' } },
    });
    const v01 = provenance('https://slsa.dev/provenance/v0.1', {
      recipe: { type: 'x', entryPoint: 'build.yaml' },
    });
    for (const document of [v01, v02]) {
      const read = await readOne(document);
      const run = read.facts?.nodes.find(({ kinds }) => kinds.includes('Run'));
      expect(run?.attributes?.['entryPoint']).toBe('build.yaml');
      // an entry point alone is no artefact, and no fault
      expect(codes(read)).toEqual([]);
    }
  });

  test('how a signed model was turned into digests', async () => {
    const digest = 'ab'.repeat(32);
    const read = await readOne({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'm', digest: { sha256: digest } }],
      predicateType: 'https://model_signing/signature/v1.0',
      predicate: {
        serialization: {
          method: 'shards',
          hash_type: 'sha256',
          allow_symlinks: false,
          shard_size: 8.0,
          ignore_paths: ['.git', 'model.sig'],
        },
        resources: [],
      },
    });
    const root = read.facts?.nodes[read.facts.subjects[0] ?? -1];
    expect(root?.attributes).toEqual({
      method: 'shards',
      hashType: 'sha256',
      allowSymlinks: 'false',
      shardSize: '8',
      ignorePaths: '.git model.sig',
    });
  });
});
