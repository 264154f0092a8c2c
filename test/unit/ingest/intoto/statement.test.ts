// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';
import { edgeLines, encode, factsOf, readDocuments, type ReadDocument } from './read-document.ts';

const HEX = 'a3'.repeat(32);
const OTHER = 'b4'.repeat(32);
const SHA512 = 'c5'.repeat(64);
const SHA1 = 'd6'.repeat(20);
const COMMIT = '9cf2f782cdd83b6ce674e4ae3665c05f3451b829';

function statement(subject: unknown, more: Record<string, unknown> = {}): Uint8Array {
  return encode({
    _type: 'https://in-toto.io/Statement/v1',
    subject,
    predicateType: 'https://example.org/unknown/v1',
    predicate: { any: 'thing' },
    ...more,
  });
}

function read(bytes: Uint8Array): ReadDocument {
  const [document] = readDocuments(bytes, true);
  if (document === undefined) throw new Error('nothing read');
  return document;
}

function facts(bytes: Uint8Array): Facts {
  const found = read(bytes).reading?.facts;
  if (found === undefined) throw new Error('no facts');
  return found;
}

const codeOf = (bytes: Uint8Array): string | undefined => {
  const { error } = read(bytes);
  return isPedigreeError(error) ? error.code : undefined;
};
const problems = (bytes: Uint8Array): readonly string[] =>
  facts(bytes).problems.map(({ code }) => code);
const refs = (bytes: Uint8Array): readonly string[] => facts(bytes).nodes.map(({ ref }) => ref);

