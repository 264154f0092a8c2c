// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { attributesUnder, reportFacts, reportNode } from './read.ts';

const STARTED = Date.UTC(2026, 4, 1);
const formatOf = (value: unknown): string | undefined =>
  detectToolReport(decode(new TextEncoder().encode(JSON.stringify(value))))?.format;

describe('a build', () => {
  const build = {
    _class: 'org.jenkinsci.plugins.workflow.job.WorkflowRun',
    actions: [{}],
    building: false,
    duration: 10,
    fullDisplayName: 'triage #7',
    number: 7,
    result: 'UNSTABLE',
    timestamp: STARTED,
    url: 'https://ci.example.org/job/triage/7/',
  };

  test('tells its tests, of every plug-in that counts them', () => {
    const actions = [
      { failCount: 2, skipCount: 1, totalCount: 30, urlName: 'testReport' },
      { failCount: 0, totalCount: 4, urlName: 'cucumber' },
      { urlName: 'git' },
    ];
    expect(attributesUnder(reportFacts({ ...build, actions }), 'result.')).toEqual({
      'build 7': 'warn',
      'testReport failed': 'fail ×2',
      'testReport skipped': 'info ×1',
      'testReport total': 'info ×30',
      'cucumber failed': 'pass ×0',
      'cucumber skipped': 'info ×0',
      'cucumber total': 'info ×4',
    });
  });

  test('is one by its members, whoever wrote its class', () => {
    const { _class, ...plain } = build;
    expect(_class).toMatch(/Run$/);
    for (const one of [plain, { ...plain, _class: 'com.example.MultiJob' }]) {
      expect(formatOf(one)).toBe('jenkins');
    }
    expect(formatOf({ ...plain, url: undefined })).toBeUndefined();
    expect(formatOf({ ...plain, actions: undefined })).toBeUndefined();
    expect(formatOf({ ...build, number: '7' })).toBeUndefined();
  });
});

describe('a job', () => {
  const job = {
    _class: 'hudson.model.FreeStyleProject',
    actions: [],
    name: 'triage',
    fullName: 'ml/triage',
    url: 'https://ci.example.org/job/ml/job/triage/',
    color: 'red_anime',
    nextBuildNumber: 8,
    lastBuild: { number: 7 },
    lastCompletedBuild: { number: 6 },
    lastSuccessfulBuild: null,
    healthReport: [{ description: 'Build stability: all failed', score: 0 }],
  };

  test('how its last build ended, and its health', () => {
    const facts = reportFacts(job);
    expect(attributesUnder(facts, 'result.')).toEqual({
      'job ml/triage': 'fail',
      'Build stability: all failed': 'info 0',
    });
    expect(attributesUnder(facts, 'summary.')).toEqual({
      name: 'ml/triage',
      color: 'red',
      url: job.url,
      lastBuild: '7',
    });
  });

  test.each([
    ['blue', 'pass'],
    ['yellow', 'warn'],
    ['aborted', 'fail'],
    ['notbuilt', 'info'],
    ['disabled_anime', 'info'],
  ])('%s is %s', (color, outcome) => {
    const results = attributesUnder(reportFacts({ ...job, color }), 'result.');
    expect(results['job ml/triage']).toBe(outcome);
  });

  test('a folder of jobs is none', () => {
    expect(
      formatOf({ _class: 'com.example.Folder', actions: [], name: 'ml', jobs: [] }),
    ).toBeUndefined();
  });
});

describe('tests', () => {
  const cases = [
    { className: 'Train', name: 'fits', status: 'FIXED' },
    { className: 'Train', name: 'predicts', status: 'REGRESSION' },
    { className: 'Train', name: 'saves', status: 'SKIPPED' },
  ];
  const suites = [{ name: 'Train', timestamp: '2026-05-01T09:00:00', cases }];
  const expected = {
    failed: 'fail ×1',
    skipped: 'info ×1',
    'Train.fits': 'pass',
    'Train.predicts': 'fail',
    'Train.saves': 'info',
  };

  test('of one job', () => {
    const facts = reportFacts({ duration: 1.5, failCount: 1, passCount: 1, skipCount: 1, suites });
    expect(attributesUnder(facts, 'result.')).toEqual(expected);
    expect(attributesUnder(facts, 'summary.')).toEqual({
      failed: '1',
      passed: '1',
      skipped: '1',
      duration: '1.5',
    });
    expect(reportNode(facts).attributes).toMatchObject({
      tool: 'jenkins',
      stage: '6',
      time: '2026-05-01T09:00:00',
    });
  });

  test('of several', () => {
    const childReports = [{ child: { number: 7 }, result: { failCount: 1, suites } }];
    const facts = reportFacts({ failCount: 1, skipCount: 1, totalCount: 3, childReports });
    expect(attributesUnder(facts, 'result.')).toEqual(expected);
  });

  test('counts alone are none', () => {
    expect(formatOf({ failCount: 1, skipCount: 0, totalCount: 3 })).toBeUndefined();
    expect(formatOf({ failCount: '1', skipCount: 0, suites: [] })).toBeUndefined();
  });
});

describe('stages', () => {
  const stage = { id: '6', name: 'Train', status: 'SUCCESS' };
  const run = {
    _links: { self: { href: '/job/triage/7/wfapi/describe' } },
    id: '7',
    name: '#7',
    status: 'FAILED',
    startTimeMillis: STARTED,
    durationMillis: 10,
    stages: [stage, { ...stage, name: 'Deploy', status: 'NOT_EXECUTED' }],
  };

  test('of a run, and of the runs of a job', () => {
    const expected = { 'run #7': 'fail', 'run #7 Train': 'pass', 'run #7 Deploy': 'info' };
    const facts = reportFacts(run);
    expect(attributesUnder(facts, 'result.')).toEqual(expected);
    expect(reportNode(facts).attributes).toMatchObject({
      tool: 'jenkins',
      time: '2026-05-01T00:00:00.000Z',
    });
    const runs = reportFacts([run, { ...run, name: '#6', stages: [] }]);
    expect(attributesUnder(runs, 'result.')).toEqual({ ...expected, 'run #6': 'fail' });
  });

  test('without links or times it is none', () => {
    expect(formatOf({ ...run, _links: undefined })).toBeUndefined();
    expect(formatOf({ ...run, startTimeMillis: '1' })).toBeUndefined();
    expect(formatOf([run, {}])).toBeUndefined();
  });
});
