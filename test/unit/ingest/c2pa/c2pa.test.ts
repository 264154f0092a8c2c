// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';
import { readDocument } from '../../../../ingest/extract/registry.ts';

const VECTORS = resolve(import.meta.dirname, '../../../vectors/c2pa');
const vector = (name: string): Uint8Array => new Uint8Array(readFileSync(join(VECTORS, name)));

/** sha256sum of the picture. */
const ASSET = 'sha256:f8b784c85c7c8173fdcfc74daee9fc36f7f209d8b145abd05e2918619420edae';
const ACTIVE = 'urn:c2pa:a39b67cd-6abe-4340-ab2b-294fb5a52386';

async function read(bytes: Uint8Array): Promise<Facts> {
  return (await readDocument(bytes, { digest: sha256(bytes), strict: true })).reading.facts;
}

async function codeOf(bytes: Uint8Array): Promise<string | undefined> {
  return read(bytes).then(
    () => undefined,
    (error: unknown) => (isPedigreeError(error) ? error.code : 'no PedigreeError'),
  );
}

/** Edges by the labels of their ends, else by ref. */
function lines({ nodes, edges }: Facts): string[] {
  const label = (at: number): string => nodes[at]?.names[0] ?? nodes[at]?.ref ?? '?';
  return edges.map(({ from, relation, to }) => `${label(from)} ${relation} ${label(to)}`).sort();
}

const problems = ({ problems: found }: Facts): string[] => found.map(({ code }) => code).sort();

describe('a manifest store that c2pa-rs wrote', () => {
  test('model, its training data and its parent; what it may be used for', async () => {
    const facts = await read(vector('model.c2pa'));
    expect(facts).toMatchObject({ format: 'c2pa', statementKind: 'c2pa' });
    const subject = facts.nodes[facts.subjects[0] ?? -1];
    expect(subject).toMatchObject({ ref: ASSET, kinds: ['Model'], names: ['model.onnx'] });
    expect(subject?.attributes).toMatchObject({
      manifest: ACTIVE,
      generator: 'trainer',
      generatorVersion: '1.2.0',
      'type.0': 'c2pa.types.model.onnx',
      'use.cawg.ai_generative_training': 'notAllowed',
      'use.cawg.data_mining': 'constrained',
      'action.0':
        'c2pa.created 2026-11-20T10:00:00Z trainer http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
    });
    expect(lines(facts)).toContain('model.onnx trainedOn train.csv');
    expect(lines(facts)).toContain('model.onnx wasDerivedFrom base.onnx');
    // every assertion has the hash that the claim lists; the library says the same
    expect(problems(facts)).toEqual(['c2pa-signature-unread']);
    expect(facts.claims).toEqual([]);
  });

  test('a hash that leaves a range out is the digest of no file', async () => {
    const facts = await read(vector('model.c2pa'));
    const digests = facts.nodes.map(({ ref }) => ref).filter((ref) => ref.startsWith('sha256:'));
    expect(digests).toEqual([ASSET]);
  });

  test('instance ids join at name level only', async () => {
    const facts = await read(vector('model.c2pa'));
    const shared = facts.edges.filter(({ relation }) => relation === 'namedAs');
    expect(shared.map(({ to }) => facts.nodes[to]?.ref)).toContain(
      'name:c2pa/xmp.iid:72ddc8cf-35ac-4394-9f6e-f6df26aa9f97',
    );
  });

  test('the detailed export says the same; the short one has no digest', async () => {
    const [store, detailed, short] = await Promise.all(
      ['model.c2pa', 'model.detailed.json', 'model.json'].map(async (name) => read(vector(name))),
    );
    const told = (facts: Facts | undefined): string[] =>
      (facts === undefined ? [] : lines(facts)).filter((line) =>
        /trainedOn|wasDerivedFrom/.test(line),
      );
    expect(told(detailed)).toEqual(told(store));
    expect(told(short)).toEqual(told(store));
    expect(detailed?.nodes[detailed.subjects[0] ?? -1]?.ref).toBe(ASSET);
    expect(short?.nodes.some(({ ref }) => ref.startsWith('sha256:'))).toBe(false);
    expect(problems(short ?? (await read(vector('model.json'))))).toContain('c2pa-tool-found');
  });

  test('any changed byte of an assertion is not what the claim lists, or is refused', async () => {
    const bytes = vector('model.c2pa');
    const at = Buffer.from(bytes).indexOf('notAllowed', 0, 'latin1');
    expect(at).toBeGreaterThan(0);
    const changed = bytes.slice();
    changed.set(Buffer.from('allowed   ', 'latin1'), at);
    const facts = await read(changed);
    expect(problems(facts)).toContain('c2pa-assertion-mismatch');
    const subject = facts.nodes[facts.subjects[0] ?? -1];
    expect(Object.keys(subject?.attributes ?? {}).some((key) => key.startsWith('use.'))).toBe(
      false,
    );
  });

  test('cut anywhere it is refused', async () => {
    const bytes = vector('model.c2pa');
    for (let length = 32; length < bytes.length; length += 97) {
      expect(await codeOf(bytes.slice(0, length))).toBe('ERR_PARSE_DOCUMENT');
    }
    expect(await codeOf(Buffer.concat([bytes, Buffer.from('x')]))).toBe('ERR_PARSE_DOCUMENT');
  });
});

