// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { readDocument, type ReadDocument } from '../../../../ingest/extract/registry.ts';
import { file, linkOf } from '../../../support/test-documents.ts';

const STATEMENT = new TextDecoder()
  .decode(linkOf('train', [file('a.csv')], [file('m.onnx')]))
  .replaceAll('\n', ' ');
const ROW = '{"prompt":"hello","answer":"world"}';

function read(...lines: readonly string[]): Promise<ReadDocument> {
  const bytes = new TextEncoder().encode(lines.join('\n'));
  return readDocument(bytes, { digest: sha256(bytes), source: 'data/rows.jsonl' });
}

async function shapeOf(...lines: readonly string[]): Promise<readonly [string, number]> {
  const { reading } = await read(...lines);
  return [reading.facts.format, reading.inner?.length ?? 0];
}

describe('JSON lines', () => {
  test('of which a format knows one are documents, each by itself', async () => {
    expect(await shapeOf(STATEMENT, STATEMENT)).toEqual(['jsonl', 2]);
    expect(await shapeOf(ROW, ROW, STATEMENT)).toEqual(['jsonl', 3]);
    expect(await shapeOf(STATEMENT, '{"broken":')).toEqual(['jsonl', 2]);
  });

  test('that are rows of data are one opaque document, known by its digest', async () => {
    expect(await shapeOf(ROW, ROW, ROW)).toEqual(['opaque', 0]);
    const { reading, extractor } = await read(ROW, ROW);
    expect(extractor).toBe('opaque@1');
    const refs = reading.facts.nodes.map(({ ref }) => ref);
    expect(refs).toContain(sha256(new TextEncoder().encode(`${ROW}\n${ROW}`)));
  });

  test('more documents than an archive may have members are refused; rows are not counted', async () => {
    const many = Array.from({ length: LIMITS.archiveMembers }, () => ROW);
    await expect(read(STATEMENT, ...many)).rejects.toMatchObject({ code: 'ERR_LIMIT_ITEMS' });
    expect(await shapeOf(ROW, ...many)).toEqual(['opaque', 0]);
  });
});
