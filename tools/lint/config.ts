// SPDX-License-Identifier: Apache-2.0
import { posix } from 'node:path';
import {
  findLayer,
  forbiddenFolders,
  forbiddenModules,
  forbiddenPackages,
  isPure,
} from '../layers.ts';
import type { LayerTable } from '../layers.ts';

interface RestrictedPattern {
  readonly regex: string;
  readonly message: string;
}

interface Override {
  readonly files: readonly string[];
  readonly rules: Readonly<Record<string, unknown>>;
}

const TEST_CONFIG = 'vitest.config.ts';

const RULES = {
  eqeqeq: 'error',
  'no-eval': 'error',
  'no-new-func': 'error',
  'no-proto': 'error',
  'no-extend-native': 'error',
  'no-param-reassign': 'error',
  'no-self-compare': 'error',
  'no-unused-vars': [
    'error',
    {
      argsIgnorePattern: '^_',
      varsIgnorePattern: '^_',
      caughtErrorsIgnorePattern: '^_',
      destructuredArrayIgnorePattern: '^_',
    },
  ],
  'no-use-before-define': ['error', { functions: false, classes: false, variables: false }],
  'no-var': 'error',
  'prefer-const': 'error',
  'no-control-regex': 'off',
  'import/no-cycle': ['error', { ignoreTypes: false }],
  'import/no-default-export': 'error',
  'import/no-self-import': 'error',
  'import/no-absolute-path': 'error',
  'import/no-mutable-exports': 'error',
  'unicorn/filename-case': ['error', { case: 'kebabCase' }],
  'unicorn/prefer-node-protocol': 'error',
  'unicorn/no-abusive-eslint-disable': 'error',
  'unicorn/no-array-sort': 'off',
  // long lists of words keep several to a line when spread from short ones
  'unicorn/no-useless-spread': 'off',
  'typescript/await-thenable': 'error',
  'typescript/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
  'typescript/no-explicit-any': 'error',
  'typescript/no-floating-promises': 'error',
  'typescript/no-misused-promises': 'error',
  'typescript/no-namespace': 'error',
  'typescript/no-non-null-assertion': 'error',
  'typescript/no-require-imports': 'error',
  'typescript/no-unsafe-argument': 'error',
  'typescript/no-unsafe-assignment': 'error',
  'typescript/no-unsafe-call': 'error',
  'typescript/no-unsafe-function-type': 'error',
  'typescript/no-unsafe-member-access': 'error',
  'typescript/no-unsafe-return': 'error',
  'typescript/only-throw-error': 'error',
  'typescript/prefer-promise-reject-errors': 'error',
  'typescript/prefer-ts-expect-error': 'error',
  'typescript/explicit-module-boundary-types': 'error',
  'typescript/return-await': ['error', 'in-try-catch'],
  'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  'typescript/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
  'pedigree/licence-line': 'error',
  'pedigree/no-ambient': 'error',
  'pedigree/no-export-all': 'error',
  'pedigree/no-validate': 'error',
};

const PLUGINS = ['typescript', 'unicorn', 'oxc', 'import'];
const TEST_PLUGINS = [...PLUGINS, 'vitest'];

const TEST_RULES = {
  // hostile values are thrown, printed and sorted on purpose
  'typescript/no-base-to-string': 'off',
  'typescript/only-throw-error': 'off',
  'typescript/require-array-sort-compare': 'off',
  'vitest/expect-expect': [
    'error',
    { assertFunctionNames: ['expect', 'expect*', 'assert*', 'fc.assert'] },
  ],
  'vitest/no-disabled-tests': 'error',
  'vitest/no-focused-tests': 'error',
  'vitest/no-identical-title': 'error',
  // the second argument says which case failed
  'vitest/valid-expect': ['error', { maxArgs: 2 }],
  'vitest/valid-expect-in-promise': 'error',
};

/** Off where values of any type are the subject (tests) or where there are no types (plain JavaScript). */
const UNTYPED_RULES = {
  'typescript/no-unsafe-argument': 'off',
  'typescript/no-unsafe-assignment': 'off',
  'typescript/no-unsafe-call': 'off',
  'typescript/no-unsafe-member-access': 'off',
  'typescript/no-unsafe-return': 'off',
};

