// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { checkSpdx3Conformance } from '../../../../schemas/spdx3/conformance.ts';
import { detectSpdx3 } from '../../../../schemas/spdx3/detect.ts';
import { parseSpdx3 } from '../../../../schemas/spdx3/parse.ts';
import { corpusFacts } from '../../../support/spdx3-facts.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { JsonValue } from '../../../../core/canonical-json-jcs.ts';

interface CorpusEntry {
  readonly path: string;
  readonly format: string;
  readonly version: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

const NOT_FACTS = new Set(['note']);
/** Lists that the manifest leaves out where they are empty. */
const OPTIONAL = ['lineage_edges', 'refs_outside_document'];

describeShared('the SPDX 3 documents of the corpus', () => {
  const manifest = JSON.parse(
    new TextDecoder().decode(readShared('corpus', 'manifest.json')),
  ) as CorpusEntry[];
  const entries = manifest.filter(({ format }) => format === 'spdx3-jsonld');

  test('are detected with the version that they name', () => {
    for (const { path, version } of entries) {
      expect(detectSpdx3(decode(readShared('corpus', path)))).toEqual({
        format: 'spdx3-jsonld',
        version,
      });
    }
    expect(entries).toHaveLength(15);
  });

  test('yield every fact that the manifest lists', () => {
    let compared = 0;
    const wrong: string[] = [];
    for (const { path, expect: facts } of entries) {
      const value = jsonOf(path);
      const found = corpusFacts(parseSpdx3(value), value);
      const expected: Record<string, unknown> = Object.fromEntries(
        OPTIONAL.map((key) => [key, []]),
      );
      Object.assign(expected, facts);
      for (const [key, wanted] of Object.entries(expected)) {
        if (NOT_FACTS.has(key)) continue;
        compared++;
        if (!isDeepStrictEqual(found[key], wanted)) {
          wrong.push(`${key} ${path} ${JSON.stringify(found[key])} ${JSON.stringify(wanted)}`);
        }
      }
    }
    process.stdout.write(`spdx3-jsonld: ${compared} facts compared, ${wrong.length} differ\n`);
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(200);
  });

  test('break none of the rules that are checked, as the manifest says', () => {
    for (const { path } of entries) {
      const { conformant, problems } = checkSpdx3Conformance(jsonOf(path));
      expect({ path, conformant, problems }).toEqual({ path, conformant: null, problems: [] });
    }
  });
});

function jsonOf(path: string): JsonValue {
  const decoded = decode(readShared('corpus', path));
  if (decoded.kind !== 'json') throw new Error(`no JSON: ${path}`);
  return decoded.json.value;
}
