// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { countFormats, formatTable } from '../../cli/output/format-table.ts';
import { sha256 } from '../../core/digest.ts';
import type { IngestOutcome } from '../../ingest/pipeline.ts';
import { makeBom } from './support/documents.ts';
import { runCli, useScratch } from './support/run-cli.ts';

function outcome(
  format: string | null,
  standing: IngestOutcome['standing'],
  problems = 0,
): IngestOutcome {
  const problem = { code: 'x', pointer: '', message: '' };
  return {
    source: 'a',
    digest: sha256('a'),
    standing,
    known: false,
    format,
    version: null,
    unpackedFrom: null,
    reasons: [],
    problems: Array.from({ length: problems }, () => problem),
    signers: [],
  };
}

describe('the table of formats', () => {
  test('counts each format by itself, sorted by name', () => {
    const rows = countFormats([
      outcome('zip', 'accepted'),
      outcome('dsse', 'pending', 2),
      outcome('dsse', 'quarantined', 1),
      outcome(null, 'refused'),
    ]);
    expect(rows.map(({ format }) => format)).toEqual(['dsse', 'not read', 'zip']);
    expect(rows[0]).toEqual({
      format: 'dsse',
      documents: 2,
      accepted: 0,
      quarantined: 1,
      pending: 1,
      opaque: 0,
      refused: 0,
      retracted: 0,
      known: 0,
      problems: 3,
    });
    expect(countFormats([])).toEqual([]);
  });

  test('has a row of sums, and only the columns that are always there or have something in them', () => {
    const lines = formatTable(countFormats([outcome('a', 'accepted'), outcome('b', 'opaque', 12)]));
    expect(lines.map((line) => line.map((cell) => cell.trim()))).toEqual([
      ['format', 'documents', 'accepted', 'opaque', 'problems'],
      ['a', '1', '1', '·', '·'],
      ['b', '1', '·', '1', '12'],
      ['all', '2', '1', '1', '12'],
    ]);
    for (const line of lines)
      expect(line.map(({ length }) => length).slice(1)).toEqual([9, 8, 6, 8]);
    expect(formatTable(countFormats([outcome('a', 'refused')]))[0]).toContain('refused');
  });
});

describe('pedigree ingest', () => {
  const scratch = useScratch();
  const fresh = (...args: string[]): ReturnType<typeof runCli> =>
    runCli([...args, '--home', scratch.path('home')]);

  test('of several documents ends with the table', async () => {
    const files = [
      scratch.write('bom.json', makeBom(1)),
      scratch.write('other.json', makeBom(2)),
      scratch.write('broken.json', '{'),
    ];
    const { code, out } = await fresh('ingest', ...files);
    expect(code).toBe(2);
    const lines = out.trimEnd().split('\n').slice(-4);
    expect(lines.map((line) => line.split(/ +/).slice(0, 4))).toEqual([
      ['format', 'documents', 'accepted', 'quarantined'],
      ['cyclonedx-json', '2', '2', '·'],
      ['unreadable', '1', '·', '1'],
      ['all', '3', '2', '1'],
    ]);
  });

  test('of one document says what became of it', async () => {
    const { code, out } = await fresh('ingest', scratch.write('bom.json', makeBom(1)));
    expect(code).toBe(0);
    expect(out).toMatch(/^accepted .*bom\.json\n$/);
  });

  test('--json counts the formats', async () => {
    const { out } = await fresh('ingest', scratch.write('bom.json', makeBom(1)), '--json');
    const { formats } = JSON.parse(out) as { formats: unknown[] };
    expect(formats).toMatchObject([{ format: 'cyclonedx-json', documents: 1, accepted: 1 }]);
  });
});
