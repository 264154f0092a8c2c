// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import {
  detectSpdx2Json,
  detectSpdx2Rdf,
  detectSpdx2TagValue,
  detectSpdx2Xml,
  detectSpdx2Yaml,
} from '../../../../schemas/spdx2/detect.ts';
import { readSpdx2, SPDX2_FORMATS } from '../../../../schemas/spdx2/read.ts';
import { impliedFacts, writtenFacts } from '../../../support/spdx2-facts.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Detected } from '../../../../schemas/decoded.ts';
import type { SpdxDocument } from '../../../../schemas/spdx2/model.ts';

interface CorpusEntry {
  readonly path: string;
  readonly format: string;
  readonly version: string | number | null;
  readonly valid: boolean;
  readonly expect: Readonly<Record<string, unknown>>;
}

const DETECTORS = [
  detectSpdx2Json,
  detectSpdx2TagValue,
  detectSpdx2Rdf,
  detectSpdx2Xml,
  detectSpdx2Yaml,
];

/** About the manifest's own making, or answered by the conformance check. */
const NOT_FACTS = new Set([
  'error_class',
  'facts_by',
  'raw',
  'peer_spdx_tools',
  'validation_messages',
  'validation_first',
]);

describeShared('the SPDX 2 documents of the corpus', () => {
  const entries = readEntries();

  test('are detected, each as one format, with the version that they name', () => {
    const wrong = entries.filter(({ path, format, version: named }) => {
      const version = named === null ? null : String(named);
      const found = detectedAs(path);
      return !isDeepStrictEqual(found, [{ format, version }]);
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
    expect(entries.length).toBe(93);
  });

  test('yield every fact that the manifest lists', () => {
    const compared = new Map<string, number>();
    const wrong: string[] = [];
    const compare = (
      path: string,
      format: string,
      found: Readonly<Record<string, unknown>>,
      facts: object,
    ): void => {
      for (const [key, value] of Object.entries(facts)) {
        if (NOT_FACTS.has(key)) continue;
        compared.set(format, (compared.get(format) ?? 0) + 1);
        const expected = key === 'spdx_version' ? comparable(String(value)) : comparable(value);
        if (!isDeepStrictEqual(found[key], expected)) {
          wrong.push(`${key} ${path} ${JSON.stringify(found[key])} ${JSON.stringify(expected)}`);
        }
      }
    };
    for (const { path, format, expect: facts } of entries) {
      const document = documentOf(path, format);
      compare(
        path,
        format,
        format === 'spdx2-json' ? writtenFacts(document) : impliedFacts(document),
        facts,
      );
      const { raw, peer_spdx_tools: peer } = facts;
      if (isRecord(raw)) compare(path, format, writtenFacts(document), raw);
      if (isRecord(peer) && 'relationships' in peer)
        compare(path, format, impliedFacts(document), peer);
    }
    process.stdout.write(
      `${[...compared].map(([format, count]) => `${format}: ${count} facts`).join(', ')} compared, ${wrong.length} differ\n`,
    );
    expect(wrong).toEqual([]);
    expect(compared.get('spdx2-json')).toBeGreaterThan(1500);
  });
});

function readEntries(): readonly CorpusEntry[] {
  const text = new TextDecoder().decode(readShared('corpus', 'manifest.json'));
  const all = JSON.parse(text) as readonly CorpusEntry[];
  const formats: readonly string[] = SPDX2_FORMATS;
  return all.filter(({ format }) => formats.includes(format));
}

function detectedAs(path: string): readonly Detected[] {
  const decoded = decode(readShared('corpus', path));
  return DETECTORS.flatMap((detect) => detect(decoded) ?? []);
}

function documentOf(path: string, format: string): SpdxDocument {
  return readSpdx2(decode(readShared('corpus', path)), format).document;
}

/** Lists by count and digest; the manifest's raw texts of one UTF-16 document keep the carriage return. */
function comparable(value: unknown): unknown {
  // an empty name is no name to us; a version that is a number is still what the document writes
  if (typeof value === 'string') return value.replace(/\r$/, '').replace(/^@/, 'None@');
  if (Array.isArray(value)) return value.map(comparable);
  if (isRecord(value) && 'sha256' in value)
    return { count: value['count'], sha256: value['sha256'] };
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
