// SPDX-License-Identifier: Apache-2.0
// Mutation testing of attest/tee with Stryker, a part at a time:
//   cd tools/mutation && npm ci && cd ../.. && npm run mutate:code -- sev-snp tdx
//   npm run mutate:code -- sev-snp --file attest/tee/sev-snp/abi.ts      one file of a part
//   npm run mutate:code                                                  all parts, which takes an hour or two
// Prints the survivors and a score a part. What is known from the run before is not run again; --force does.
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
const STRYKER = join(import.meta.dirname, 'node_modules/@stryker-mutator/core/bin/stryker.js');
/** Outside of the repository: whole copies of it are made there. */
const WORK = join(tmpdir(), 'pedigree-mutation');
/** More than any test file makes. */
const KEYS = 32;
const UNIT = 'test/unit/attest/tee';

interface Part {
  readonly files: readonly string[];
  /** Tests that kill its mutants. Those that mutate evidence themselves take too long for each of a thousand mutants. */
  readonly tests: readonly string[];
}

const DCAP_TESTS = [
  `${UNIT}/dcap/abi.test.ts`,
  `${UNIT}/dcap/boundaries.test.ts`,
  `${UNIT}/dcap/pki.test.ts`,
  `${UNIT}/dcap/roots.test.ts`,
  `${UNIT}/dcap/tcb-status.test.ts`,
  `${UNIT}/dcap/vectors.test.ts`,
  `${UNIT}/sgx/*.test.ts`,
  `${UNIT}/tdx/*.test.ts`,
];

const TOKEN_TESTS = [`${UNIT}/verifier-token/*.test.ts`];

const PARTS: ReadonlyMap<string, Part> = new Map([
  ['dcap', partOf('dcap', DCAP_TESTS)],
  ['tpm', partOf('tpm', [`${UNIT}/tpm/{form,appraise,boundaries}.test.ts`])],
  ['sev-snp', partOf('sev-snp')],
  ['nvidia-gpu', partOf('nvidia-gpu')],
  ['nitro', partOf('nitro')],
  ['ear', partOf('ear')],
  ['gcp-cs-jwt', partOf('gcp-cs-jwt')],
  ['azure-snp', partOf('azure-snp')],
  ['simulated', partOf('simulated')],
  ['tdx', partOf('tdx', DCAP_TESTS)],
  ['sgx', partOf('sgx', DCAP_TESTS)],
  ['verifier-token', partOf('{verifier-token,azure-maa,intel-trust-authority}', TOKEN_TESTS)],
  ['shared', { files: ['attest/tee/*.ts'], tests: [`${UNIT}/{,sev-snp/,nitro/,ear/}*.test.ts`] }],
  ['cmw', { files: ['attest/cmw/*.ts'], tests: ['test/unit/attest/cmw/*.test.ts'] }],
  [
    'x509',
    {
      files: ['attest/x509/*.ts'],
      tests: [`${UNIT}/x509/{boundaries,crl,der,form,path,pem}.test.ts`],
    },
  ],
]);

function partOf(kind: string, tests = [`${UNIT}/${kind}/*.test.ts`]): Part {
  return { files: [`attest/tee/${kind}/**/*.ts`], tests };
}

process.exitCode = main();

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { file: { type: 'string' }, force: { type: 'boolean', default: false } },
  });
  const names = positionals.length === 0 ? [...PARTS.keys()] : positionals;
  const unknown = names.filter((name) => !PARTS.has(name));
  if (unknown.length > 0 || (values.file !== undefined && names.length !== 1)) {
    const known = [...PARTS.keys()].join(', ');
    process.stderr.write(`parts are ${known}; --file goes with one part\n`);
    return 64;
  }
  const codes = names.map((name) => mutatePart(name, values.file, values.force));
  return codes.every((code) => code === 0) ? 0 : 1;
}

function mutatePart(name: string, file: string | undefined, force: boolean): number {
  const part = PARTS.get(name);
  if (part === undefined) throw new Error(`no part ${name}`);
  mkdirSync(WORK, { recursive: true });
  const config = join(WORK, `${name}.json`);
  const files = file === undefined ? part.files : [file];
  writeFileSync(config, JSON.stringify(settingsOf(name, files)));
  forgetStaticSurvivors(incrementalFileOf(name));
  const args = [STRYKER, 'run', config, ...(force ? ['--force'] : [])];
  const shared = resolve(ROOT, process.env['PEDIGREE_SHARED'] ?? '../shared');
  const env = {
    ...process.env,
    PEDIGREE_SHARED: shared,
    PEDIGREE_MUTATION_TESTS: part.tests.join(' '),
    PEDIGREE_MUTATION_KEYS: prepareKeys(),
    NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'key-pool.ts')).href}`,
  };
  return spawnSync(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' }).status ?? 1;
}

function incrementalFileOf(name: string): string {
  return join(WORK, `${name}.incremental.json`);
}

interface IncrementalReport {
  readonly files: Record<
    string,
    { mutants: { readonly static?: boolean; readonly status: string }[] }
  >;
}

/** What runs when a module is loaded is covered by no test in particular: Stryker would not see that a new test kills it. */
function forgetStaticSurvivors(file: string): void {
  if (!existsSync(file)) return;
  const report = JSON.parse(readFileSync(file, 'utf8')) as IncrementalReport;
  for (const source of Object.values(report.files)) {
    source.mutants = source.mutants.filter((one) => !one.static || one.status !== 'Survived');
  }
  writeFileSync(file, JSON.stringify(report));
}

/** A file of RSA keys for key-pool.ts. */
function prepareKeys(): string {
  const file = join(WORK, 'keys.json');
  if (existsSync(file)) return file;
  const keys = Array.from({ length: KEYS }, () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return privateKey.export({ format: 'pem', type: 'pkcs8' });
  });
  writeFileSync(file, JSON.stringify(keys));
  return file;
}

/** @see https://stryker-mutator.io/docs/stryker-js/configuration/ */
function settingsOf(name: string, files: readonly string[]): object {
  return {
    mutate: files,
    testRunner: 'vitest',
    vitest: { configFile: 'tools/mutation/vitest.config.ts', related: false },
    plugins: ['@stryker-mutator/vitest-runner', join(import.meta.dirname, 'prose-ignorer.ts')],
    ignorers: ['prose'],
    coverageAnalysis: 'perTest',
    // the machine is not ours alone
    concurrency: 1,
    timeoutMS: 10_000,
    disableTypeChecks: true,
    ignorePatterns: [
      '.git',
      '.neo4j',
      '.pedigree',
      '*.log',
      'bench/results',
      '/tools/mutation/node_modules',
    ],
    tempDirName: join(WORK, 'sandbox', name),
    incremental: true,
    incrementalFile: incrementalFileOf(name),
    reporters: ['progress-append-only', 'clear-text', 'json'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: join(WORK, `${name}.report.json`) },
    allowConsoleColors: false,
  };
}
