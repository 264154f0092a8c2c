// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectMlmodel } from '../../../../schemas/mlmodel/detect.ts';
import { parseMlmodel } from '../../../../schemas/mlmodel/parse.ts';

describe('MLmodel', () => {
  test('a run id that looks like a number stays text', () => {
    expect(parseMlmodel('run_id: 41344652028e41\nflavors: {}\n').runId).toBe('41344652028e41');
    expect(parseMlmodel('run_id: 0012\nflavors: {}\n').runId).toBe('0012');
  });

  test.each([
    ["signature: {inputs: '[{}, {}]'}", [true, 2]],
    ["signature: {inputs: 'not json'}", [true, undefined]],
    ["signature: {inputs: '{}'}", [true, undefined]],
    ['signature: ~', [false, undefined]],
  ])('%s', (line, expected) => {
    const model = parseMlmodel(`${line}\nflavors: {}\n`);
    expect([model.hasSignature, model.signatureInputs]).toEqual(expected);
  });

  test.each([
    ['run_id: x', 'ERR_PARSE_DOCUMENT'],
    ['flavors: []', 'ERR_PARSE_DOCUMENT'],
    ['flavors: {a: 1, a: 2}', 'ERR_PARSE_DUPLICATE_KEY'],
    ['flavors: {x: !!python/name:os.system }', 'ERR_PARSE_YAML'],
  ])('%s is refused', (text, code) => {
    expect(() => parseMlmodel(text)).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    ['flavors:\n  sklearn: {}\nrun_id: x\n', true],
    ['flavors: {}\nrun_id: x\n', true],
    ['flavors: {}\r\nrun_id: x\r\n', true],
    ['flavors: []\nrun_id: x\n', false],
    ['flavors: {a: 1}\nrun_id: x\n', false],
    ['flavors: {}\n', false],
    ['flavors:\n  sklearn: {}\n', false],
    ['run_id: x\n', false],
    ['{"flavors": {}}', false],
    [' flavors:\n  a: b\nrun_id: x\n', false],
  ])('%j is one: %s', (text, expected) => {
    const found = detectMlmodel(decode(new TextEncoder().encode(text)));
    expect(found !== undefined).toBe(expected);
  });
});
