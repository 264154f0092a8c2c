// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalizeJcs } from '../../../../core/canonical-json-jcs.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { RELATION_NAMES } from '../../../../graph/domain/relations.ts';
import { describeShared, hasShared, readShared } from '../../../support/shared.ts';
import { encode, flatten, readDocuments, type ReadDocument } from './read-document.ts';

const FILES = [
  ['samples', 'in-toto', 'train_v1.a011e4e9.link'],
  ['samples', 'in-toto', 'bundle.a011e4e9.link'],
  ['samples', 'in-toto', 'root.layout'],
  ['samples', 'slsa', 'triage-v2.statement.json'],
  ['samples', 'slsa', 'triage-v2.dsse.json'],
  ['samples', 'cosign', 'triage-v2.onnx.sigstore.json'],
  ['samples', 'model-signing', 'triage-v2.cert.sig'],
  ['corpus', 'in-toto', 'in-toto+archivista', 'test', 'build.attestation.json'],
] as const;

const documents: readonly Uint8Array[] = hasShared()
  ? FILES.map((path) => readShared(...path))
  : [];

/** What is read is consistent; what is not read failed with a code. */
function assertSound(read: readonly ReadDocument[]): void {
  for (const { error, reading } of flatten(read)) {
    if (error !== undefined) expect(isPedigreeError(error), String(error)).toBe(true);
    if (reading === undefined) continue;
    const { nodes, edges, subjects, claims } = reading.facts;
    const ids = [...edges.flatMap(({ from, to }) => [from, to]), ...subjects];
    expect(ids.every((id) => id >= 0 && id < nodes.length)).toBe(true);
    expect(edges.every(({ relation }) => RELATION_NAMES.includes(relation))).toBe(true);
    expect(new Set(nodes.map(({ ref }) => ref)).size).toBe(nodes.length);
    expect(nodes.every(({ ref }) => ref.length <= LIMITS.refChars)).toBe(true);
    expect(claims.every(({ pointer }) => pointer.startsWith('/'))).toBe(true);
    expect(canonicalizeJcs(reading.facts)).toMatch(/^\{/);
  }
}

type Path = readonly (string | number)[];

function placesOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const path = [...at, Array.isArray(value) ? Number(key) : key];
    return [path, ...placesOf(item, path)];
  });
}

/** Payloads in the clear, so that changes reach what is inside. */
function inTheClear(bytes: Uint8Array): unknown {
  const [outer] = readDocuments(bytes);
  const inner = outer?.inner[0];
  return JSON.parse(Buffer.from(inner?.bytes ?? bytes).toString()) as unknown;
}

function change(value: unknown, path: Path, replacement: unknown): unknown {
  const copy = structuredClone(value);
  let at = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path.at(-1) ?? ''] = replacement;
  return copy;
}

const hostile = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    null,
    '',
    '\u0000',
    '\ud800',
    '__proto__',
    'x'.repeat(5000),
    '🦄'.repeat(3000),
    `a${'🦄'.repeat(3000)}`,
    `https://a/${'🦄'.repeat(3000)}`,
    '🦄',
    -1,
    Number.MAX_VALUE,
    2 ** 53,
    [],
    {},
    [null],
    { __proto__: null, constructor: 1 },
    { sha256: null },
    'sha256:',
    'git+https://a/b@',
    'pkg:',
    'pkg:/',
    '@',
    'https://',
  ),
);

describeShared('no document throws anything but a coded error', () => {
  test('one value replaced by anything', () => {
    const values = [
      ...documents.map(inTheClear),
      ...documents.map((bytes) => JSON.parse(Buffer.from(bytes).toString()) as unknown),
    ];
    const places = values.map((value) => placesOf(value).slice(0, 400));
    const pick = fc
      .nat({ max: values.length - 1 })
      .chain((index) => fc.tuple(fc.constant(index), fc.constantFrom(...(places[index] ?? []))));
    fc.assert(
      fc.property(pick, hostile, ([index, path], replacement) => {
        assertSound(readDocuments(encode(change(values[index], path, replacement)), true));
      }),
      { numRuns: 1500 },
    );
  });

  test('bytes flipped, cut and repeated', () => {
    const cut = fc.record({
      index: fc.nat({ max: documents.length - 1 }),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      kind: fc.constantFrom('flip', 'cut', 'repeat'),
      byte: fc.nat({ max: 255 }),
    });
    fc.assert(
      fc.property(cut, ({ index, at, kind, byte }) => {
        const bytes = new Uint8Array(documents[index] ?? []);
        const place = Math.floor(at * (bytes.length - 1));
        if (kind === 'flip') bytes[place] = byte;
        const changed =
          kind === 'cut'
            ? bytes.subarray(0, place)
            : kind === 'repeat'
              ? Buffer.concat([bytes, bytes.subarray(place)])
              : bytes;
        assertSound(readDocuments(changed, true));
      }),
      { numRuns: 500 },
    );
  });

  test('facts are a function of the bytes', () => {
    for (const bytes of documents) {
      const [first, second] = [0, 1].map(() =>
        flatten(readDocuments(bytes)).map(({ reading }) => canonicalizeJcs(reading?.facts ?? null)),
      );
      expect(first).toEqual(second);
    }
  });
});
