// SPDX-License-Identifier: Apache-2.0
// Each gate of `npm run check` must find a planted fault, name it rightly, and never pass on nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPass } from '../../tools/gates/gate.ts';
import { LOCKFILE, ScratchProject } from './scratch-project.ts';

const GATES = [
  'format',
  'lint',
  'typecheck',
  'layers',
  'dependencies',
  'lockfile',
  'repository-text',
  'single-graphql',
  'errors-doc',
];
const LICENCE = '// SPDX-License-Identifier: Apache-2.0\n';
const THING = `${LICENCE}export const THING = 1;\n`;

/** Everything that a place is allowed to do, once. */
const CLEAN: Readonly<Record<string, string>> = {
  'core/thing.ts': THING,
  'core/hash.ts': `${LICENCE}import { createHash } from 'node:crypto';\nexport const HASH = createHash('sha256');\n`,
  'core/given-date.ts': `${LICENCE}export const EPOCH = new Date(0).toISOString();\n`,
  'schemas/thing.ts': importing('../core/thing.ts'),
  'schemas/sample/conformance.ts': reading(),
  'schemas/sigstore-bundle/conformance.ts': `${LICENCE}import { readFileSync } from 'node:fs';
import { bundleFromJSON } from '@sigstore/bundle';

export const BUNDLE: unknown = bundleFromJSON(readFileSync(import.meta.filename));
`,
  'graph/port/thing.ts': importing('../../schemas/thing.ts'),
  'graph/log/files.ts': reading(),
  'graph/adapters/neo4j/thing.ts': importing('../../port/thing.ts'),
  'graph/adapters/neo4j/driver.ts': `${LICENCE}import neo4j from 'neo4j-driver';\nexport const DRIVER: unknown = neo4j.driver;\n`,
  'attest/thing.ts': importing('../schemas/thing.ts'),
  'attest/tee/sample/roots/load.ts': reading(),
  'attest/_inner/thing.ts': THING,
  'attest/uses-inner.ts': importing('./_inner/thing.ts'),
  'ingest/thing.ts': importing('../attest/thing.ts'),
  'ingest/both.ts': importing('../graph/port/thing.ts'),
  'api/thing.ts': importing('../ingest/thing.ts'),
  'api/app.ts': `${LICENCE}import { Hono } from 'hono';\nexport const APP: unknown = new Hono();\n`,
  'cli/thing.ts': importing('../api/thing.ts'),
  'cli/wire.ts': `${LICENCE}import { THING } from '../graph/adapters/neo4j/thing.ts';
export const NOW = Date.now() + Math.random() + THING;
export const HOME = process.env['HOME'];
`,
  'bench/thing.ts': importing('../core/thing.ts'),
  'test/thing.test.ts': `${LICENCE}import { expect, test } from 'vitest';
import { THING } from '../graph/adapters/neo4j/thing.ts';

test('is one', () => {
  expect(THING).toBe(1);
});
`,
};

/** From right to left, written out here a second time so that a slip in the table shows. */
const MUST_NOT_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: ['schemas', 'graph', 'attest', 'ingest', 'api', 'cli', 'test', 'bench', 'tools'],
  schemas: ['graph', 'attest', 'ingest', 'api', 'cli', 'test', 'bench', 'tools'],
  graph: ['attest', 'ingest', 'api', 'cli', 'test', 'bench', 'tools'],
  attest: ['graph', 'ingest', 'api', 'cli', 'test', 'bench', 'tools'],
  ingest: ['api', 'cli', 'test', 'bench', 'tools'],
  api: ['cli', 'test', 'bench', 'tools'],
  cli: ['test', 'bench', 'tools'],
};
const PURE = ['core', 'schemas', 'graph/domain', 'graph/lineage', 'attest'];

/** A file with one fault, and the one rule that must name it. */
interface Fault {
  readonly file: string;
  readonly text: string;
  readonly rule: string;
}

const IMPORTS = 'eslint(no-restricted-imports)';

const LAYER_FAULTS: readonly Fault[] = Object.entries(MUST_NOT_IMPORT).flatMap(([layer, others]) =>
  others.flatMap((other) => [
    forbidden(`${layer}/planted-${other}.ts`, `../${other}/thing.ts`),
    forbidden(`${layer}/deep/er/planted-${other}.ts`, `../../../${other}/port/thing.ts`),
  ]),
);

