// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { attributesUnder, reportFacts } from './read.ts';

const format = (text: string): string | undefined =>
  detectToolReport(decode(new TextEncoder().encode(text)))?.format;

describe('the table of TextAttack', () => {
  test.each([
    ['"original_text","perturbed_text","num_queries","result_type"', '"x, y","z",3.0,"Successful"'],
    ['"num_queries","original_text","perturbed_text","result_type"', '3.0,"x, y","z","Successful"'],
    ['result_type,perturbed_text,original_text\r', 'Successful,z,x\r'],
  ])('is known whatever the order of its columns: %s', (header, row) => {
    const facts = reportFacts(`${header}\n${row}\n`);
    expect(facts.format).toBe('textattack');
    expect(attributesUnder(facts, 'result.')).toMatchObject({
      'Number of successful attacks': 'fail ×1',
      'Number of failed attacks': 'info ×0',
    });
  });

  test.each([
    'original_text,perturbed_text\nx,y\n',
    'original_text_2,perturbed_text,result_type\nx,y,z\n',
    'a\noriginal_text,perturbed_text,result_type\n',
    'original_text;perturbed_text;result_type\nx;y;z\n',
  ])('%j is none', (text) => {
    expect(format(text)).not.toBe('textattack');
  });
});
