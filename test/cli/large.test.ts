// SPDX-License-Identifier: Apache-2.0
// Documents that are too large to be held.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { LARGE_BYTES } from '../../schemas/decoded.ts';
import { documentRef, makeBom, productRef } from './support/documents.ts';
import { jsonOf, runCli, spawnCli, useScratch } from './support/run-cli.ts';

const scratch = useScratch();

vi.setConfig({ testTimeout: 120_000 });

const LARGE = makeBom(1, 5, 'x'.repeat(LARGE_BYTES));

/** Where commands without a home set documents aside. */
function temporary(folder: string): Readonly<Record<string, string>> {
  return { TMPDIR: folder, TEMP: folder, TMP: folder };
}

test('inspect says of a large document what it says of a small one, and leaves nothing behind', () => {
  const spool = scratch.path('spool');
  const read = (content: string): Record<string, unknown> => {
    const file = scratch.write('bom.json', content);
    return jsonOf(spawnCli(['inspect', file, '--json'], { env: temporary(spool) }));
  };
  const large = read(LARGE);
  expect(large).toMatchObject({ digest: documentRef(LARGE), conformant: true });
  expect(readdirSync(spool)).toEqual([]);
  const small = read(makeBom(1));
  expect({ ...large, digest: '', entities: [] }).toEqual({ ...small, digest: '', entities: [] });
  expect(refsOf(large)).toEqual(refsOf(small));
});

function refsOf(inspected: Record<string, unknown>): string[] {
  const entities = inspected['entities'] as { ref: string }[];
  return entities.map(({ ref }) => ref).filter((ref) => !ref.startsWith('document:'));
}

test('ingest keeps a large document byte for byte, from a file and from a pipe', async () => {
  const home = scratch.path('home');
  const file = scratch.write('bom.json', LARGE);
  const ingested = jsonOf(await runCli(['ingest', file, '--json', '--home', home]));
  expect(ingested['documents']).toMatchObject([
    { digest: documentRef(LARGE), standing: 'accepted', known: false },
  ]);
  const hex = documentRef(LARGE).slice('sha256:'.length);
  expect(readFileSync(scratch.path('home', 'blobs', hex.slice(0, 2), hex.slice(2)))).toEqual(
    Buffer.from(LARGE),
  );
  expect(readdirSync(scratch.path('home', 'spool'))).toEqual([]);
  const again = await runCli(['ingest', '-', '--json', '--home', home], halves(LARGE));
  expect(jsonOf(again)['documents']).toMatchObject([{ digest: documentRef(LARGE), known: true }]);
  const lineage = await runCli(['lineage', productRef(1), '--home', home]);
  expect(lineage.code).toBe(0);
});

test('a folder that nothing can be set aside in: the large document is refused, the others are read', async () => {
  const home = scratch.path('home');
  await runCli(['ingest', scratch.write('first.json', makeBom(3)), '--home', home]);
  scratch.write('home/spool', 'a file where a folder should be');
  const large = scratch.write('large.json', LARGE);
  const small = scratch.write('small.json', makeBom(2));
  const result = await runCli(['ingest', large, small, '--json', '--home', home]);
  expect(result.code).not.toBe(0);
  const documents = jsonOf(result)['documents'] as { standing: string; reasons: string[] }[];
  expect(documents.map(({ standing }) => standing)).toEqual(['refused', 'accepted']);
  expect(documents[0]?.reasons[0]).toMatch(/^ERR_STORE_UNAVAILABLE/);
  expect(existsSync(scratch.path('home', 'blobs'))).toBe(true);
});

function halves(text: string): Uint8Array[] {
  const bytes = Buffer.from(text);
  const middle = bytes.length >> 1;
  return [bytes.subarray(0, middle), bytes.subarray(middle)];
}
