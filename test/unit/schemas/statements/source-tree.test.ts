// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../../core/canonical-json-jcs.ts';
import {
  createSourceTreeStatement,
  parseSourceTree,
} from '../../../../schemas/statements/source-tree.ts';

const COMMIT = '9'.repeat(40);
const HEX = 'a'.repeat(63).concat('b');
const TREE = {
  repository: 'example.org/org/models',
  commit: COMMIT,
  files: [{ path: 'src/train.py', sha256: HEX }],
};

function changed(change: (statement: Record<string, unknown>) => void): JsonValue {
  const statement = JSON.parse(JSON.stringify(createSourceTreeStatement(TREE)));
  change(statement);
  return statement;
}

test('what is put together is read back', () => {
  expect(parseSourceTree(createSourceTreeStatement(TREE))).toEqual(TREE);
});

describe('refused is', () => {
  const subject = (value: unknown) => (statement: Record<string, unknown>) => {
    statement['subject'] = value;
  };
  const predicate = (value: unknown) => (statement: Record<string, unknown>) => {
    statement['predicate'] = value;
  };
  const uri = `git+https://example.org/org/models@${COMMIT}`;
  const digest = { gitCommit: COMMIT };
  test.each([
    ['no subject', subject([])],
    [
      'two subjects',
      subject([
        { uri, digest },
        { uri, digest },
      ]),
    ],
    ['a subject without an address', subject([{ digest }])],
    [
      'an address without a commit',
      subject([{ uri: 'git+https://example.org/org/models', digest }]),
    ],
    ['another commit', subject([{ uri, digest: { gitCommit: '8'.repeat(40) } }])],
    [
      'a short commit',
      subject([{ uri: uri.slice(0, -1), digest: { gitCommit: COMMIT.slice(1) } }]),
    ],
    ['another digest beside it', subject([{ uri, digest: { ...digest, sha256: HEX } }])],
    ['a path of a machine', subject([{ uri: `/srv/models@${COMMIT}`, digest }])],
    ['no files', predicate({ files: [] })],
    ['another member', predicate({ files: TREE.files, complete: true })],
    ['a file without a digest', predicate({ files: [{ path: 'x' }] })],
    ['a digest in capitals', predicate({ files: [{ path: 'x', sha256: HEX.toUpperCase() }] })],
    ['a placeholder', predicate({ files: [{ path: 'x', sha256: '0'.repeat(64) }] })],
    ['a path with a line break', predicate({ files: [{ path: 'x\ny', sha256: HEX }] })],
    ['no predicate', predicate(null)],
  ])('%s', (_, change) => {
    expect(() => parseSourceTree(changed(change))).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT' }),
    );
  });
});
