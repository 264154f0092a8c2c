// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';
import { edgeLines, encode, readDocuments, type ReadDocument } from './read-document.ts';

const hex = (digit: string): string => `${digit}1`.repeat(32);

function read(value: unknown): ReadDocument {
  const [document] = readDocuments(encode(value), true);
  if (document === undefined) throw new Error('nothing read');
  return document;
}

function facts(value: unknown): Facts {
  const found = read(value).reading?.facts;
  if (found === undefined) throw new Error('no facts');
  return found;
}

const codes = (value: unknown): readonly string[] => facts(value).problems.map(({ code }) => code);
const contains = (value: unknown): readonly string[] =>
  edgeLines(facts(value)).filter((line) => line.includes(' contains '));

describe('model signatures', () => {
  interface Resource {
    readonly name: string;
    readonly algorithm: string;
    readonly digest: string;
  }
  const file = (name: string, digit: string): Resource => ({
    name,
    algorithm: 'sha256',
    digest: hex(digit),
  });
  const rootOf = (resources: readonly Resource[]): string => {
    const hash = createHash('sha256');
    for (const { digest } of resources) hash.update(Buffer.from(digest, 'hex'));
    return hash.digest('hex');
  };

  function signature(
    resources: readonly unknown[],
    root: string,
    more: Record<string, unknown> = {},
  ): unknown {
    return {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'my-model', digest: { sha256: root } }],
      predicateType: 'https://model_signing/signature/v1.0',
      predicate: {
        serialization: { method: 'files', hash_type: 'sha256', ignore_paths: ['.git'] },
        resources,
      },
      ...more,
    };
  }
  const signed = (...resources: readonly Resource[]): unknown =>
    signature(resources, rootOf(resources));

  test('the root contains each file; the document attests the root', () => {
    const resources = [file('model.onnx', 'a'), file('d/train.json', 'b')];
    const root = `oms:${rootOf(resources)}`;
    const found = facts(signed(...resources));
    expect(contains(signed(...resources))).toEqual([
      `${root} contains sha256:${hex('a')}`,
      `${root} contains sha256:${hex('b')}`,
    ]);
    expect(edgeLines(found).some((line) => line.includes(`attests ${root}`))).toBe(true);
    expect(found.nodes.find(({ ref }) => ref === root)).toMatchObject({
      kinds: ['Model'],
      names: ['my-model'],
    });
    expect(found.subjects.map((id) => found.nodes[id]?.ref)).toEqual([root]);
    expect(codes(signed(...resources))).toEqual([]);
  });

  test('the order of the list is part of the root', () => {
    const [a, b] = [file('a', 'a'), file('b', 'b')];
    expect(codes(signature([b, a], rootOf([a, b])))).toEqual(['oms-root-mismatch']);
  });

  test.each<[string, (resources: Resource[]) => unknown[]]>([
    ['a file more', (all) => [...all, file('c', 'c')]],
    ['a file less', (all) => all.slice(1)],
    ['another digest', (all) => [...all.slice(1), file('a', 'd')]],
    ['a digest that is not hex', (all) => [...all, { ...file('c', 'c'), digest: 'nothex' }]],
    ['upper-case hex', (all) => all.map((one) => ({ ...one, digest: one.digest.toUpperCase() }))],
    ['an entry without digest', (all) => [...all, { name: 'c', algorithm: 'sha256' }]],
  ])('%s does not match the root, and what is listed stays listed', (_, change) => {
    const resources = [file('a', 'a'), file('b', 'b')];
    const value = signature(change(resources), rootOf(resources));
    expect(codes(value)).toContain('oms-root-mismatch');
    expect(read(value).reading?.conformant).toBe(false);
    expect(facts(value).nodes.map(({ ref }) => ref)).toContain(`oms:${rootOf(resources)}`);
    expect(contains(value).length).toBeGreaterThan(0);
  });

  test('a single file is listed as "." and named by the subject', () => {
    const value = signature([file('.', 'a')], rootOf([file('.', 'a')]), {
      subject: [{ name: 'model.onnx', digest: { sha256: rootOf([file('.', 'a')]) } }],
    });
    expect(facts(value).nodes.find(({ ref }) => ref === `sha256:${hex('a')}`)).toMatchObject({
      kinds: ['Model'],
      names: ['model.onnx'],
    });
  });

  test('data is a Dataset, anything with a model in it a Model', () => {
    const kindOf = (...names: readonly string[]): unknown => {
      const value = signed(...names.map((name, index) => file(name, 'abcdef'[index] ?? 'a')));
      return facts(value).nodes.find(({ ref }) => ref.startsWith('oms:'))?.kinds;
    };
    expect(kindOf('train.csv', 'test.csv')).toEqual(['Dataset']);
    expect(kindOf('train.csv', 'README.md')).toEqual(['Dataset']);
    expect(kindOf('train.csv', 'model.onnx')).toEqual(['Model']);
    expect(kindOf('weights.bin', 'config.json')).toEqual(['Model']);
  });

  test('shards of one file are its parts; a file of one shard is that shard', () => {
    const shard = (name: string, digit: string): Resource => ({
      name,
      algorithm: 'sha256-sharded-8',
      digest: hex(digit),
    });
    const resources = [shard('a:0:8', 'a'), shard('a:8:12', 'b'), shard('b:0:5', 'c')];
    const lines = contains(signed(...resources)).map((line) =>
      line.replace(/local:sha256:[0-9a-f]{64}/g, 'local'),
    );
    const root = `oms:${rootOf(resources)}`;
    expect(lines).toEqual(
      [
        `local#path:a contains sha256:${hex('a')}`,
        `local#path:a contains sha256:${hex('b')}`,
        `${root} contains local#path:a`,
        `${root} contains sha256:${hex('c')}`,
      ].sort(),
    );
    expect(codes(signed(...resources))).toEqual([]);
  });

  test('a file that is listed twice is a problem', () => {
    expect(codes(signed(file('a', 'a'), file('a', 'b')))).toEqual(['duplicate-resource']);
  });

  test('blake2b identifies nothing here, blake3 does', () => {
    const blake2 = { name: 'a', algorithm: 'blake2b', digest: hex('a').repeat(2) };
    const found = facts(signed(blake2));
    expect(found.nodes.find(({ names }) => names.includes('a'))?.ref).toMatch(/^local:/);
    expect(found.nodes.find(({ names }) => names.includes('a'))?.attributes).toEqual({
      'digest.blake2b': hex('a').repeat(2),
    });
    const blake3 = { name: 'a', algorithm: 'blake3', digest: hex('a') };
    expect(facts(signed(blake3)).nodes.map(({ ref }) => ref)).toContain(`blake3:${hex('a')}`);
  });

  test('a signature over nothing joins nothing', () => {
    const value = signed();
    expect(codes(value)).toEqual(['empty-content']);
    expect(
      facts(value)
        .nodes.map(({ ref }) => ref)
        .some((ref) => ref.startsWith('oms:')),
    ).toBe(false);
    expect(rootOf([])).toBe(sha256('').slice(7));
  });

  test.each<[string, Record<string, unknown>]>([
    ['no resources', { predicate: {} }],
    ['resources that are no list', { predicate: { resources: {} } }],
    ['no subject', { subject: [] }],
    [
      'two subjects',
      {
        subject: [
          { name: 'a', digest: { sha256: hex('a') } },
          { name: 'b', digest: { sha256: hex('b') } },
        ],
      },
    ],
    ['no predicate', { predicate: null }],
  ])('%s is no model signature', (_, more) => {
    expect(read(signature([], rootOf([]), more)).error).toMatchObject({
      code: 'ERR_PARSE_DOCUMENT',
    });
  });

  test('v0.2.0: the files are the subjects, and there is no root', () => {
    const value = signature([], '', {
      subject: [
        { name: 'signme-1', digest: { sha256: hex('a') } },
        { name: 'signme-2', digest: { sha256: hex('b') } },
      ],
      predicateType: 'https://model_signing/Digests/v0.1',
      predicate: { unused: 'x' },
    });
    const found = facts(value);
    expect(found.subjects.map((id) => found.nodes[id]?.ref)).toEqual([
      `sha256:${hex('a')}`,
      `sha256:${hex('b')}`,
    ]);
    expect(contains(value)).toEqual([]);
  });
});