/** The linter's configuration: the rules for all code, then one override for each place that the table names. */
export function lintConfig(table: LayerTable): Readonly<Record<string, unknown>> {
  return {
    $schema: './node_modules/oxlint/configuration_schema.json',
    plugins: PLUGINS,
    jsPlugins: ['./tools/lint/plugin.ts'],
    categories: { correctness: 'error' },
    env: { node: true, es2024: true },
    options: { reportUnusedDisableDirectives: 'error', denyWarnings: true },
    rules: RULES,
    // a later override replaces the options of an earlier one, so each place has its whole list, the deepest place last
    overrides: [
      ...places(table).map((place) => layerOverride(table, place)),
      ...table.ambient.allowed.map((file) => ambientOverride([file])),
      ambientOverride([...table.open.map((folder) => `${folder}/**`), TEST_CONFIG]),
      {
        files: ['test/**'],
        plugins: TEST_PLUGINS,
        rules: { ...TEST_RULES, ...UNTYPED_RULES },
      },
      { files: ['**/*.mjs'], rules: UNTYPED_RULES },
      // helpers define tests whose assertions the caller hands in
      {
        files: ['test/support/**'],
        plugins: TEST_PLUGINS,
        rules: { 'vitest/expect-expect': 'off' },
      },
      // their readers ask for a default export
      {
        files: [TEST_CONFIG, 'tools/lint/plugin.ts'],
        rules: { 'import/no-default-export': 'off' },
      },
    ],
    ignorePatterns: ['node_modules/', 'dist/', '.neo4j/', '.pedigree/'],
  };
}

/** The text of .oxlintrc.json. */
export function lintConfigText(table: LayerTable): string {
  return `${JSON.stringify(lintConfig(table), null, 2)}\n`;
}

/** Every place with rules of its own, the deepest last, files and globs after folders of the same depth. */
function places(table: LayerTable): readonly string[] {
  const folders = [
    ...table.layers.map(({ name }) => name),
    ...table.walls.flatMap(({ importedBy }) => importedBy),
    ...table.packages.flatMap(({ only }) => only),
    ...table.pure.folders,
  ];
  const exceptions = table.pure.exceptions.flatMap(({ files }) => [
    files,
    ...folders.filter(isIn(posix.dirname(files))).map((f) => `${f}/${posix.basename(files)}`),
  ]);
  const rank = (place: string): number => place.split('/').length + (place.includes('.') ? 0.5 : 0);
  return [...new Set([...folders, ...exceptions])].sort(
    (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1),
  );
}

/** Folders that a glob matches: an exception inside a folder with rules of its own needs both. */
function isIn(glob: string): (folder: string) => boolean {
  return (folder) => posix.matchesGlob(folder, glob);
}

function layerOverride(table: LayerTable, place: string): Override {
  const files = place.includes('.') ? [place] : [`${place}/**`];
  const rules: Record<string, unknown> = {
    'no-restricted-imports': ['error', { patterns: restrictedPatterns(table, place) }],
  };
  if (isPure(table, place)) {
    rules['no-restricted-globals'] = [
      'error',
      ...table.pure.globals.map((name) => ({ name, message: 'no network here' })),
    ];
  }
  return { files, rules };
}

function ambientOverride(files: readonly string[]): Override {
  return { files, rules: { 'pedigree/no-ambient': 'off' } };
}

function restrictedPatterns(table: LayerTable, place: string): readonly RestrictedPattern[] {
  const layer = findLayer(table, place)?.name ?? '';
  return [
    ...[...forbiddenFolders(table, place)].map(([folder, message]) => ({
      regex: folderPattern(folder, layer),
      message,
    })),
    ...[...forbiddenPackages(table, place)].map(([name, message]) => ({
      regex: name.endsWith('*') ? `^${name.slice(0, -1)}` : `^${name}(/|$)`,
      message,
    })),
    ...modulePatterns(forbiddenModules(table, place)),
  ];
}

/** Relative imports of a folder: from the outside by its whole path, from inside its layer by what follows the layer. */
function folderPattern(folder: string, layer: string): string {
  const inside = folder.startsWith(`${layer}/`)
    ? `(${layer}/)?${folder.slice(layer.length + 1)}`
    : folder;
  return `^\\.{1,2}/(\\.\\./)*${inside}(/|$)`;
}

function modulePatterns(modules: readonly string[]): readonly RestrictedPattern[] {
  if (modules.length === 0) return [];
  const message = 'no files, processes or network here: bytes are handed in';
  return [{ regex: `^(node:)?(${modules.join('|')})$`, message }];
}