const WALL_FAULTS: readonly Fault[] = [
  ...['graph/lineage', 'graph/port'].map((folder) =>
    forbidden(`${folder}/planted-adapter.ts`, '../adapters/neo4j/thing.ts'),
  ),
  forbidden('graph/planted-adapter.ts', './adapters/neo4j/thing.ts'),
  ...['ingest', 'api', 'cli'].map((layer) =>
    forbidden(`${layer}/planted-adapter.ts`, '../graph/adapters/neo4j/thing.ts'),
  ),
  forbidden('cli/commands/planted-adapter.ts', '../../graph/adapters/neo4j/thing.ts'),
];

const PACKAGE_FAULTS: readonly Fault[] = [
  ...['core', 'graph/port', 'graph/adapters/embedded', 'ingest', 'api', 'cli'].map((folder) =>
    forbidden(`${folder}/planted-neo4j.ts`, 'neo4j-driver'),
  ),
  ...['hono', '@hono/node-server', 'graphql', 'graphql-yoga', '@pothos/core'].flatMap((name, i) =>
    ['schemas', 'ingest', 'cli'].map((folder) =>
      forbidden(`${folder}/planted-http-${i}.ts`, `${name}`),
    ),
  ),
  ...['attest/policy', 'schemas/dsse', 'ingest', 'api'].map((folder) =>
    forbidden(`${folder}/planted-sigstore.ts`, '@sigstore/verify'),
  ),
  forbidden('core/planted-vitest.ts', 'vitest'),
];

const PURE_FAULTS: readonly Fault[] = PURE.flatMap((folder) => [
  ...[
    'node:fs',
    'node:tls',
    'node:fs/promises',
    'node:net',
    'node:https',
    'node:child_process',
  ].map((name, i) => forbidden(`${folder}/planted-module-${i}.ts`, name)),
  {
    file: `${folder}/planted-fetch.ts`,
    text: `${LICENCE}export const GOT: unknown = fetch;\n`,
    rule: 'eslint(no-restricted-globals)',
  },
]);

const AMBIENT_FAULTS: readonly Fault[] = ['core', 'attest/gate', 'ingest', 'api', 'cli'].flatMap(
  (folder) =>
    [
      'Date.now()',
      'new Date()',
      'Date()',
      "Date['now']()",
      'globalThis.Date.now()',
      'Math.random()',
      'process.env',
      "process['env']",
    ].map((expression, i) => ({
      file: `${folder}/planted-ambient-${i}.ts`,
      text: `${LICENCE}export const VALUE: unknown = ${expression};\n`,
      rule: 'pedigree(no-ambient)',
    })),
);

