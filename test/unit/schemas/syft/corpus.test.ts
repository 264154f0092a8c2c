// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectSyft } from '../../../../schemas/syft/detect.ts';
import { parseSyft } from '../../../../schemas/syft/parse.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { SyftReport } from '../../../../schemas/syft/model.ts';

interface CorpusEntry {
  readonly path: string;
  readonly format: string;
  readonly version: string | null;
  readonly expect: Readonly<Record<string, unknown>>;
}

function corpusFacts(report: SyftReport): Readonly<Record<string, unknown>> {
  const types = report.relationships.map(({ type }) => type);
  return {
    schema_version: report.schemaVersion,
    artifacts: report.artifacts.length,
    files: report.files.length,
    source_type: report.source.type,
    source_name: report.source.name ?? '',
    distro: report.distro,
    purls: report.artifacts.flatMap(({ purl }) => purl ?? []).sort(),
    tool_version: report.toolVersion,
    relationship_types: Object.fromEntries(
      types.map((type) => [type, types.filter((one) => one === type).length]),
    ),
    relationships: report.relationships.length,
  };
}

function reportOf(path: readonly string[]): SyftReport {
  const decoded = decode(readShared(...path));
  if (decoded.kind !== 'json') throw new Error('no JSON');
  return parseSyft(decoded.json.value);
}

describeShared('the Syft reports of the corpus', () => {
  const manifest = JSON.parse(
    new TextDecoder().decode(readShared('corpus', 'manifest.json')),
  ) as CorpusEntry[];
  const entries = manifest.filter(({ format }) => format === 'syft-json');

  test('are detected with the version that they name', () => {
    for (const { path, version } of entries) {
      expect(detectSyft(decode(readShared('corpus', path)))).toEqual({
        format: 'syft-json',
        version,
      });
    }
    expect(entries).toHaveLength(5);
  });

  test('yield every fact that the manifest lists', () => {
    let compared = 0;
    const wrong: string[] = [];
    for (const { path, expect: facts } of entries) {
      const found = corpusFacts(reportOf(['corpus', path]));
      for (const [key, value] of Object.entries(facts)) {
        compared++;
        const wanted = key === 'schema_version' ? (value ?? null) : value;
        if (!isDeepStrictEqual(found[key], wanted))
          wrong.push(`${key} ${path} ${JSON.stringify(found[key])}`);
      }
    }
    process.stdout.write(`syft-json: ${compared} facts compared, ${wrong.length} differ\n`);
    // its one relationship is between two empty ids: a relationship of nothing is listed and left out
    expect(wrong).toEqual([
      'relationships syft-json/anchore+syft/syft/format/syftjson/testdata/snapshot/TestEncodeFullJSONDocument.golden 0',
      'relationship_types syft-json/anchore+syft/syft/format/syftjson/testdata/snapshot/TestEncodeFullJSONDocument.golden {}',
    ]);
    expect(compared).toBeGreaterThan(38);
  });
});

describe('detection', () => {
  test.each([
    ['{"artifacts":[],"source":{},"descriptor":{"name":"syft"}}', true],
    ['{"artifacts":[],"source":{},"schema":{"url":"https://h/anchore/syft/main/s.json"}}', true],
    ['{"artifacts":[],"source":{},"descriptor":{"name":"grype"}}', false],
    ['{"artifacts":[],"source":[],"descriptor":{"name":"syft"}}', false],
    ['{"artifacts":{},"source":{},"descriptor":{"name":"syft"}}', false],
    ['{"matches":[],"source":{},"descriptor":{"name":"syft"}}', false],
  ])('%s: %s', (text, isSyft) => {
    expect(detectSyft(decode(new TextEncoder().encode(text))) !== undefined).toBe(isSyft);
  });
});