// a writer of our own for what no tool writes

function box(type: string, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(body.length + 8);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, body]);
}

function superbox(type: string, label: string, ...parts: Uint8Array[]): Buffer {
  const id = Buffer.concat([
    Buffer.from(type, 'latin1'),
    Buffer.from('00110010800000aa00389b71', 'hex'),
  ]);
  const description = box('jumd', id, Buffer.from([3]), Buffer.from(`${label}\u0000`));
  return box('jumb', description, ...parts);
}

const cbor = (value: unknown): Buffer => box('cbor', encode(value));
const hashOf = (bytes: Buffer): Uint8Array =>
  createHash('sha256').update(bytes.subarray(8)).digest();

type Assertions = Readonly<Record<string, unknown>>;

function manifest(label: string, assertions: Assertions, claim: object = {}): Buffer {
  const boxes = Object.entries(assertions).map(
    ([name, data]) => [name, superbox('cbor', name, cbor(data))] as const,
  );
  const links = boxes.map(([name, bytes]) => ({
    url: `self#jumbf=/c2pa/${label}/c2pa.assertions/${name}`,
    hash: hashOf(bytes),
  }));
  const stored = superbox('c2as', 'c2pa.assertions', ...boxes.map(([, bytes]) => bytes));
  const words = { 'dc:title': 'model.onnx', alg: 'sha256', assertions: links, ...claim };
  return superbox('c2ma', label, stored, superbox('c2cl', 'c2pa.claim', cbor(words)));
}

const store = (...manifests: Buffer[]): Uint8Array =>
  new Uint8Array(superbox('c2pa', 'c2pa', ...manifests));

const HASH = Buffer.from('a3'.repeat(32), 'hex');