const CODE_FAULTS: readonly Fault[] = [
  {
    file: 'core/planted-default.ts',
    text: `${LICENCE}export default 1;\n`,
    rule: 'import(no-default-export)',
  },
  {
    file: 'core/planted-star.ts',
    text: `${LICENCE}export * from './thing.ts';\n`,
    rule: 'pedigree(no-export-all)',
  },
  {
    file: 'core/planted-star-as.ts',
    text: `${LICENCE}export * as things from './thing.ts';\n`,
    rule: 'pedigree(no-export-all)',
  },
  {
    file: 'core/PlantedName.ts',
    text: THING,
    rule: 'unicorn(filename-case)',
  },
  {
    file: 'core/planted-licence.ts',
    text: 'export const THING = 1;\n',
    rule: 'pedigree(licence-line)',
  },
  {
    file: 'core/planted-any.ts',
    text: `${LICENCE}export const LOOSE: any = 1;\n`,
    rule: 'typescript(no-explicit-any)',
  },
  {
    file: 'core/planted-bang.ts',
    text: `${LICENCE}export const first = (list: readonly number[]): number => list[0]!;\n`,
    rule: 'typescript(no-non-null-assertion)',
  },
  {
    file: 'core/planted-type-import.ts',
    text: `${LICENCE}import { PedigreeError } from './errors.ts';\nexport type Broken = PedigreeError;\n`,
    rule: 'typescript(consistent-type-imports)',
  },
  {
    file: 'core/planted-floating.ts',
    text: `${LICENCE}export function run(): void {\n  Promise.resolve(1);\n}\n`,
    rule: 'typescript(no-floating-promises)',
  },
  {
    file: 'core/planted-misused.ts',
    text: `${LICENCE}export const kept = [1].filter(async () => Promise.resolve(false));\n`,
    rule: 'typescript(no-misused-promises)',
  },
  {
    file: 'core/planted-throw.ts',
    text: `${LICENCE}export function run(): never {\n  throw 'text';\n}\n`,
    rule: 'typescript(only-throw-error)',
  },
  {
    file: 'core/planted-switch.ts',
    text: `${LICENCE}export function name(value: 'a' | 'b'): string {
  switch (value) {
    case 'a':
      return 'first';
  }
  return 'none';
}
`,
    rule: 'typescript(switch-exhaustiveness-check)',
  },
  ...[
    'export function validate(): void {}',
    'export function validateThing(): void {}',
    'export const revalidate = (): number => 1;',
    'export class Thing {\n  validate(): void {}\n}',
    'export interface Thing {\n  validateAll(): void;\n}',
  ].map((text, i) => ({
    file: `core/planted-verb-${i}.ts`,
    text: `${LICENCE}${text}\n`,
    rule: 'pedigree(no-validate)',
  })),
  {
    file: 'core/planted-unused-disable.ts',
    text: `${LICENCE}// oxlint-disable-next-line no-eval\nexport const THING = 1;\n`,
    rule: 'Unused',
  },
  {
    file: 'test/planted-only.test.ts',
    text: `${LICENCE}import { expect, test } from 'vitest';\ntest.only('x', () => {\n  expect(1).toBe(1);\n});\n`,
    rule: 'vitest(no-focused-tests)',
  },
  {
    file: 'test/planted-skip.test.ts',
    text: `${LICENCE}import { expect, test } from 'vitest';\ntest.skip('x', () => {\n  expect(1).toBe(1);\n});\n`,
    rule: 'vitest(no-disabled-tests)',
  },
  {
    file: 'test/planted-expect.test.ts',
    text: `${LICENCE}import { expect, test } from 'vitest';\ntest('x', () => {\n  expect(1);\n});\n`,
    rule: 'vitest(valid-expect)',
  },
  {
    file: 'test/planted-empty.test.ts',
    text: `${LICENCE}import { test } from 'vitest';\ntest('x', () => {});\n`,
    rule: 'vitest(expect-expect)',
  },
];

const CYCLE_FAULTS: readonly Fault[] = [
  cyclic('core/planted-cycle-a.ts', './planted-cycle-b.ts'),
  cyclic('core/planted-cycle-b.ts', './planted-cycle-a.ts'),
];

const LINT_FAULTS = [
  ...LAYER_FAULTS,
  ...WALL_FAULTS,
  ...PACKAGE_FAULTS,
  ...PURE_FAULTS,
  ...AMBIENT_FAULTS,
  ...CODE_FAULTS,
  ...CYCLE_FAULTS,
];

/** What the layers gate must find although the linter's patterns do not read it. */
const RESOLVED_FAULTS: readonly Fault[] = [
  {
    file: 'core/planted-dynamic.ts',
    text: `${LICENCE}export const LATER: Promise<unknown> = import('../graph/port/thing.ts');\n`,
    rule: 'core must not import graph',
  },
  {
    file: 'schemas/planted-import-type.ts',
    text: `${LICENCE}export type Later = typeof import('../attest/thing.ts');\n`,
    rule: 'schemas must not import attest',
  },
  {
    file: 'attest/planted-re-export.ts',
    text: `${LICENCE}export { THING } from '../graph/port/thing.ts';\n`,
    rule: 'attest must not import graph',
  },
  {
    file: 'ingest/planted-detour.ts',
    text: importing('../core/../graph/adapters/neo4j/thing.ts'),
    rule: 'a store is chosen in cli/wire.ts',
  },
  {
    file: 'attest/gate/planted-dynamic-fs.ts',
    text: `${LICENCE}export const LATER: Promise<unknown> = import('node:fs');\n`,
    rule: 'bytes are handed in',
  },
  {
    file: 'ingest/planted-private.ts',
    text: importing('../attest/_inner/thing.ts'),
    rule: 'private to their folder',
  },
  {
    file: 'ingest/planted-index.ts',
    text: importing('../core/index.ts'),
    rule: 'for users of the package',
  },
  {
    file: 'core/planted-outside.ts',
    text: importing('../../else.ts'),
    rule: 'outside the project',
  },
  { file: 'extra/planted.ts', text: THING, rule: 'its folder is not in tools/layers.json' },
  { file: 'ingest/graph/planted.ts', text: THING, rule: "bears a layer's name" },
];