describe('sigstore bundles', () => {
  const b64 = (text: string): string => Buffer.from(text).toString('base64');
  const dsse = {
    payloadType: 'application/vnd.in-toto+json',
    payload: b64('{"_type":"x"}'),
    signatures: [{ sig: b64('s'), keyid: '' }],
  };
  const message = {
    messageDigest: {
      algorithm: 'SHA2_256',
      digest: Buffer.from(hex('a'), 'hex').toString('base64'),
    },
    signature: b64('s'),
  };
  const bundle = (more: Record<string, unknown>): Record<string, unknown> => ({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { certificate: { rawBytes: b64('leaf') }, tlogEntries: [] },
    ...more,
  });
  const envelope = (more: Record<string, unknown>): unknown =>
    read(bundle({ dsseEnvelope: dsse, ...more })).reading?.envelope?.material;

  test('a DSSE bundle is unwrapped with its material', () => {
    const document = read(bundle({ dsseEnvelope: dsse }));
    expect(document.reading?.envelope?.payloadType).toBe('application/vnd.in-toto+json');
    expect(document.reading?.inner?.map(({ name }) => name)).toEqual(['payload']);
    expect(document.detected).toEqual({ format: 'sigstore-bundle', version: '0.3' });
    expect(document.reading?.facts.version).toBe('0.3');
    const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
    expect(envelope({})).toEqual({ certificates: [bytes('leaf')] });
    expect(envelope({ verificationMaterial: { publicKey: { hint: 'h' } } })).toEqual({
      publicKeyHint: 'h',
    });
    const chain = { certificates: [{ rawBytes: b64('leaf') }, { rawBytes: b64('ca') }] };
    expect(envelope({ verificationMaterial: { x509CertificateChain: chain } })).toEqual({
      certificates: [bytes('leaf'), bytes('ca')],
    });
  });

  test('the material of the bundle takes the place of what a signature claims', () => {
    const pem = `-----BEGIN CERTIFICATE-----\n${b64('other')}\n-----END CERTIFICATE-----\n`;
    const signatures = [{ sig: b64('s'), cert: pem }];
    expect(
      envelope({
        dsseEnvelope: { ...dsse, signatures },
        verificationMaterial: { publicKey: { hint: 'h' } },
      }),
    ).toEqual({ publicKeyHint: 'h' });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no material', { verificationMaterial: undefined }, 'material-missing'],
    ['an empty material', { verificationMaterial: {} }, 'material-missing'],
    [
      'two kinds of material',
      {
        verificationMaterial: { publicKey: { hint: 'h' }, certificate: { rawBytes: b64('leaf') } },
      },
      'material-missing',
    ],
    [
      'a certificate that is not base64',
      { verificationMaterial: { certificate: { rawBytes: '!' } } },
      'certificate-unreadable',
    ],
    [
      'a chain of nothing',
      { verificationMaterial: { x509CertificateChain: { certificates: [] } } },
      'certificate-unreadable',
    ],
  ])('%s is a problem; the content is still read', (_, more, code) => {
    const value = bundle({ dsseEnvelope: dsse, ...more });
    expect(codes(value)).toContain(code);
    expect(read(value).reading?.inner).toHaveLength(1);
    expect(read(value).reading?.conformant).toBe(false);
  });

  test('a message signature attests what it says it signs', () => {
    const value = bundle({ messageSignature: message });
    expect(edgeLines(facts(value))).toEqual([
      `document:${sha256(encode(value))} attests sha256:${hex('a')}`,
    ]);
    expect(facts(value).statementKind).toBe('signature');
    expect(read(value).reading?.envelope).toBeUndefined();
    expect(read(value).reading?.conformant).toBe(true);
  });

  test('SHA2_512 is sha512; a signature that cannot be decoded is a problem', () => {
    const digest = Buffer.from(hex('a').repeat(2), 'hex').toString('base64');
    const value = bundle({
      messageSignature: { messageDigest: { algorithm: 'SHA2_512', digest }, signature: 'x y' },
    });
    expect(facts(value).nodes.map(({ ref }) => ref)).toContain(`sha512:${hex('a').repeat(2)}`);
    expect(codes(value)).toContain('signature-unreadable');
  });

  test.each<[string, Record<string, unknown>]>([
    ['no content', {}],
    ['two contents', { dsseEnvelope: dsse, messageSignature: message }],
    [
      'a version that does not exist',
      { mediaType: 'application/vnd.dev.sigstore.bundle.v0.9+json', dsseEnvelope: dsse },
    ],
    ['no version', { mediaType: 'application/vnd.dev.sigstore.bundle+json', dsseEnvelope: dsse }],
    [
      'something after the media type',
      { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json;x', dsseEnvelope: dsse },
    ],
    ['an envelope that is none', { dsseEnvelope: 'x' }],
    ['a message without a digest', { messageSignature: { signature: b64('s') } }],
    [
      'a digest that is not base64',
      { messageSignature: { ...message, messageDigest: { algorithm: 'SHA2_256', digest: '!' } } },
    ],
    ['a message that is null', { messageSignature: null }],
  ])('%s is refused', (_, more) => {
    expect(read(bundle(more)).error).toMatchObject({ code: 'ERR_PARSE_DOCUMENT' });
  });

  test('conformance is that of its own version: v0.3 has one certificate, v0.1 a chain', () => {
    const chain = {
      x509CertificateChain: { certificates: [{ rawBytes: b64('leaf') }] },
      tlogEntries: [],
    };
    const v03 = bundle({ dsseEnvelope: dsse, verificationMaterial: chain });
    expect(read(v03).reading?.conformant).toBe(false);
    expect(codes(v03)).toEqual(['bundle-field']);
    const v01 = { ...v03, mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1' };
    expect(read(v01).reading?.conformant).toBe(true);
    const [lenient] = readDocuments(encode(v03));
    expect(lenient?.reading?.conformant).toBeNull();
  });
});

describe('witness collections', () => {
  const type = (attestor: string): string => `https://witness.dev/attestations/${attestor}/v0.1`;
  function collection(
    attestations: unknown,
    subject: unknown = [],
    more: Record<string, unknown> = {},
  ): unknown {
    return {
      _type: 'https://in-toto.io/Statement/v0.1',
      subject,
      predicateType: 'https://witness.testifysec.com/attestation-collection/v0.1',
      predicate: { name: 'build', attestations, ...more },
    };
  }
  const short = (value: unknown): readonly string[] =>
    edgeLines(facts(value), ['scope']).map((line) =>
      line.replaceAll(/local:sha256:[0-9a-f]{64}/g, 'local'),
    );

  test('materials are a snapshot, products were made, strings are nothing', () => {
    const value = collection(
      [
        {
          type: type('material'),
          attestation: { 'a.csv': { sha256: hex('a') }, '.git/HEAD': { sha256: hex('c') } },
        },
        {
          type: type('product'),
          attestation: { 'm.onnx': { mime_type: 'x', digest: { sha256: hex('b') } } },
        },
        {
          type: type('command-run'),
          attestation: { cmd: ['make', 'all'] },
          starttime: '2026-01-01T00:00:00Z',
        },
      ],
      [
        { name: `${type('git')}/committeremail:a@b.org`, digest: { sha256: hex('d') } },
        { name: `${type('git')}/refnameshort:main`, digest: { sha256: hex('e') } },
        { name: `${type('product')}/file:m.onnx`, digest: { sha256: hex('b') } },
      ],
    );
    expect(short(value)).toEqual([
      `local#run used sha256:${hex('a')} scope=work-tree-snapshot`,
      `sha256:${hex('b')} wasGeneratedBy local#run`,
    ]);
    expect(facts(value).nodes.find(({ kinds }) => kinds.includes('Run'))?.attributes).toEqual({
      step: 'build',
      command: 'make all',
      attestations: ['material', 'product', 'command-run']
        .map((name) => `https://witness.dev/attestations/${name}/v0.1`)
        .join(' '),
      startedOn: '2026-01-01T00:00:00Z',
    });
    expect(
      facts(value).edges.find(({ relation }) => relation === 'wasGeneratedBy')?.pointers,
    ).toHaveLength(2);
  });

  test('a commit with a remote is a coordinate, and a dirty tree is said', () => {
    const git = {
      commithash: 'a1'.repeat(20),
      remotes: ['git@github.com:o/r.git', '/srv/x'],
      status: { f: {} },
    };
    const value = collection([{ type: type('git'), attestation: git }]);
    expect(short(value)).toEqual([
      `local#run used git:github.com/o/r@${'a1'.repeat(20)} scope=work-tree-snapshot`,
    ]);
    expect(facts(value).nodes.find(({ kinds }) => kinds.includes('Code'))?.attributes).toEqual({
      gitCommit: 'a1'.repeat(20),
      workTree: 'dirty',
    });
  });

  test('a commit that is none is a problem', () => {
    expect(
      codes(
        collection(
          [{ type: type('git'), attestation: { commithash: 'main' } }],
          [{ name: 'x', digest: { sha256: hex('a') } }],
        ),
      ),
    ).toEqual(['digest-malformed']);
  });

  test('an attestor of somebody else is not one of witness', () => {
    const product = {
      type: 'https://evil.example/attestations/product/v0.1',
      attestation: { f: { digest: { sha256: hex('b') } } },
    };
    expect(short(collection([product, null, 5, {}]))).toEqual([]);
    const subject = [
      {
        name: 'https://evil.example/attestations/product/v0.1/file:f',
        digest: { sha256: hex('b') },
      },
    ];
    expect(short(collection([], subject))).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['no name', collection([], [], { name: undefined })],
    ['no attestations', collection({})],
  ])('%s is no collection', (_, value) => {
    expect(read(value).error).toMatchObject({ code: 'ERR_PARSE_DOCUMENT' });
  });
});
