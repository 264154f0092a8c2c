// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectMlmodel } from '../../../../schemas/mlmodel/detect.ts';
import { parseMlmodel } from '../../../../schemas/mlmodel/parse.ts';
import { Comparison, corpusOf } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';

describeShared('MLmodel files of the corpus', () => {
  test('every fact', () => {
    const comparison = new Comparison();
    for (const { path, version, expect: expected } of corpusOf('mlmodel')) {
      const bytes = readShared('corpus', path);
      const model = parseMlmodel(new TextDecoder().decode(bytes));
      const facts: Readonly<Record<string, unknown>> = {
        artifact_path: model.artifactPath,
        run_id: model.runId,
        model_uuid: model.modelUuid,
        mlflow_version: model.mlflowVersion,
        utc_time_created: model.createdUtc,
        flavors: model.flavors,
        python_function_loader: model.loader,
        has_signature: model.hasSignature,
        signature_inputs: model.signatureInputs,
      };
      for (const [name, value] of Object.entries(expected)) {
        comparison.check(`${path} ${name}`, facts[name], value);
      }
      const detected = { format: 'mlmodel', version };
      comparison.check(`${path} detected`, detectMlmodel(decode(bytes)), detected);
    }
    comparison.report('mlmodel');
    expect(comparison.wrong).toEqual([]);
    expect(comparison.compared).toBeGreaterThan(50);
  });
});

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
    ['flavors:\n  sklearn: {}\n', false],
    ['run_id: x\n', false],
    ['{"flavors": {}}', false],
    [' flavors:\n  a: b\nrun_id: x\n', false],
  ])('%j is one: %s', (text, expected) => {
    const found = detectMlmodel(decode(new TextEncoder().encode(text)));
    expect(found !== undefined).toBe(expected);
  });
});