describe('statements with a predicate that nobody reads', () => {
  test('the statement attests its subjects; the predicate type is a qualifier', () => {
    const bytes = statement([{ name: 'a.csv', digest: { sha256: HEX } }]);
    expect(edgeLines(facts(bytes), ['predicateType'])).toEqual([
      `document:${sha256(bytes)} attests sha256:${HEX} predicateType=https://example.org/unknown/v1`,
    ]);
    const found = facts(bytes);
    expect(found.format).toBe('in-toto-statement');
    expect(found.version).toBe('https://example.org/unknown/v1');
    expect(found.statementKind).toBe('statement');
    expect(found.subjects.map((id) => found.nodes[id]?.ref)).toEqual([`sha256:${HEX}`]);
    expect(found.nodes.find(({ ref }) => ref === `sha256:${HEX}`)).toEqual({
      ref: `sha256:${HEX}`,
      kinds: ['Dataset'],
      names: ['a.csv'],
    });
    expect(read(bytes).reading?.conformant).toBe(true);
  });

  test('several digests of one subject are aliases around sha256; sha1 is a name', () => {
    const bytes = statement([{ name: 'a', digest: { sha1: SHA1, sha512: SHA512, sha256: HEX } }]);
    const lines = edgeLines(facts(bytes)).filter((line) => !line.includes(' attests '));
    expect(lines).toContain(`sha256:${HEX} alternateOf sha512:${SHA512}`);
    expect(lines.some((line) => line.endsWith(`namedAs sha1:${SHA1}`))).toBe(true);
    expect(refs(bytes)).toContain(`sha1:${SHA1}`);
  });

  test('SHA-256 in another spelling is sha256', () => {
    expect(refs(statement([{ name: 'a', digest: { 'SHA-256': HEX.toUpperCase() } }]))).toContain(
      `sha256:${HEX}`,
    );
  });

  test('two subjects of one name stay two things', () => {
    const bytes = statement([
      { name: 'model.pkl', digest: { sha256: HEX } },
      { name: 'model.pkl', digest: { sha256: OTHER } },
    ]);
    expect(facts(bytes).subjects).toHaveLength(2);
    expect(edgeLines(facts(bytes)).filter((line) => line.includes('alternateOf'))).toEqual([]);
  });

  test('a name never leaves the document', () => {
    const bytes = statement([{ name: 'model.pkl', digest: {} }]);
    expect(
      refs(bytes).every((ref) => ref.startsWith('local:') || ref.startsWith('document:')),
    ).toBe(true);
    expect(problems(bytes)).toEqual(['subject-without-digest']);
    expect(read(bytes).reading?.conformant).toBe(false);
  });

  test.each<[string, unknown, string]>([
    ['a placeholder', { sha256: 'TODO' }, 'placeholder-digest'],
    ['a digest of one repeated digit', { sha256: '0'.repeat(64) }, 'placeholder-digest'],
    ['a digest that is too short', { sha256: HEX.slice(1) }, 'placeholder-digest'],
    ['the digest of nothing', { sha256: sha256('').slice(7) }, 'empty-content'],
    ['one digest as a string', `sha256:${HEX}`, 'digest-not-a-set'],
    ['a digest that is a list', [HEX], 'digest-not-a-set'],
    ['a value that is no text', { sha256: 5 }, 'digest-malformed'],
    ['a sha1 in quotes', { sha1: `'${SHA1}'` }, 'digest-malformed'],
    ['a commit that is none', { gitCommit: 'main' }, 'digest-malformed'],
  ])('%s is a problem', (_, digest, code) => {
    expect(problems(statement([{ name: 'a', digest }]))).toContain(code);
  });

  test('a digest written as a string is read all the same; a placeholder is no node', () => {
    expect(refs(statement([{ name: 'a', digest: `sha256:${HEX}` }]))).toContain(`sha256:${HEX}`);
    expect(refs(statement([{ name: 'a', digest: { sha256: '0'.repeat(64) } }]))).not.toContain(
      `sha256:${'0'.repeat(64)}`,
    );
  });

  test('a commit with a repository is a coordinate, alone it is a name and an attribute', () => {
    const uri = 'git+https://github.com/org/repo@refs/heads/main';
    expect(refs(statement([{ uri, digest: { gitCommit: COMMIT } }]))).toContain(
      `git:github.com/org/repo@${COMMIT}`,
    );
    // SLSA v0.2 writes the commit of a git URI as sha1: the same coordinate
    expect(refs(statement([{ uri, digest: { sha1: COMMIT } }]))).toContain(
      `git:github.com/org/repo@${COMMIT}`,
    );
    const bare = facts(statement([{ name: 'git.head', digest: { gitCommit: COMMIT } }]));
    expect(bare.nodes.map(({ ref }) => ref)).toContain(`sha1:${COMMIT}`);
    expect(bare.nodes.find(({ attributes }) => attributes !== undefined)?.attributes).toEqual({
      gitCommit: COMMIT,
    });
  });

  test('a sha1 of a file is no commit', () => {
    expect(
      refs(statement([{ name: 'a', digest: { sha1: COMMIT } }])).some((ref) =>
        ref.startsWith('git:'),
      ),
    ).toBe(false);
  });

  test('values that are no hash are attributes', () => {
    const found = facts(
      statement([{ name: 'image', digest: { gce_image_id: '8970095005306000053' } }]),
    );
    expect(found.nodes.find(({ ref }) => ref.startsWith('local:'))?.attributes).toEqual({
      'digest.gce_image_id': '8970095005306000053',
    });
  });

  test('content identities of other kinds', () => {
    const gitoid = `gitoid:blob:sha256:${HEX}`;
    expect(refs(statement([{ name: 'a', digest: { 'gitoid:sha256': gitoid } }]))).toContain(gitoid);
    expect(refs(statement([{ name: 'a', digest: { oms: HEX } }]))).toContain(`oms:${HEX}`);
    expect(refs(statement([{ name: 'a', digest: { dirHash: HEX } }]))).toContain(`dirhash:${HEX}`);
    // SHA-1 object ids are not collision-free: no content identity
    const sha1 = refs(
      statement([{ name: 'a', digest: { 'gitoid:sha1': `gitoid:blob:sha1:${SHA1}` } }]),
    );
    expect(sha1.some((ref) => ref.startsWith('gitoid:'))).toBe(false);
  });

  test('a purl with a version is a coordinate of the digest, one without is a name', () => {
    const lines = edgeLines(
      facts(statement([{ name: 'pkg:npm/sigstore@1.3.0', digest: { sha512: SHA512 } }])),
    );
    expect(lines).toContain(`sha512:${SHA512} specializationOf pkg:npm/sigstore@1.3.0`);
    expect(refs(statement([{ uri: 'pkg:npm/sigstore', digest: { sha512: SHA512 } }]))).toContain(
      'pkg:npm/sigstore',
    );
  });

  test('a verification summary says its result', () => {
    const bytes = statement([{ uri: 'a', digest: { sha256: HEX } }], {
      predicateType: 'https://slsa.dev/verification_summary/v1',
      predicate: { verificationResult: 'FAILED' },
    });
    expect(edgeLines(facts(bytes), ['result'])[0]).toMatch(/ result=FAILED$/);
    expect(facts(bytes).statementKind).toBe('verification-summary');
  });
});

describe('what is no statement', () => {
  const subject = [{ name: 'a', digest: { sha256: HEX } }];

  test.each<[string, Record<string, unknown>]>([
    ['another _type', { _type: 'https://example.org/Statement/v1' }],
    ['a version that does not exist', { _type: 'https://in-toto.io/Statement/v2' }],
    ['a _type with something after it', { _type: 'https://in-toto.io/Statement/v1 ' }],
    ['no _type', { _type: undefined }],
    ['a _type that is no text', { _type: ['https://in-toto.io/Statement/v1'] }],
    ['no predicateType', { predicateType: undefined }],
    ['an empty predicateType', { predicateType: '' }],
    ['a subject that is no list', { subject: { name: 'a' } }],
    ['no subject', { subject: undefined }],
  ])('%s goes to quarantine', (_, more) => {
    expect(codeOf(statement(subject, more))).toBe('ERR_PARSE_DOCUMENT');
  });

  test("GUAC's snake case is another format", () => {
    const value = { type: 'https://in-toto.io/Statement/v1', predicate_type: 'x', subject };
    expect(read(encode(value)).detected).toBeUndefined();
  });
});

