// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { attributesUnder, outcomes, reportFacts } from './read.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const results = (facts: Facts): Readonly<Record<string, string>> =>
  attributesUnder(facts, 'result.');
const summary = (facts: Facts): Readonly<Record<string, string>> =>
  attributesUnder(facts, 'summary.');
const subjects = (facts: Facts): string[] =>
  facts.subjects.map((id) => {
    const node = facts.nodes[id];
    return `${node?.kinds.join(' ') ?? ''} ${node?.names[0] ?? ''}`;
  });

describe('Threat Dragon', () => {
  const cell = (type: string, text: string, ...threats: object[]): object => ({
    type,
    threats,
    attrs: { text: { text } },
  });

  test('version 1 keeps its cells one step further down', () => {
    const cells = [
      cell('tm.Store', 'Weights', { title: 'Theft', status: 'Open', severity: 'High' }),
      cell('tm.Process', 'Trainer', { title: 'Poisoning', status: 'Mitigated' }),
      cell('tm.Flow', 'upload', { title: 'Tampering', status: 'Open' }),
      cell('tm.Boundary', 'edge'),
    ];
    const facts = reportFacts({
      summary: { title: 'Model' },
      detail: { diagrams: [{ title: 'd', diagramJson: { cells } }] },
    });
    expect(summary(facts)).toEqual({ title: 'Model', threats: '3', open: '2', mitigated: '1' });
    expect(results(facts)).toEqual({
      'Theft (High)': 'warn',
      Poisoning: 'pass',
      Tampering: 'warn',
    });
    expect(subjects(facts)).toEqual(['File Weights', 'Code Trainer']);
  });
});

describe('the form of the Threat Model Library', () => {
  const model = {
    version: '1.0.1',
    scope: { title: 'Triage' },
    reviewed_at: '2026-05-28',
    trust_zones: [],
    trust_boundaries: [],
    actors: [],
    components: [{ symbolic_name: 'trainer', title: 'Trainer' }, { symbolic_name: 'bare' }, {}],
    data_stores: [{ symbolic_name: 's', title: 'Weights' }],
    data_sets: [{ symbolic_name: 'd', title: 'Images' }],
    data_flows: [],
    threats: [
      { symbolic_name: 't1', title: 'Poisoning' },
      { symbolic_name: 't2', title: 'Theft' },
      { symbolic_name: 't3', title: 'Evasion' },
      { title: 'Nameless' },
    ],
    controls: [
      { symbolic_name: 'c1', threats: ['t1'], status: 'active' },
      { symbolic_name: 'c2', threats: ['t2'], status: 'suggested' },
      { symbolic_name: 'c3', threats: ['t3', 1, null], status: 'wont_do' },
    ],
    risks: [{ symbolic_name: 'r', title: 'Loss', score: 12.5, level: 'high' }],
  };

  test('a threat is countered by a control that is active, by no other', () => {
    const facts = reportFacts(JSON.stringify(model).replace('12.5', '12.50'));
    expect(facts.format).toBe('threat-model-bom');
    expect(results(facts)).toEqual({
      Poisoning: 'pass',
      Theft: 'warn',
      Evasion: 'warn',
      Nameless: 'warn',
      'Loss (high)': 'info 12.50',
    });
    expect(outcomes(facts)).toMatchObject({ pass: 1, warn: 3, info: 1, fail: 0 });
    expect(summary(facts)).toMatchObject({ title: 'Triage', threats: '4', active: '1' });
    expect(subjects(facts)).toEqual([
      'Code Trainer',
      'Code bare',
      'File Weights',
      'Dataset Images',
    ]);
  });

  test.each([
    ['a title', { scope: {} }],
    ['zones', { trust_zones: {} }],
    ['components', { components: undefined }],
    ['flows', { data_flows: null }],
  ])('without %s it is none', (_name, change) => {
    const text = JSON.stringify({ ...model, ...change });
    const detected = detectToolReport(decode(new TextEncoder().encode(text)));
    expect(detected?.format).not.toBe('threat-model-bom');
  });
});
