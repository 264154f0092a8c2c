// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { attributesUnder, outcomes, reportFacts, reportNode } from './read.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const results = (facts: Facts): Readonly<Record<string, string>> =>
  attributesUnder(facts, 'result.');

describe('Evidently up to 0.6', () => {
  const report = {
    version: '0.4.30',
    metrics: [
      {
        metric: 'DatasetDriftMetric',
        result: { drift_share: 0.5, number_of_columns: 4, dataset_drift: true, note: 'x' },
      },
      {
        metric: 'ColumnDriftMetric',
        result: { column_name: 'age', drift_score: 0.125, drift_detected: false },
      },
      {
        metric: 'DataDriftTable',
        result: {
          drift_by_columns: {
            age: { drift_detected: false, drift_score: 0.1 },
            size: { drift_detected: true },
            bad: { drift_detected: 'yes' },
          },
        },
      },
      {
        metric: 'ClassificationQualityMetric',
        result: { current: { accuracy: 0.75 }, reference: { accuracy: 0.5, f1: null } },
      },
    ],
    timestamp: '2026-01-02 03:04:05',
  };

  test('a report: numbers as written, drift as a warning', () => {
    const facts = reportFacts(JSON.stringify(report).replace('0.75', '0.750'));
    expect(facts.format).toBe('evidently-legacy');
    expect(results(facts)).toEqual({
      'DatasetDriftMetric drift_share': 'info 0.5',
      'DatasetDriftMetric number_of_columns': 'info 4',
      'DatasetDriftMetric dataset_drift': 'warn',
      'ColumnDriftMetric age drift_score': 'info 0.125',
      'ColumnDriftMetric age drift_detected': 'pass',
      'DataDriftTable age drift_detected': 'pass',
      'DataDriftTable size drift_detected': 'warn',
      'ClassificationQualityMetric current accuracy': 'info 0.750',
      'ClassificationQualityMetric reference accuracy': 'info 0.5',
    });
    expect(reportNode(facts).attributes).toMatchObject({
      tool: 'evidently',
      toolVersion: '0.4.30',
      stage: '7,9',
    });
  });

  test('a test suite', () => {
    const facts = reportFacts({
      version: '0.4.30',
      tests: [
        { name: 'Accuracy', status: 'SUCCESS', parameters: {} },
        { name: 'Drift', status: 'FAIL', parameters: { column_name: 'age' } },
        { name: 'Broken', status: 'ERROR' },
        { name: 'Near', status: 'WARNING' },
        { name: 'Left out', status: 'SKIPPED' },
      ],
      summary: { all_passed: false, total_tests: 5, by_status: {} },
    });
    expect(outcomes(facts)).toMatchObject({ pass: 1, fail: 2, warn: 1, info: 1 });
    expect(results(facts)).toMatchObject({ 'test Drift (age)': 'fail', 'test Broken': 'fail' });
    expect(attributesUnder(facts, 'summary.')).toMatchObject({ tests: '5', testsFailed: '2' });
  });

  test.each([
    ['no version', { ...report, version: undefined }],
    ['a version that is no text', { ...report, version: 1 }],
    ['no metrics', { ...report, metrics: [] }],
    ['metrics of another shape', { ...report, metrics: [{ metric: 'x', result: 1 }] }],
    ['tests without a summary', { version: '1', tests: [{ name: 'a', status: 'FAIL' }] }],
    ['a summary of another shape', { version: '1', tests: [], summary: { all_passed: 'yes' } }],
  ])('with %s it is none', (_name, document) => {
    const decoded = decode(new TextEncoder().encode(JSON.stringify(document)));
    expect(detectToolReport(decoded)?.format).not.toBe('evidently-legacy');
  });
});
