// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { parseJson } from '../../../../core/json.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { grype } from '../../../../schemas/tool-report/by-tool/grype.ts';
import { trivy } from '../../../../schemas/tool-report/by-tool/trivy.ts';
import { corpusOf } from '../../../../tools/corpus/entry.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import { reportFacts } from './read.ts';

describeShared('scanner reports of the corpus', () => {
  test('each vulnerability is stated for each package that it was found in', () => {
    for (const { path } of [...corpusOf('grype-json'), ...corpusOf('trivy-json')]) {
      const bytes = readShared('corpus', path);
      const facts = reportFacts(bytes);
      const decoded = decode(bytes);
      const parsed = (path.startsWith('grype') ? grype : trivy).parse(decoded);
      const pairs = new Set(
        facts.edges
          .filter(({ relation }) => relation === 'hasStatus')
          .map(({ from, to }) => `${facts.nodes[from]?.ref} ${facts.nodes[to]?.ref}`),
      );
      const expected = new Set(
        (parsed.statuses ?? []).map(
          ({ id, thing }) => `${id} ${thing.purls?.[0] || thing.names?.[0]}`,
        ),
      );
      expect(pairs.size).toBe(expected.size);
    }
  });

  test('Scorecard: the commit of a repository that is hosted somewhere', () => {
    const entries = corpusOf('scorecard').filter(({ valid }) => valid);
    for (const { path, expect: expected } of entries) {
      const bytes = readShared('corpus', path);
      const { value } = parseJson(bytes);
      const repository = (value as { repo: { name: string } }).repo.name;
      const refs = reportFacts(bytes).nodes.map(({ ref }) => ref);
      const commits = refs.filter((ref) => ref.startsWith('git:'));
      const isHosted = repository.startsWith('github.com/');
      const ref = `git:${repository}@${String(expected['commit'])}`;
      expect(commits).toEqual(isHosted ? [ref] : []);
    }
    expect(entries).toHaveLength(11);
  });
});
