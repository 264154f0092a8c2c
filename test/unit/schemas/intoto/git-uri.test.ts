// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findGitLocation } from '../../../../schemas/intoto/git-uri.ts';

const COMMIT = '9cf2f782cdd83b6ce674e4ae3665c05f3451b829';
const at = (repository: string, ref?: string): unknown =>
  ref === undefined ? { repository } : { repository, ref };

describe('repositories in URIs', () => {
  test.each([
    [
      'git+https://github.com/org/repo@refs/heads/main',
      at('github.com/org/repo', 'refs/heads/main'),
    ],
    [
      'git+https://example.org/tumour-triage.git@refs/heads/main',
      at('example.org/tumour-triage', 'refs/heads/main'),
    ],
    ['git+https://gitlab.com/a/b@@refs/heads/x', at('gitlab.com/a/b', '@refs/heads/x')],
    ['git+https://user:secret@Example.ORG/a/b.git/', at('example.org/a/b')],
    ['git://github.com/kubernetes/kubernetes', at('github.com/kubernetes/kubernetes')],
    ['ssh://git@github.com/org/repo.git', at('github.com/org/repo')],
    ['git@github.com:org/repo.git', at('github.com/org/repo')],
    ['git+ssh://git@example.org:2222/a/b', at('example.org:2222/a/b')],
    ['https://github.com/org/repo.git', at('github.com/org/repo')],
    ['https://github.com/org/repo.git@v1', at('github.com/org/repo', 'v1')],
    [`https://github.com/org/repo/commit/${COMMIT}`, at('github.com/org/repo', COMMIT)],
    [`https://gitlab.com/g/s/repo/-/commit/${COMMIT}`, at('gitlab.com/g/s/repo', COMMIT)],
    ['git+https://example.org/a/b@v1?x=y#frag', at('example.org/a/b', 'v1')],
    ['git+https://example.org/a/b@v1#subdirectory=@c', at('example.org/a/b', 'v1')],
  ])('%s', (uri, location) => {
    expect(findGitLocation(uri)).toEqual(location);
  });

  test.each([
    'https://github.com/org/repo',
    'https://github.com/org/repo/commit/main',
    'https://github.com/org/repo/releases/tag/v1',
    'data/split/train.csv',
    '/srv/story',
    'file:///srv/story.git',
    'pkg:github/org/repo@v1',
    'gcr.io/cloud-builders/docker@sha256:d048',
    'git+https://',
    'git+https://host',
    'git+https://host/',
    'git+https:///path',
    'git+https://@/path',
    'a@b:c d',
    '',
  ])('%s names no repository', (uri) => {
    expect(findGitLocation(uri)).toBeUndefined();
  });

  test('a bare web address is one only where the record says that it is git', () => {
    expect(findGitLocation('https://github.com/org/repo', true)).toEqual(at('github.com/org/repo'));
  });

  test('every spelling of one repository is one repository', () => {
    const spellings = [
      'git+https://h.org/a/b',
      'git+https://h.org/a/b.git@x',
      'git://h.org/a/b',
      'git@h.org:a/b.git',
      'ssh://git@h.org/a/b/',
    ];
    expect(new Set(spellings.map((uri) => findGitLocation(uri)?.repository))).toEqual(
      new Set(['h.org/a/b']),
    );
  });

  test('any text gives a location or nothing', () => {
    const part = fc.constantFrom(
      'git+https://',
      'git@',
      'https://',
      '/',
      '@',
      ':',
      'host',
      'a',
      '.git',
      '#',
      '?',
      '/commit/',
      COMMIT,
      '//',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.boolean(), (parts, acceptWeb) => {
        const location = findGitLocation(parts.join(''), acceptWeb);
        if (location === undefined) return;
        expect(location.repository).not.toMatch(/[@?#]/);
        expect(location.repository).toMatch(/^[^/]+\/./);
      }),
      { numRuns: 3000 },
    );
  });
});
