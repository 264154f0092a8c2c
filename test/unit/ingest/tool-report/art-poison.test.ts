// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { attributesUnder, reportFacts, reportNode } from './read.ts';

const rate = (numerator: number, denominator: number): object => ({
  rate: denominator === 0 ? -1 : (100 * numerator) / denominator,
  numerator,
  denominator,
});
const rates = {
  TruePositive: rate(1, 4),
  TrueNegative: rate(2, 2),
  FalsePositive: rate(0, 2),
  FalseNegative: rate(0, 0),
};

test('how right a defence was, where it could be', () => {
  const facts = reportFacts({ class_0: rates });
  expect(attributesUnder(facts, 'result.')).toEqual({
    'class_0 TruePositive': 'info 25',
    'class_0 TrueNegative': 'info 100',
    'class_0 FalsePositive': 'info 0',
  });
  expect(reportNode(facts).attributes).toMatchObject({ tool: 'art', stage: '3' });
});

test('clusters that a defence suspects', () => {
  const facts = reportFacts({
    cluster_analysis: 'smaller',
    suspicious_clusters: 1,
    Class_0: {
      cluster_0: { ptc_data_in_cluster: 0.75, suspicious_cluster: false },
      cluster_1: { ptc_data_in_cluster: 0.25, suspicious_cluster: true },
    },
  });
  expect(attributesUnder(facts, 'result.')).toEqual({
    'suspicious clusters': 'warn ×1',
    'Class_0 cluster_0': 'pass 0.75',
    'Class_0 cluster_1': 'warn 0.25',
  });
  expect(attributesUnder(facts, 'summary.')).toEqual({ analysis: 'smaller' });
});

test('clusters by their distance, suspected in words', () => {
  const cluster = { distance_to_class_1: '0.5', suspicious: 'True' };
  const facts = reportFacts({ cluster_analysis: 0.0, Class_0: { cluster_0: cluster } });
  expect(attributesUnder(facts, 'result.')).toEqual({ 'Class_0 cluster_0': 'warn' });
});

test.each<[string, object]>([
  ['one rate too few', { class_0: { ...rates, FalsePositive: undefined } }],
  ['another member', { class_0: rates, total: rates }],
  ['clusters without an analysis', { Class_0: { cluster_0: {} } }],
  ['an analysis without clusters', { cluster_analysis: 'smaller', Class_0: {} }],
])('%s: not ART', (_, value) => {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  expect(detectToolReport(decode(bytes))).toBeUndefined();
});