function importing(specifier: string): string {
  return `${LICENCE}import { THING as FOUND } from '${specifier}';\nexport const THING = FOUND;\n`;
}

function reading(): string {
  return `${LICENCE}import { readFileSync } from 'node:fs';\nexport const BYTES = readFileSync(import.meta.filename);\n`;
}

/** Types are walled off as values are. */
function forbidden(file: string, specifier: string): Fault {
  const text = `${LICENCE}import type { Thing } from '${specifier}';\nexport type Other = readonly Thing[];\n`;
  return { file, text, rule: IMPORTS };
}

function cyclic(file: string, other: string): Fault {
  const text = `${LICENCE}import type { Thing } from '${other}';\nexport interface Thing2 {\n  readonly next: Thing;\n}\nexport type { Thing2 as Thing };\n`;
  return { file, text, rule: 'import(no-cycle)' };
}

/** The lines of a gate's output about one file. */
function linesAbout(output: string, file: string): readonly string[] {
  return output.split('\n').filter((line) => line.trim().startsWith(`${file}:`));
}

describe('a clean project', () => {
  let project: ScratchProject;
  beforeAll(() => {
    project = ScratchProject.withClean(CLEAN);
    project.format();
  });
  afterAll(() => project.close());

  test('passes every gate, and each says what it looked at', () => {
    const { status, output } = project.check();
    expect(output).not.toContain('FAILED');
    expect(output.match(/^ok +[a-z-]+: looked at [1-9]\d* /gm)).toHaveLength(GATES.length);
    expect(status).toBe(0);
  });

  test.each([
    ['format', 'core/wide.ts', `${LICENCE}export const  WIDE = "1"\n`, 'not formatted'],
    ['typecheck', 'core/wrong.ts', `${LICENCE}export const WRONG: string = 1;\n`, 'TS2322'],
    [
      'typecheck',
      'core/loose.ts',
      `${LICENCE}export const at = (x: string[]): string => x[0];\n`,
      'TS2322',
    ],
    ['typecheck', 'core/enum.ts', `${LICENCE}export enum Thing {\n  A,\n}\n`, 'TS1294'],
    ['typecheck', 'deploy/forgotten.ts', THING, 'tsconfig.json does not include it'],
    ['lint', 'core/one.ts', `${LICENCE}export default 1;\n`, 'import(no-default-export)'],
    ['lint', 'core/syntax.ts', `${LICENCE}export const = ;\n`, 'Unexpected token'],
    ['layers', 'core/one.ts', importing('../cli/thing.ts'), 'core must not import cli'],
    [
      'repository-text',
      'docs/a.md',
      `see ${['', 'work', 'main'].join('/')}\n`,
      'path of one machine',
    ],
    [
      'repository-text',
      'docs/b.md',
      `see "${['', 'tmp', 'x'].join('/')}"\n`,
      'path of one machine',
    ],
    [
      'repository-text',
      'docs/c.md',
      `${['', 'home', 'ann', 'x'].join('/')}\n`,
      'path of one machine',
    ],
    [
      'repository-text',
      'docs/d.md',
      `https://${['registry', 'npmjs', 'org'].join('.')}/x\n`,
      'host of a package registry',
    ],
    [
      'repository-text',
      'docs/e.md',
      `${['repo1', 'maven', 'org'].join('.')}\n`,
      'host of a package registry',
    ],
    ['errors-doc', 'docs/ERRORS.md', '# Error codes\n', 'out of date'],
  ])('%s finds the fault in %s', (gate, file, text, expected) => {
    const before = CLEAN[file] ?? (file === 'docs/ERRORS.md' ? original(file) : undefined);
    project.write(file, text);
    const { status, output } = project.check(gate);
    if (before === undefined) project.remove(file);
    else project.write(file, before);
    expect(output).toContain(expected);
    expect(output).toContain(file);
    expect(status).toBe(1);
  });

  test.each([
    ['a URL path', 'https://example.org/tmp/x'],
    ['a relative path', 'build/tmp/x ./tmp/x ../root/x'],
    ['a variable before it', '"$home"x/tmp ${dir}/tmp/x'],
    ['a longer word', '/workflows/ /roots/ /tmpfiles/ notpypi.organic'],
  ])('repository-text lets %s pass', (_, text) => {
    project.write('docs/fine.md', `${text}\n`);
    const { status } = project.check('repository-text');
    project.remove('docs/fine.md');
    expect(status).toBe(0);
  });

  test('errors-doc finds a code without an explanation and an explanation without a code', () => {
    const texts = JSON.parse(original('tools/errors.json')) as Record<string, unknown>;
    const { ERR_INTERNAL: text, ...rest } = texts;
    project.write('tools/errors.json', JSON.stringify({ ...rest, ERR_GONE: text }));
    const { status, output } = project.check('errors-doc');
    project.write('tools/errors.json', original('tools/errors.json'));
    expect(output).toContain('no meaning and remedy for ERR_INTERNAL');
    expect(output).toContain('ERR_GONE is not in core/errors.ts');
    expect(status).toBe(1);
  });

  test('layers finds a linter configuration that was edited by hand', () => {
    const config = original('.oxlintrc.json');
    project.write('.oxlintrc.json', config.replace('no-cycle', 'no-self-import'));
    const { status, output } = project.check('layers');
    project.write('.oxlintrc.json', config);
    expect(output).toContain('differs from tools/layers.json');
    expect(status).toBe(1);
  });

  test('lint finds that a folder is hidden from it', () => {
    const config = JSON.parse(original('.oxlintrc.json')) as { ignorePatterns: string[] };
    config.ignorePatterns.push('core/');
    project.write('.oxlintrc.json', JSON.stringify(config));
    const { status, output } = project.check('lint');
    project.write('.oxlintrc.json', original('.oxlintrc.json'));
    expect(output).toMatch(/the linter read \d+ of \d+ files with code/);
    expect(status).toBe(1);
  });

  test('dependencies finds a version range, a package without a reason and a reason without a package', () => {
    const dependencies = { hono: '^4.0.0', yaml: '2.9.1', leftover: '1.0.0' };
    project.write('package.json', JSON.stringify({ dependencies }));
    const { status, output } = project.check('dependencies');
    project.write('package.json', original('package.json'));
    expect(output).toContain('hono is not pinned to one version (^4.0.0)');
    expect(output).toContain('no line for leftover');
    expect(output).toContain('zod is not a runtime dependency');
    expect(output).not.toContain('yaml');
    expect(status).toBe(1);
  });

  test('lockfile finds an address, a missing digest and a missing platform', () => {
    const platform = { version: '1.0.0', dev: true, optional: true };
    const lock = {
      packages: {
        '': {},
        'node_modules/a': { resolved: 'https://registry.example/a.tgz', integrity: 'sha512-x' },
        'node_modules/b': { version: '1.0.0' },
        'node_modules/c': { version: '1.0.0', integrity: 'sha512-y' },
        'node_modules/d-linux-x64-gnu': { ...platform, os: ['linux'], cpu: ['x64'] },
        'node_modules/d-darwin-x64': { ...platform, os: ['darwin'], cpu: ['x64'] },
        'node_modules/e': {
          integrity: 'sha512-z',
          optionalDependencies: { 'e-win32-x64': '1.0.0' },
        },
      },
    };
    project.write('package-lock.json', JSON.stringify(lock));
    const { status, output } = project.check('lockfile');
    project.write('package-lock.json', LOCKFILE);
    expect(output).toContain('node_modules/a has "resolved"');
    expect(output).toContain('node_modules/b has no "integrity"');
    expect(output).toContain('node_modules/d-linux-x64-gnu has no "integrity"');
    expect(output).toContain('no entry for e-win32-x64');
    expect(output).toContain('looked at 6 packages, 4 problems');
    expect(status).toBe(1);
  });
});