describe('predicates that are documents', () => {
  const bom = '{"bomFormat": "CycloneDX",\n "specVersion": "1.6", "version": 1.0}';
  const withPredicate = (predicateType: string, predicate: string, subjects: unknown): Uint8Array =>
    new TextEncoder().encode(
      `{"_type": "https://in-toto.io/Statement/v1", "subject": ${JSON.stringify(subjects)}, ` +
        `"predicateType": ${JSON.stringify(predicateType)}, "predicate": ${predicate}}`,
    );
  const one = [{ name: 'a', digest: { sha256: HEX } }];

  test.each([
    'https://cyclonedx.org/bom',
    'https://cyclonedx.org/bom/v1.6',
    'https://openvex.dev/ns/v0.2.0',
  ])('%s: exactly as written, about the subject', (predicateType) => {
    const [inner] = read(withPredicate(predicateType, bom, one)).reading?.inner ?? [];
    expect(new TextDecoder().decode(inner?.bytes)).toBe(bom);
    expect(inner?.subject).toBe(`sha256:${HEX}`);
  });

  test('tag-value SPDX is a string', () => {
    const bytes = withPredicate(
      'https://spdx.dev/Document',
      JSON.stringify('SPDXVersion: SPDX-2.3\n'),
      one,
    );
    const [inner] = read(bytes).reading?.inner ?? [];
    expect(new TextDecoder().decode(inner?.bytes)).toBe('SPDXVersion: SPDX-2.3\n');
  });

  test('about several things, or one without a digest: about none', () => {
    const two = [...one, { name: 'b', digest: { sha256: OTHER } }];
    for (const subjects of [two, [{ name: 'a' }]]) {
      const [inner] =
        read(withPredicate('https://cyclonedx.org/bom', bom, subjects)).reading?.inner ?? [];
      expect(inner).toBeDefined();
      expect(inner?.subject).toBeUndefined();
    }
  });

  test.each(['https://cyclonedx.org/bombastic', 'https://example.org/bom'])(
    '%s is not unpacked',
    (predicateType) => {
      expect(read(withPredicate(predicateType, bom, one)).reading?.inner).toBeUndefined();
    },
  );

  test.each(['5', 'null', '[]', '""'])('a predicate %s is no document', (predicate) => {
    const bytes = withPredicate('https://cyclonedx.org/bom', predicate, one);
    expect(problems(bytes)).toContain('predicate-malformed');
    expect(read(bytes).reading?.inner).toBeUndefined();
  });
});

describe('type confusion', () => {
  const wrap = (payloadType: string, payload: Uint8Array): Uint8Array =>
    encode({
      payloadType,
      payload: Buffer.from(payload).toString('base64'),
      signatures: [{ sig: 'c2ln' }],
    });
  const good = statement([{ name: 'a', digest: { sha256: HEX } }]);
  const inToto = 'application/vnd.in-toto+json';

  test('a statement under its own payload type keeps its signature', () => {
    const document = read(wrap(inToto, good));
    expect(document.reading?.envelope?.payload).toEqual(good);
    expect(document.reading?.conformant).toBe(true);
  });

  test.each<[string, string, Uint8Array]>([
    ['a statement signed as something else', 'application/vnd.cyclonedx+json', good],
    ['a statement with another predicate signed as text', 'text/plain', good],
    [
      'a link signed as something else',
      'application/json',
      encode({ _type: 'link', name: 'a', materials: {}, products: {} }),
    ],
    [
      'a statement of a wrong _type signed as something else',
      'application/json',
      encode({ _type: 'x', predicateType: 'y', subject: [] }),
    ],
    ['a BOM signed as in-toto', inToto, encode({ bomFormat: 'CycloneDX', specVersion: '1.6' })],
    ['an empty object signed as in-toto', inToto, encode({})],
  ])('%s: the payload stays, the signature does not count', (_, payloadType, payload) => {
    const document = read(wrap(payloadType, payload));
    expect(document.reading?.envelope).toBeUndefined();
    expect(document.reading?.inner?.map(({ bytes }) => bytes)).toEqual([payload]);
    expect(document.reading?.facts.problems.map(({ code }) => code)).toEqual([
      'payload-type-confusion',
    ]);
    expect(document.reading?.conformant).toBe(false);
  });

  test('a statement of a wrong _type under the in-toto payload type is quarantined by itself', () => {
    const document = read(
      wrap(inToto, statement([], { _type: 'https://example.org/Statement/v1' })),
    );
    expect(document.reading?.envelope).toBeDefined();
    expect(document.inner[0]?.error).toMatchObject({ code: 'ERR_PARSE_DOCUMENT' });
  });

  test.each(['', 'not json', '[]', '5'])(
    'a payload %j is no confusion: it fails by itself',
    (payload) => {
      const document = read(wrap(inToto, new TextEncoder().encode(payload)));
      expect(document.reading?.envelope).toBeDefined();
      expect(factsOf(wrap(inToto, new TextEncoder().encode(payload)))).toEqual([]);
    },
  );
});