describe('manifest stores of every shape', () => {
  test('claim v1; parts of a collection; an ingredient that is a component', async () => {
    const facts = await read(
      store(
        manifest('urn:uuid:1', {
          'c2pa.hash.data': { alg: 'sha512', hash: Buffer.alloc(64, 0xb5), exclusions: [] },
          'c2pa.hash.collection.data': {
            alg: 'sha256',
            uris: [
              { uri: 'weights/a.safetensors', hash: HASH },
              { uri: 'b', hash: Buffer.from('x') },
            ],
          },
          'c2pa.ingredient': { 'dc:title': 'tokenizer.json', relationship: 'componentOf' },
        }),
      ),
    );
    expect(facts.nodes[facts.subjects[0] ?? -1]?.ref).toBe(`sha512:${'b5'.repeat(64)}`);
    expect(lines(facts)).toEqual(
      expect.arrayContaining([
        'model.onnx contains b',
        'model.onnx contains tokenizer.json',
        'model.onnx contains weights/a.safetensors',
      ]),
    );
    expect(facts.nodes.map(({ ref }) => ref)).toContain(`sha256:${HASH.toString('hex')}`);
  });

  test('exclusions of any shape make the hash partial', async () => {
    for (const exclusions of [[{ start: 0, length: 1 }], 'none', {}, 0, false]) {
      const facts = await read(
        store(
          manifest('urn:c2pa:1', { 'c2pa.hash.data': { alg: 'sha256', hash: HASH, exclusions } }),
        ),
      );
      expect(facts.nodes.some(({ ref }) => ref.startsWith('sha256:'))).toBe(false);
    }
  });

  test('an input to anything but a model, and data of a kind that nobody names, is a derivation', async () => {
    const ingredient = { 'dc:title': 'a.csv', relationship: 'inputTo' };
    const report = manifest(
      'urn:c2pa:1',
      { 'c2pa.ingredient.v3': ingredient },
      { 'dc:title': 'report.md' },
    );
    expect(lines(await read(store(report)))).toContain('report.md wasDerivedFrom a.csv');
    const model = manifest('urn:c2pa:1', { 'c2pa.ingredient.v3': { relationship: 'inputTo' } });
    expect(lines(await read(store(model))).some((line) => line.includes(' trainedOn '))).toBe(
      false,
    );
  });

  test('a prompt is a Prompt', async () => {
    const facts = await read(
      store(
        manifest('urn:c2pa:1', {
          'c2pa.ingredient.v3': {
            'dc:title': 'ask.txt',
            relationship: 'inputTo',
            dataTypes: [{ type: 'c2pa.types.generator.prompt' }],
          },
        }),
      ),
    );
    expect(facts.nodes.find(({ names }) => names.includes('ask.txt'))?.kinds).toEqual(['Prompt']);
  });

  test('an assertion that the claim does not list is not read', async () => {
    const listed = manifest('urn:c2pa:1', {});
    const hidden = superbox(
      'c2as',
      'c2pa.assertions',
      superbox('cbor', 'c2pa.ingredient', cbor({ 'dc:title': 'x', relationship: 'parentOf' })),
    );
    const both = Buffer.concat([listed.subarray(8), hidden]);
    const facts = await read(store(box('jumb', both)));
    expect(problems(facts)).toContain('c2pa-assertion-undeclared');
    expect(lines(facts).some((line) => line.includes('wasDerivedFrom'))).toBe(false);
  });

  test.each<[string, Uint8Array]>([
    ['no manifest', store()],
    ['two of one label', store(manifest('a', {}), manifest('a', {}))],
    ['no claim', store(superbox('c2ma', 'a'))],
    [
      'a claim that is no CBOR',
      store(
        superbox('c2ma', 'a', superbox('c2cl', 'c2pa.claim', box('cbor', Buffer.from([0xff])))),
      ),
    ],
    [
      'CBOR of ten thousand lists in lists',
      store(
        superbox(
          'c2ma',
          'a',
          superbox(
            'c2cl',
            'c2pa.claim',
            box('cbor', Buffer.concat([Buffer.alloc(10_000, 0x81), Buffer.from([0])])),
          ),
        ),
      ),
    ],
  ])('%s is refused', async (_, bytes) => {
    expect(await codeOf(bytes)).toMatch(/^ERR_PARSE_(?:DOCUMENT|DEPTH)$/);
  });

  test('boxes nested too deep are refused before the stack is', async () => {
    let nested = superbox('c2as', 'x');
    for (let depth = 0; depth < 100; depth++) nested = superbox('c2as', 'x', nested);
    expect(await codeOf(store(superbox('c2ma', 'a', nested)))).toBe('ERR_PARSE_DEPTH');
  });

  test('an export whose active manifest is missing is refused', async () => {
    const text = JSON.stringify({ active_manifest: 'a', manifests: { b: {} } });
    expect(await codeOf(new TextEncoder().encode(text))).toBe('ERR_PARSE_DOCUMENT');
  });

  test('members called __proto__ are data', async () => {
    const data = new Map<string, unknown>([
      ['entries', new Map([['__proto__', { use: 'allowed' }]])],
    ]);
    const facts = await read(store(manifest('urn:c2pa:1', { 'cawg.training-mining': data })));
    const subject = facts.nodes[facts.subjects[0] ?? -1];
    expect(subject?.attributes?.['use.__proto__']).toBe('allowed');
    expect(Object.hasOwn(Object.prototype, 'use')).toBe(false);
  });

  test('other JUMBF, and other boxes, are something else', async () => {
    const other = new Uint8Array(superbox('c2xx', 'c2pa'));
    expect((await read(other)).format).toBe('opaque');
    const video = new Uint8Array(box('ftyp', Buffer.alloc(32)));
    expect((await read(video)).format).toBe('opaque');
  });

  test('whatever is changed in a real one, it is read or refused', async () => {
    const bytes = vector('model.c2pa');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const changed = bytes.slice();
          for (const [at, byte] of changes) changed[at] = byte;
          expect(await codeOf(changed)).not.toBe('no PedigreeError');
        },
      ),
      { numRuns: 300 },
    );
  });
});
