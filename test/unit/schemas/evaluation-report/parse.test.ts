// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../../core/json.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { detectEvaluationReport } from '../../../../schemas/evaluation-report/detect.ts';
import { parseEvaluationReport } from '../../../../schemas/evaluation-report/parse.ts';

const HEAD = '"model_sha256": "a", "dataset_sha256": "b"';
const parse = (members: string): ReturnType<typeof parseEvaluationReport> =>
  parseEvaluationReport(parseJson(`{${HEAD}${members}}`));

describe('evaluation report', () => {
  test('numbers exactly as written', () => {
    const report = parse(', "a": 0.90, "b": 1e-3, "c": 12345678901234567890, "metrics": {"d": -0}');
    expect(report.metrics).toEqual([
      { name: 'a', value: '0.90', pointer: '/a' },
      { name: 'b', value: '1e-3', pointer: '/b' },
      { name: 'c', value: '12345678901234567890', pointer: '/c' },
      { name: 'd', value: '-0', pointer: '/metrics/d' },
    ]);
  });

  test('what counts, sets up or is nested measures nothing', () => {
    const report = parse(
      ', "acc": 1, "n": 108, "seed": 42, "confusion": [[1, 2]], "x": {"y": 3}, "s": "4"',
    );
    expect(report.metrics.map(({ name }) => name)).toEqual(['acc']);
    expect(report.sampleSize).toBe('108');
  });

  test('harness and nonce', () => {
    expect(parse(', "acc": 1, "harness": "h", "nonce": "n"')).toMatchObject({
      harness: 'h',
      nonce: 'n',
    });
  });

  test.each([
    ['', 'ERR_PARSE_DOCUMENT'],
    [', "acc": "0.9"', 'ERR_PARSE_DOCUMENT'],
    [', "confusion": [1]', 'ERR_PARSE_DOCUMENT'],
    [
      `, "metrics": {${Array.from({ length: 1001 }, (_, at) => `"m${at}": ${at}`).join(',')}}`,
      'ERR_LIMIT_ITEMS',
    ],
  ])('%#: refused', (members, code) => {
    expect(() => parse(members)).toThrow(expect.objectContaining({ code }));
  });

  test.each(['{"model_sha256": "a", "acc": 1}', '{"dataset_sha256": "a"}', '[]', '1'])(
    '%s is no report',
    (text) => {
      expect(() => parseEvaluationReport(parseJson(text))).toThrow(
        expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT' }),
      );
      expect(detectEvaluationReport(decode(new TextEncoder().encode(text)))).toBeUndefined();
    },
  );

  test('the text of a number is the text of the document, whatever the number', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.nat(3),
        (number, zeros) => {
          const text = String(number);
          const written =
            text.includes('e') || !text.includes('.') ? text : text + '0'.repeat(zeros);
          expect(parse(`, "m": ${written}`).metrics[0]?.value).toBe(written);
        },
      ),
    );
  });

  test('members called __proto__ and constructor are members', () => {
    const report = parse(', "__proto__": 1, "constructor": 2');
    expect(report.metrics.map(({ name }) => name)).toEqual(['__proto__', 'constructor']);
  });
});
