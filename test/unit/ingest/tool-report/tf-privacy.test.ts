// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { attributesUnder, reportFacts, reportNode } from './read.ts';

const results = (text: string | object): unknown => attributesUnder(reportFacts(text), 'result.');

describe('the statement of a training', () => {
  const statement = `DP-SGD performed over 500 examples with 10 examples per iteration, noise
multiplier 1.5 for 4 epochs with microbatching, and at most 3 examples per user.

This privacy guarantee protects the release of all models.

Example-level DP with add-or-remove-one adjacency at delta = 1e-05 computed with
RDP accounting:
    Epsilon with each example occurring once per epoch:         9.125
    Epsilon assuming Poisson sampling (*):                      1.250

User-level DP with add-or-remove-one adjacency at delta =
1e-05 computed using RDP accounting and group privacy:
    Epsilon with each example occurring once per epoch:        27.500
    Epsilon assuming Poisson sampling (*):                   inf (**)

(*) Poisson sampling is not usual.
`;

  test('for examples and for users, both ways of sampling', () => {
    const facts = reportFacts(statement);
    expect(attributesUnder(facts, 'result.')).toEqual({
      'delta example-level': 'info 1e-05',
      'epsilon example-level with each example occurring once per epoch': 'info 9.125',
      'epsilon example-level assuming Poisson sampling': 'info 1.250',
      'delta user-level': 'info 1e-05',
      'epsilon user-level with each example occurring once per epoch': 'info 27.500',
      'epsilon user-level assuming Poisson sampling': 'info inf',
    });
    expect(attributesUnder(facts, 'summary.')['statement']).toContain('noise multiplier 1.5 for 4');
    expect(reportNode(facts).attributes).toMatchObject({ tool: 'tf-privacy', stage: '7' });
  });

  test('other text that begins alike is none', () => {
    const text = 'DP-SGD performed over many examples\n';
    expect(detectToolReport(decode(new TextEncoder().encode(text)))).toBeUndefined();
  });
});

describe('attacks on a model', () => {
  const expected = {
    'THRESHOLD_ATTACK on Entire dataset: AUC': 'info 0.61',
    'THRESHOLD_ATTACK on Entire dataset: Attacker advantage': 'info 0.2',
    'RANDOM_FOREST on class 3: AUC': 'info 0.5',
  };
  const rows = [
    {
      'slice feature': 'Entire dataset',
      'slice value': '',
      'train size': 100,
      'test size': 50,
      'attack type': 'THRESHOLD_ATTACK',
      AUC: 0.61,
      'Attacker advantage': 0.2,
    },
    {
      'slice feature': 'class',
      'slice value': '3',
      'train size': 10,
      'test size': 5,
      'attack type': 'RANDOM_FOREST',
      AUC: 0.5,
      'Attacker advantage': null,
    },
  ];

  test('as rows in JSON and CSV, with and without an index', () => {
    expect(results(rows)).toEqual(expected);
    const head = Object.keys(rows[0] ?? {}).join(',');
    const lines = rows.map((row) => Object.values(row).join(','));
    expect(results([head, ...lines].join('\n'))).toEqual(expected);
    const indexed = [`,${head}`, ...lines.map((line, at) => `${at},${line}`)].join('\r\n');
    expect(results(indexed)).toEqual(expected);
  });

  test('as the summary that is printed', () => {
    const summary = `Best-performing attacks over all slices
  RANDOM_FOREST (with 10 training and 5 test examples) achieved an AUC of 0.71 on slice CLASS=3
  RANDOM_FOREST (with 10 training and 5 test examples) achieved an advantage of 0.30 on slice CLASS=3
  THRESHOLD_ATTACK (with 9 training and 9 test examples) achieved top-5 epsilon lower bounds of 3.28, -0.5 on slice Entire dataset

Best-performing attacks over slice: "Entire dataset"
  THRESHOLD_ATTACK (with 9 training and 9 test examples) achieved a positive predictive value of 0.50
  something else
`;
    expect(results(summary)).toEqual({
      'RANDOM_FOREST on CLASS=3: AUC': 'info 0.71',
      'RANDOM_FOREST on CLASS=3: advantage': 'info 0.30',
      'THRESHOLD_ATTACK on Entire dataset: epsilon lower bounds': 'info 3.28, -0.5',
      'THRESHOLD_ATTACK on Entire dataset: positive predictive value': 'info 0.50',
    });
  });

  test('rows without an attack are none', () => {
    const text = JSON.stringify([rows[0], { 'slice feature': 'class', 'slice value': '3' }]);
    expect(detectToolReport(decode(new TextEncoder().encode(text)))).toBeUndefined();
  });
});
