// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport, findLinesReport } from '../../../../schemas/tool-report/detect.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import { attributesUnder, outcomes, reportFacts, reportNode } from './read.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const results = (facts: Facts): Readonly<Record<string, string>> =>
  attributesUnder(facts, 'result.');
const summary = (facts: Facts): Readonly<Record<string, string>> =>
  attributesUnder(facts, 'summary.');
const names = (facts: Facts): (string | undefined)[] =>
  facts.subjects.map((id) => facts.nodes[id]?.names[0]);

function formatOf(text: string): string | undefined {
  const bytes = new TextEncoder().encode(text);
  const lines = findLinesReport(bytes);
  return (lines?.detected ?? detectToolReport(decode(bytes)))?.format;
}

describe('Allstar', () => {
  const line = (more: object): string =>
    JSON.stringify({
      severity: 'INFO',
      org: 'example',
      repo: 'model',
      area: 'Branch Protection',
      result: true,
      enabled: true,
      notify: '',
      details: {},
      time: '2026-11-20T10:00:00Z',
      message: 'Policy run result.',
      ...more,
    });

  test('one result a policy and repository; what is not enabled judges nothing', () => {
    const log = [
      JSON.stringify({ severity: 'INFO', message: 'Allstar is starting' }),
      line({}),
      line({ area: 'Security Policy', result: false }),
      line({ area: 'Outside Collaborators', result: false, enabled: false, repo: 'data' }),
      'not JSON',
    ].join('\n');
    const facts = reportFacts(log);
    expect(results(facts)).toEqual({
      'Branch Protection example/model': 'pass',
      'Security Policy example/model': 'fail',
      'Outside Collaborators example/data': 'info',
    });
    expect(names(facts)).toEqual(['example/model', 'example/data']);
    expect(reportNode(facts).attributes).toMatchObject({
      tool: 'allstar',
      time: '2026-11-20T10:00:00Z',
      stage: '1,2,3,4,5',
    });
  });

  test('one line is a report; a line without a result is none', () => {
    expect(outcomes(reportFacts(line({})))).toMatchObject({ pass: 1 });
    expect(formatOf(line({ result: 'true' }))).toBeUndefined();
    expect(formatOf(line({ message: 'Policy run result' }))).toBeUndefined();
    expect(formatOf(line({ org: undefined }))).toBeUndefined();
  });
});

describe('SAMM', () => {
  const answers = (count: number, value: unknown = 0.25): Record<string, unknown> =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`question${at + 1}`, value]));

  test('answers, as written', () => {
    const facts = reportFacts({ ...answers(90), 'Project name': 'triage' });
    expect(results(facts)['question1']).toBe('info 0.25');
    expect(Object.keys(results(facts))).toHaveLength(90);
    expect(summary(facts)).toMatchObject({ project: 'triage' });
  });

  test('scores for the practices', () => {
    const pages = ['Governance', 'Design', 'Implementation', 'Verification', 'Operations'].map(
      (name) => ({ name, score: 1.5, panels: [{ name: 'A', answers: [], score: 0.75 }] }),
    );
    const facts = reportFacts({ name: 'Final Score', companyname: 'x', score: 1.5, Pages: pages });
    expect(results(facts)).toMatchObject({
      'Final Score': 'info 1.5',
      Design: 'info 1.5',
      'Operations: A': 'info 0.75',
    });
  });

  test('a survey that names whom it is about may be short', () => {
    expect(results(reportFacts({ ...answers(3), 'Company Name': 'example' }))).toEqual({
      question1: 'info 0.25',
      question2: 'info 0.25',
      question3: 'info 0.25',
    });
    expect(formatOf(JSON.stringify({ 'Company Name': 'example' }))).toBeUndefined();
    expect(formatOf(JSON.stringify({ ...answers(3, 3), 'Project name': 'a' }))).toBeUndefined();
  });

  test('half a survey, and answers that no SAMM question has, are none', () => {
    expect(formatOf(JSON.stringify(answers(44)))).toBeUndefined();
    expect(formatOf(JSON.stringify(answers(90, 2)))).toBeUndefined();
    expect(formatOf(JSON.stringify({ Pages: [{ name: 'Design' }] }))).toBeUndefined();
  });
});

