// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectDvc } from '../../../../schemas/dvc/detect.ts';
import {
  parseDvcListing,
  parseDvcLock,
  parseDvcPipeline,
  parseDvcPointer,
} from '../../../../schemas/dvc/parse.ts';

const MD5 = '0cc175b9c0f1b6a831c399e269772661';
const LOCK = `schema: '2.0'
stages:
  train:
    cmd: [a, b]
    deps: [{path: d.csv, hash: md5, md5: ${MD5}, size: 10}]
    params: {p.yaml: {lr: 1.0, deep: {n: 007, l: [1, 2]}}}
    outs: [{path: m.pkl, md5: ${MD5}.dir, nfiles: 2, files: [{relpath: a, md5: ${MD5}}]}]
    metrics: [{path: x.json, md5: ${MD5}}]
`;

describe('dvc.lock', () => {
  test('stages, with numbers as written', () => {
    const [stage] = parseDvcLock(LOCK).stages;
    expect(stage).toMatchObject({
      name: 'train',
      command: 'a\nb',
      deps: [{ path: 'd.csv', md5: MD5, sizeBytes: '10', role: 'deps' }],
      outs: [
        { path: 'm.pkl', md5: `${MD5}.dir`, fileCount: '2', files: [{ path: 'a', md5: MD5 }] },
        { path: 'x.json', role: 'metrics' },
      ],
    });
    expect([...(stage?.params ?? [])]).toEqual([
      ['p.yaml:lr', '1.0'],
      ['p.yaml:deep.n', '007'],
      ['p.yaml:deep.l', '[1,2]'],
    ]);
  });

  test('schema 1.0 has its stages at the top', () => {
    const lock = parseDvcLock(`train:\n  cmd: x\n  outs:\n  - path: m\n    md5: ${MD5}\n`);
    expect([lock.schema, lock.stages[0]?.pointer]).toEqual(['1.0', '/train']);
  });

  test('a digest of digits only stays text', () => {
    const digits = '12345678901234567890123456789012';
    const lock = parseDvcLock(`schema: '2.0'\nstages: {s: {outs: [{path: a, md5: ${digits}}]}}`);
    expect(lock.stages[0]?.outs[0]?.md5).toBe(digits);
  });

  test.each([
    ["schema: '3.0'\nstages: {}", 'ERR_PARSE_DOCUMENT'],
    ["schema: '2.0'", 'ERR_PARSE_DOCUMENT'],
    ["schema: '2.0'\nstages: []", 'ERR_PARSE_DOCUMENT'],
    ['[]', 'ERR_PARSE_DOCUMENT'],
    ["schema: '2.0'\nstages: {a: {}, a: {}}", 'ERR_PARSE_DUPLICATE_KEY'],
    ['stages: [', 'ERR_PARSE_YAML'],
  ])('%j is refused', (text, code) => {
    expect(() => parseDvcLock(text)).toThrow(expect.objectContaining({ code }));
  });

  test('entries without a path are problems', () => {
    const lock = parseDvcLock("schema: '2.0'\nstages: {s: {deps: [{md5: x, size: 1}, [a], ~]}}");
    expect(lock.problems.map(({ pointer }) => pointer)).toEqual([
      '/stages/s/deps/0',
      '/stages/s/deps/1',
      '/stages/s/deps/2',
    ]);
  });
});

describe('dvc.yaml', () => {
  test('paths as texts and as maps; templates are problems', () => {
    const pipeline = parseDvcPipeline(
      'stages:\n  a:\n    cmd: x\n    deps: [in.csv]\n    metrics: [{m.json: {cache: false}}]\n' +
        '  b:\n    foreach: [1]\n    do: {cmd: y}\n  c:\n    matrix: {x: [1]}\n    cmd: z\n' +
        'artifacts:\n  clf: {path: m.pkl, type: model}\n  bad: {type: model}\n',
    );
    expect(pipeline.stages.map(({ name }) => name)).toEqual(['a']);
    expect(pipeline.stages[0]?.outs).toMatchObject([{ path: 'm.json', role: 'metrics' }]);
    expect(pipeline.problems.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'template /stages/b',
      'template /stages/c',
    ]);
    expect(pipeline.artifacts).toEqual([
      { name: 'clf', path: 'm.pkl', type: 'model', pointer: '/artifacts/clf' },
    ]);
  });

  test('stages that are no map are refused', () => {
    expect(() => parseDvcPipeline('stages: [a]')).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT', at: '/stages' }),
    );
  });
});

describe('.dvc files', () => {
  test('an import from another repository', () => {
    const commit = '9cf2f782cdd83b6ce674e4ae3665c05f3451b829';
    const pointer = parseDvcPointer(
      `deps:\n- path: data.xml\n  repo:\n    url: https://github.com/o/r\n    rev_lock: ${commit}\n` +
        `outs:\n- md5: ${MD5}\n  path: data.xml\n`,
    );
    expect(pointer.deps[0]?.repository).toEqual({ url: 'https://github.com/o/r', revLock: commit });
  });

  test('without outs it is none', () => {
    expect(() => parseDvcPointer('deps: []')).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT' }),
    );
  });
});

describe('directory listings', () => {
  test('entries; what is none is a problem', () => {
    const listing = parseDvcListing([{ md5: MD5, relpath: 'a' }, { md5: MD5 }, 'x']);
    expect(listing.files).toEqual([{ path: 'a', md5: MD5, pointer: '/0' }]);
    expect(listing.problems).toHaveLength(2);
    expect(() => parseDvcListing({})).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT' }),
    );
  });
});

describe('detection', () => {
  const formatOf = (text: string): string | undefined =>
    detectDvc(decode(new TextEncoder().encode(text)))?.format;

  test.each([
    [LOCK, 'dvc-lock'],
    [`train:\n  cmd: x\n  outs:\n  - path: m\n    md5: ${MD5}\n`, 'dvc-lock'],
    ['stages:\n  a:\n    cmd: x\n', 'dvc-pipeline'],
    [`outs:\n- md5: ${MD5}\n  path: a\n`, 'dvc-pointer'],
    [`[{"md5": "${MD5}", "relpath": "a"}]`, 'dvc-listing'],
    ['stages:\n  - build\n  - test\n', undefined],
    ['outs:\n- path: a\n', undefined],
    ['[{"md5": "x", "relpath": "a"}]', undefined],
    ['[]', undefined],
    ['apiVersion: v1\nkind: Pod\nspec:\n  x: 1\n', undefined],
    ['train:\n  cmd: x\n', undefined],
    ['', undefined],
  ])('%j is %s', (text, format) => {
    expect(formatOf(text)).toBe(format);
  });
});