describe('lint, with every fault planted at once', () => {
  let project: ScratchProject;
  let output: string;
  beforeAll(() => {
    project = ScratchProject.withClean(CLEAN);
    for (const { file, text } of LINT_FAULTS) project.write(file, text);
    output = project.check('lint').output;
  });
  afterAll(() => project.close());

  test.each(LINT_FAULTS)('$file breaks $rule and no other rule', ({ file, rule }) => {
    const lines = linesAbout(output, file);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(rule);
  });

  test.each(Object.keys(CLEAN))('%s stays clean', (file) => {
    expect(linesAbout(output, file)).toEqual([]);
  });
});

describe('layers, with every fault planted at once', () => {
  const faults = [...LAYER_FAULTS, ...WALL_FAULTS, ...PACKAGE_FAULTS].map((fault) => ({
    ...fault,
    rule: 'imports ',
  }));
  const modules = PURE_FAULTS.filter(({ rule }) => rule === IMPORTS).map((fault) => ({
    ...fault,
    rule: 'bytes are handed in',
  }));
  const all = [...faults, ...modules, ...RESOLVED_FAULTS];
  let project: ScratchProject;
  let output: string;
  beforeAll(() => {
    project = ScratchProject.withClean(CLEAN);
    for (const { file, text } of all) project.write(file, text);
    output = project.check('layers').output;
  });
  afterAll(() => project.close());

  test.each(all)('$file: $rule', ({ file, rule }) => {
    const lines = linesAbout(output, file);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(rule);
  });

  test.each(Object.keys(CLEAN))('%s stays clean', (file) => {
    expect(linesAbout(output, file)).toEqual([]);
  });
});