describe('ARX', () => {
  const config = (inner: string): string =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<config>\n${inner}</config>\n`;

  test('privacy models and limits of a configuration', () => {
    const facts = reportFacts(
      config(
        '<suppressTuplesInNonAnonymousOutput>true</suppressTuplesInNonAnonymousOutput><suppressionString>*</suppressionString><relativeMaxOutliers>0.05</relativeMaxOutliers><metric>Loss</metric><criteria><criterion>5-anonymity</criterion><criterion>distinct-2-diversity for attribute &apos;diagnosis&apos;</criterion></criteria>',
      ),
    );
    expect(results(facts)).toEqual({
      '5-anonymity': 'info',
      "distinct-2-diversity for attribute 'diagnosis'": 'info',
    });
    expect(summary(facts)).toEqual({ suppressionLimit: '0.05', metric: 'Loss', criteria: '2' });
    expect(reportNode(facts).attributes).toMatchObject({
      tool: 'arx',
      stage: '2',
      outcome: 'info',
    });
  });

  test('what each attribute counts as', () => {
    const one = (name: string, type: string): string =>
      `<assigment><name>${name}</name><type>${type}</type><datatype>String</datatype></assigment>`;
    const facts = reportFacts(
      `<definition>${one('age', 'QUASI_IDENTIFYING_ATTRIBUTE')}${one('id', 'IDENTIFYING_ATTRIBUTE')}${one('zip', 'QUASI_IDENTIFYING_ATTRIBUTE')}</definition>`,
    );
    expect(results(facts)).toEqual({
      QUASI_IDENTIFYING_ATTRIBUTE: 'info ×2',
      IDENTIFYING_ATTRIBUTE: 'info ×1',
    });
    expect(summary(facts)['attribute.id']).toBe('IDENTIFYING_ATTRIBUTE');
  });

  test('the version that wrote a project', () => {
    const text =
      '<metadata>\n\t<version>3.9.1</version>\n\t<vocabulary>2.0</vocabulary>\n</metadata>\n';
    expect(reportNode(reportFacts(text)).attributes).toMatchObject({
      tool: 'arx',
      toolVersion: '3.9.1',
    });
    expect(formatOf(text.replace('2.0', 'two'))).toBeUndefined();
    expect(formatOf(text.replace('</metadata>', '<a/></metadata>'))).toBeUndefined();
  });

  test.each([
    ['2.0', 'n', 'a'],
    ['1.0', 'node', 'anonymity'],
  ])(
    'how many ways to transform the data meet the demands, vocabulary %s',
    (vocabulary, node, a) => {
      const one = (word: string): string => `<${node}><${a}>${word}</${a}></${node}>`;
      const lattice = `<lattice><level depth="0">${one('NOT_ANONYMOUS')}</level><level depth="1">${one('ANONYMOUS')}${one('ANONYMOUS')}</level></lattice>`;
      const facts = reportFacts(`<!-- ARX XML Vocabulary Version ${vocabulary} -->\n${lattice}`);
      expect(results(facts)).toEqual({ NOT_ANONYMOUS: 'info ×1', ANONYMOUS: 'info ×2' });
      expect(summary(facts)).toEqual({ transformations: '3' });
      expect(formatOf(lattice)).toBeUndefined();
    },
  );

  test('other configurations in XML are none', () => {
    expect(formatOf(config('<a/>'))).toBeUndefined();
    expect(formatOf(config(''))).toBeUndefined();
    expect(formatOf('<definition><assignment/></definition>')).toBeUndefined();
    expect(
      formatOf('<config xmlns="urn:x"><suppressTuplesInNonAnonymousOutput/></config>'),
    ).toBeUndefined();
  });
});

describe('matrices of attacks', () => {
  const matrix = { id: 'ATLAS', tactics: [{}], techniques: [{}, {}] };

  test('ATLAS as JSON', () => {
    const facts = reportFacts({ id: 'ATLAS', name: 'A', version: '5.0.0', matrices: [matrix] });
    expect(results(facts)).toEqual({
      'ATLAS tactics': 'info ×1',
      'ATLAS techniques': 'info ×2',
    });
    expect(reportNode(facts).attributes).toMatchObject({ toolVersion: '5.0.0', stage: '1' });
    expect(formatOf(JSON.stringify({ id: 'A', matrices: [[1]] }))).toBeUndefined();
    expect(formatOf(JSON.stringify({ id: 'A', matrices: [] }))).toBeUndefined();
  });

  test('ATLAS and ATT&CK as STIX; what was revoked does not count', () => {
    const objects = [
      { type: 'x-mitre-matrix', name: 'ATLAS Matrix', modified: '2026-05-01T00:00:00Z' },
      { type: 'attack-pattern' },
      { type: 'attack-pattern', revoked: true },
      { type: 'x-mitre-tactic' },
      { type: 'relationship' },
    ];
    const bundle = { type: 'bundle', id: 'bundle--1', objects };
    const facts = reportFacts(bundle);
    expect(results(facts)).toEqual({ techniques: 'info ×1', tactics: 'info ×1' });
    expect(reportNode(facts).attributes).toMatchObject({
      tool: 'mitre-atlas',
      time: '2026-05-01T00:00:00Z',
    });
    expect(formatOf(JSON.stringify({ ...bundle, objects: objects.slice(1) }))).toBeUndefined();
    expect(formatOf(JSON.stringify({ ...bundle, type: 'report' }))).toBeUndefined();
  });
});

describe('DVC', () => {
  test.each<[string, object]>([
    ['nothing', {}],
    ['a plain object', { a: { b: 1 } }],
    ['a list of words', { a: ['b'] }],
    ['an empty list', { a: [] }],
    ['metrics without a file', { '': { data: {} } }],
    ['a change with more members', { a: { b: { old: 1, new: 2, other: 3 } } }],
    ['half a diff', { added: [], deleted: [], modified: [] }],
  ])('%s is no answer of DVC', (_, value) => {
    expect(formatOf(JSON.stringify(value))).toBeUndefined();
  });

  test('metrics inside objects, an error instead of metrics', () => {
    const facts = reportFacts({
      main: {
        data: {
          'm.json': { data: { a: { b: 0.1 }, label: 'x' } },
          'n.json': { error: { type: 'FileNotFoundError' } },
        },
      },
    });
    expect(results(facts)).toEqual({ 'main m.json a.b': 'info 0.1' });
    expect(names(facts)).toEqual(['m.json', 'n.json']);
  });

  test('a stage whose command changed', () => {
    const facts = reportFacts({ train: ['changed command', { 'changed outs': { a: 'deleted' } }] });
    expect(results(facts)).toEqual({
      'train changed command': 'warn',
      'train changed outs a': 'warn',
    });
  });
});

describe('what programs print', () => {
  test.each([
    'clean accuracy:  99.1 %\n',
    'robust accuracy for perturbations with\n  Linf norm ≤ 0.1 : 9 %\n',
    'FastGradientMethod model 0.9 0.4\n',
    'NotAnAttack model 0.9 0.4 None\n',
    'DP-SGD was used with epsilon 3\n',
    '# relative_time, something_else\n1,2\n',
    '| Vulnerability | Level |\n',
    '------- Result 1 -------\nNumber of successful attacks: many\n',
    'id: lower\nmatrices:\n',
    'id: ATLAS\nmatrices: []\n',
  ])('%j is no report', (text) => {
    expect(formatOf(text)).toBeUndefined();
  });

  test('text of any kind is taken by no adapter, and costs no error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const decoded = { kind: 'text' as const, bytes: new Uint8Array(), text: `a ${text}` };
        expect(detectToolReport(decoded)).toBeUndefined();
      }),
    );
  });
});

describeShared('samples that used to be opaque', () => {
  const read = (path: string): Facts => reportFacts(readShared('samples', path));

  test('the ATLAS matrix: version, techniques, what the case studies saw', () => {
    const facts = read('atlas/ATLAS.yaml');
    expect(reportNode(facts).attributes).toMatchObject({ toolVersion: '5.6.0', stage: '1' });
    expect(Number(/×(\d+)/.exec(results(facts)['ATLAS tactics'] ?? '')?.[1])).toBeGreaterThan(10);
    expect(results(facts)['AML.T0043.003']).toMatch(/^info ×\d+$/);
  });

  test('ART, Foolbox, TextAttack and TF Privacy: the log says what the file says', () => {
    const art = results(read('art/art-stdout.txt'));
    expect(art['models/triage-v1/model.safetensors FastGradientMethod robust accuracy']).toBe(
      'info 0.49074074074074076',
    );
    expect(Object.keys(art)).toHaveLength(15);
    const foolbox = results(read('foolbox/foolbox-stdout.txt'));
    expect(foolbox['triage-v1 LinfFastGradientAttack clean accuracy']).toBe('info 99.1%');
    expect(foolbox['triage-v2 LinfFastGradientAttack robust accuracy Linf norm ≤ 0.5']).toBe(
      'info 43.5%',
    );
    const log = results(read('textattack/attack.txt'));
    const file = results(read('textattack/summary.json'));
    expect(log['Number of successful attacks']).toBe(file['Number of successful attacks']);
    expect(JSON.stringify(log)).not.toContain('jane@example.org');
    expect(results(read('tf-privacy/dp-accounting.stdout.txt'))).toEqual({
      epsilon: 'info 5.623',
      delta: 'info 0.001',
    });
  });

  test('Giskard in Markdown counts the issues of the records', () => {
    for (const name of ['triage-v2', 'triage-poisoned']) {
      const table = summary(read(`giskard/scan-${name}.md`))['issues'];
      expect(table).toBe(summary(read(`giskard/scan-${name}.dataframe.json`))['issues']);
    }
  });

  test('AFL++: the last line of the plot has the crashes of the statistics', () => {
    const plot = results(read('afl/plot_data'));
    expect(plot['saved_crashes']).toBe(results(read('afl/fuzzer_stats'))['saved_crashes']);
  });

  test('DVC: the tampered file shows in each answer, and what a change of parameters did', () => {
    expect(results(read('dvc/data-status-tampered-train.json'))).toHaveProperty(
      'uncommitted modified data/split/train.csv',
      'warn',
    );
    expect(Object.keys(results(read('dvc/status-tampered-train.json')))).toHaveLength(4);
    const metrics = results(read('dvc/metrics-show.json'));
    expect(metrics['reports/eval_v1.json accuracy']).toBe('info 0.9907407407407407');
    expect(results(read('variant-sampling/params-diff.json'))).toHaveProperty(
      'configs/sampling.yaml split.test_size: 0.25 → 0.7',
    );
    expect(outcomes(read('variant-sampling/diff.json'))['warn']).toBe(7);
  });

  test('a dependency snapshot names its packages', () => {
    const facts = read('syft/venv.github.json');
    expect(summary(facts)['packages']).toBe('32');
    const refs = facts.subjects.map((id) => facts.nodes[id]?.ref);
    expect(refs).toContain('pkg:pypi/flask@2.2.2');
  });
});
