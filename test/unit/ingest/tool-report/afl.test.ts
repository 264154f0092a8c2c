// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { attributesUnder, reportFacts, reportNode } from './read.ts';

const SECONDS = Date.UTC(2026, 4, 1) / 1000;
const TIME = '2026-05-01T00:00:00.000Z';

test('the plot of releases before 4.0 says when, and calls what is saved unique', () => {
  const plot =
    '# unix_time, cycles_done, cur_path, paths_total, unique_crashes, unique_hangs\n' +
    `${SECONDS - 5}, 0, 0, 1, 0, 0\n${SECONDS}, 1, 0, 4, 2, 0\n`;
  const facts = reportFacts(plot);
  expect(attributesUnder(facts, 'result.')).toEqual({
    saved_crashes: 'fail ×2',
    saved_hangs: 'pass ×0',
  });
  expect(reportNode(facts).attributes).toMatchObject({ tool: 'afl++', time: TIME });
});

test('the plot of today says seconds since the start, which is no time', () => {
  const facts = reportFacts(
    '# relative_time, cycles_done, saved_crashes, saved_hangs\n20, 1, 0, 1\n',
  );
  expect(reportNode(facts).attributes).not.toHaveProperty('time');
  expect(attributesUnder(facts, 'result.')['saved_hangs']).toBe('fail ×1');
});

test('the statistics of AFL before AFL++', () => {
  const stats =
    `start_time        : ${SECONDS - 60}\nlast_update       : ${SECONDS}\nexecs_done        : 9\n` +
    'unique_crashes    : 1\nunique_hangs      : 0\nafl_banner        : parse\nafl_version       : 2.52b\n';
  const facts = reportFacts(stats);
  expect(reportNode(facts).attributes).toMatchObject({ toolVersion: '2.52b', time: TIME });
  expect(attributesUnder(facts, 'result.')).toMatchObject({ saved_crashes: 'fail ×1' });
});
