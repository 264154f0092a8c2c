// SPDX-License-Identifier: Apache-2.0
// Python writes NaN and Infinity, which JSON does not have.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { readDocument, type ReadDocument } from '../../../../ingest/extract/registry.ts';
import { findNotANumberReport } from '../../../../schemas/tool-report/not-a-number.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(text: string, strict = false): Promise<ReadDocument> {
  const bytes = encode(text);
  return readDocument(bytes, { digest: sha256(bytes), strict });
}

/** A drift report of whylogs around one value. */
const drift = (pvalue: string, column = 'age'): string =>
  `{"${column}": {"algorithm": "ks", "pvalue": ${pvalue}, "statistic": 0.250, "thresholds": null, "drift_category": null}}`;

describe('a report with numbers that JSON does not have', () => {
  test.each(['NaN', 'Infinity', '-Infinity'])('%s is no value, and listed', async (word) => {
    const { reading } = await read(drift(word));
    expect(reading.facts.nodes[0]?.attributes).toMatchObject({
      tool: 'whylogs',
      'result.age': 'info 0.250',
    });
    expect(reading.facts.problems.map(({ code }) => code)).toContain('not-a-number');
  });

  test('strict mode refuses it, and says why', async () => {
    const { reading } = await read(drift('NaN'), true);
    expect(reading.conformant).toBe(false);
    expect(reading.conformanceProblems.map(({ code }) => code)).toEqual(['not-a-number']);
    expect((await read(drift('0.5'), true)).reading.conformant).toBe(true);
  });

  test('the words inside text are text', async () => {
    const { reading } = await read(drift('NaN', String.raw`NaN \" -Infinity`));
    expect(reading.facts.nodes[0]?.attributes).toHaveProperty(['result.NaN " -Infinity']);
  });
});

describe('everything else stays refused', () => {
  test.each([
    ['another word', drift('nan')],
    ['half a word', drift('Na')],
    ['a word in front', drift('xNaN')],
    ['a sign too many', drift('-NaN')],
    ['a name without quotes', '{"a": 1, NaN: 1}'],
    ['a cut end', drift('NaN').slice(0, -1)],
    ['a member twice', `{"a": NaN, "a": 1, ${drift('1').slice(1)}`],
    ['no report', '{"a": NaN}'],
    ['a statement', '{"_type": "https://in-toto.io/Statement/v1", "subject": [], "x": NaN}'],
    ['a BOM', '{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": NaN}'],
  ])('%s', async (_, text) => {
    const refusal = await read(text).catch((error: unknown) => error);
    expect(isPedigreeError(refusal) && refusal.code).toMatch(/^ERR_PARSE_/);
  });

  test('text of any kind gives no report and no error', () => {
    const parts = fc.constantFrom('NaN', '-Infinity', '"', '\\', '{', '}', '[', ']', ':', ',', 'a');
    fc.assert(
      fc.property(fc.array(parts), (text) => {
        expect(findNotANumberReport(encode(text.join('')))).toBeUndefined();
      }),
    );
  });
});