describe('single-graphql', () => {
  let project: ScratchProject;
  beforeAll(() => {
    project = new ScratchProject();
    project.write(
      'package.json',
      JSON.stringify({ dependencies: { a: '1.0.0', graphql: '16.0.0' } }),
    );
    project.write('node_modules/a/package.json', installed('a', '1.0.0', { graphql: '*' }));
    project.write('node_modules/graphql/package.json', installed('graphql', '16.0.0'));
  });
  afterAll(() => project.close());

  test('passes with one copy', () => {
    const { status, output } = project.check('single-graphql');
    expect(output).toContain('looked at 2 uses of graphql');
    expect(status).toBe(0);
  });

  test('finds a second copy below another package', () => {
    project.write(
      'node_modules/a/node_modules/graphql/package.json',
      installed('graphql', '15.0.0'),
    );
    const { status, output } = project.check('single-graphql');
    expect(output).toContain('several versions: 15.0.0, 16.0.0');
    expect(status).toBe(1);
  });
});

describe('nothing to look at', () => {
  let project: ScratchProject;
  beforeAll(() => {
    project = new ScratchProject();
  });
  afterAll(() => project.close());

  test.each(GATES)('%s does not pass', (gate) => {
    const { status, output } = project.check(gate);
    expect(output).toMatch(new RegExp(`^FAILED ${gate}: looked at 0 `));
    expect(status).toBe(1);
  });

  test.each(['lint', 'layers', 'typecheck'])('%s does not pass without code', (gate) => {
    const bare = ScratchProject.withClean({});
    for (const folder of ['core', 'tools/lint']) bare.remove(folder);
    const { status, output } = bare.check(gate);
    bare.close();
    expect(output).toMatch(new RegExp(`^FAILED ${gate}: looked at 0 `));
    expect(status).toBe(1);
  });

  test('a result without faults that saw nothing is no pass', () => {
    expect(isPass({ looked: 0, unit: 'files', problems: [] })).toBe(false);
    expect(isPass({ looked: 1, unit: 'files', problems: ['x'] })).toBe(false);
    expect(isPass({ looked: 1, unit: 'files', problems: [] })).toBe(true);
  });

  test('a gate that does not exist is a usage error', () => {
    const { status, output } = project.check('lint', 'nonsense');
    expect(output).toContain('no such gate: nonsense');
    expect(status).toBe(64);
  });
});

function original(file: string): string {
  return readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
}

function installed(name: string, version: string, dependencies: object = {}): string {
  return JSON.stringify({ name, version, dependencies });
}
