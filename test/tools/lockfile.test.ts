// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { completeLockfile, findMissingPlatforms } from '../../tools/lockfile.ts';

const OWNER = { version: '1.2.3', dev: true, license: 'MIT' };

function owning(names: readonly string[], version = '1.2.3') {
  const optionalDependencies = Object.fromEntries(names.map((name) => [name, version]));
  return { packages: { '': {}, 'node_modules/owner': { ...OWNER, optionalDependencies } } };
}

describe('findMissingPlatforms', () => {
  test('finds what no folder from the owner upwards has', () => {
    const optionalDependencies = { beside: '1.0.0', above: '1.0.0', gone: '1.0.0' };
    const packages = {
      '': {},
      'node_modules/above': {},
      'node_modules/elsewhere/node_modules/gone': {},
      'node_modules/outer/node_modules/@a/owner': { optionalDependencies },
      'node_modules/outer/node_modules/beside': {},
    };
    expect(findMissingPlatforms({ packages }).map(({ name }) => name)).toEqual(['gone']);
  });

  test('finds nothing in a lockfile without optional packages', () => {
    expect(findMissingPlatforms({ packages: { '': {}, 'node_modules/a': {} } })).toEqual([]);
    expect(findMissingPlatforms({})).toEqual([]);
  });
});

describe('completeLockfile', () => {
  test.each([
    ['@x/binding-darwin-arm64', ['darwin'], ['arm64'], undefined],
    ['@x/binding-linux-x64-musl', ['linux'], ['x64'], ['musl']],
    ['@x/binding-linux-arm-musleabihf', ['linux'], ['arm'], ['musl']],
    ['@x/binding-linux-arm-gnueabihf', ['linux'], ['arm'], ['glibc']],
    ['@x/binding-win32-x64-msvc', ['win32'], ['x64'], undefined],
    ['@x/binding-android-arm-eabi', ['android'], ['arm'], undefined],
    ['x-linux-x64', ['linux'], ['x64'], undefined],
  ])('%s', (name, os, cpu, libc) => {
    const entry = completeLockfile(owning([name])).packages?.[`node_modules/${name}`];
    const expected = { version: '1.2.3', os, cpu, dev: true, optional: true, license: 'MIT' };
    expect(entry).toEqual(libc === undefined ? expected : { ...expected, libc });
  });

  test('leaves nothing missing, keeps every entry, and is in order', () => {
    const lock = owning(['z-darwin-x64', 'a-win32-ia32']);
    const completed = completeLockfile(lock);
    expect(findMissingPlatforms(completed)).toEqual([]);
    expect(completed.packages).toMatchObject(lock.packages);
    const paths = Object.keys(completed.packages ?? {});
    expect(paths).toEqual([...paths].sort());
    expect(completeLockfile(completed)).toEqual(completed);
  });

  test.each([
    ['fsevents', '1.0.0', 'names no platform'],
    ['x-linux', '1.0.0', 'names no platform'],
    ['x-linux-x64', '^1.0.0', 'not in one version'],
  ])('refuses to guess %s %s', (name, version, message) => {
    expect(() => completeLockfile(owning([name], version))).toThrow(message);
  });
});
