// SPDX-License-Identifier: Apache-2.0
import { compareSaid, readAsInspect, type EntryResult } from './compare-entry.ts';
import { missing } from './graph-checks.ts';
import { structureFacts } from './sample-structure.ts';
import { readShared } from './shared-folder.ts';
import { countBy } from './values.ts';
import type { PreparedDocument } from '../../ingest/prepare.ts';
import type { FormatComparer, FoundFacts } from './comparer.ts';
import type { CorpusDocument, CorpusEntry, Expected } from './entry.ts';

/** One entry of the samples' manifest. */
interface SampleEntry {
  readonly path: string;
  readonly tool: string;
  readonly names_artefacts_by: string;
  /** `sha256:<hex>` of the artefacts that the report is about, by path. */
  readonly digests: Readonly<Record<string, string>>;
  readonly expected: Expected;
}

const VERDICT = 'a verdict on the signature: the issue on genuine evidence judges it';
const ADAPTER = 'compared by the tests of its reader (test/unit/ingest)';
const MAKING = 'how the sample was made or how its tool ended; not in the document';

/** Members of `expected` that are compared elsewhere or are no facts of the document. */
const APART: Readonly<Record<string, string>> = {
  ...reasons(VERDICT, ['signature', 'verify', 'exits', 'differs_from', 'subject_is']),
  ...reasons(MAKING, ['exit', 'exitcode', 'magic', 'empty', 'sklearn_version', 'metadata']),
  ...reasons(ADAPTER, [
    ...['md5', 'size', 'hash', 'path', 'members', 'dir_md5', 'schema', 'train_csv_sha256'],
    ...['workspace', 'stages_changed', 'uncommitted', 'configs/sampling.yaml', 'accuracy_new'],
    ...['metrics', 'dataset_inputs', 'base_model_sha256', 'git_commit', 'model_id', 'run_id'],
    ...['runs', 'models', 'alias', 'versions', 'failed', 'batch_path', 'failed_columns', 'share'],
    ...['pandas_data_fingerprint', 'drifted_columns', 'categories', 'by_severity', 'checks'],
    ...['vulnerable', 'cves', 'evals', 'fgsm_eps_0.5', 'roni', 'valid', 'invalid', 'accuracy'],
    ...['base_model', 'datasets', 'sync', 'health', 'history', 'fingerprint_md5', 'commit'],
    ...['high', 'medium', 'low', 'epsilon', 'delta', 'n', 'gitCommit', 'hashes', 'attestations'],
    ...['expectations', 'rows', 'successful', 'columns', 'resource_name', 'predicate_type'],
    ...['predicateType'],
  ]),
};

function reasons(why: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, why]));
}

/** Totals under names of the manifest that are not those of the tool. */
const ALIASES: Readonly<Record<string, string>> = {
  total_issues: 'issues',
  check_status: 'checkStatus',
  tests_failed: 'testsFailed',
  uid: 'run',
  git: 'commit',
};

/** Compares every report of the samples with their manifest; the story's own files are what the reports are about. */
export async function compareSamples(): Promise<readonly EntryResult[]> {
  const text = new TextDecoder().decode(readShared('samples', 'manifest.json'));
  const entries = JSON.parse(text) as readonly SampleEntry[];
  const results: EntryResult[] = [];
  for (const sample of entries) {
    if (sample.tool === 'story') continue;
    const bytes = readShared('samples', sample.path);
    const prepared = await readAsInspect(bytes, sample.path);
    results.push(compareSample(sample, bytes, prepared));
  }
  return results;
}

function compareSample(
  { path, names_artefacts_by, digests, expected }: SampleEntry,
  bytes: Uint8Array,
  prepared: readonly PreparedDocument[],
): EntryResult {
  const entry: CorpusEntry = {
    path: `samples/${path}`,
    format: `samples/${path.slice(0, path.indexOf('/'))}`,
    version: null,
    valid: true,
    expect: expected,
  };
  const comparer: FormatComparer = {
    formats: [],
    apart: APART,
    facts: saidFacts,
    graph(document) {
      if (names_artefacts_by !== 'digest' || !isReport(path)) return [];
      const nodes = document.prepared.flatMap(({ facts }) => facts?.nodes ?? []);
      return [
        missing('@graph.digests', Object.values(digests), new Set(nodes.map(({ ref }) => ref))),
      ];
    },
  };
  return compareSaid({ entry, bytes, prepared }, comparer);
}

/** Text that a tool printed is kept as a file: nothing in it is read. */
function isReport(path: string): boolean {
  return !path.endsWith('.txt');
}

/** Totals that the tool wrote, what came of its checks, and what the document is made of. */
function saidFacts(document: CorpusDocument): FoundFacts {
  const attributes = reportAttributes(document.prepared);
  const summary = Object.entries(attributes).flatMap(([key, value]): [string, string][] =>
    key.startsWith('summary.') ? [[key.slice('summary.'.length), value]] : [],
  );
  // some tools end a name with a colon; the manifest keeps it
  const byName = new Map(
    summary.flatMap(
      ([name, value]) =>
        [
          [name, value],
          [`${name}:`, value],
        ] as const,
    ),
  );
  const aliased = Object.entries(ALIASES).flatMap(([wanted, own]): [string, string][] => {
    const value = byName.get(own);
    return value === undefined ? [] : [[wanted, value]];
  });
  const totals = Object.fromEntries([...byName, ...aliased]);
  const said = Object.keys(attributes).length === 0 ? {} : outcomeFacts(attributes);
  const all = { ...structureFacts(document), ...said, ...totals };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, scalarOf(value)]));
}

/** A number or a truth value where a text is one: the manifest writes them so. */
function scalarOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  return /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
}

function outcomeFacts(attributes: Readonly<Record<string, string>>): FoundFacts {
  const results = Object.entries(attributes).filter(([key]) => key.startsWith('result.'));
  const counted = results.reduce((sum, [, text]) => sum + Number(/×(\d+)/.exec(text)?.[1] ?? 1), 0);
  return {
    passed: attributes['count.pass'],
    alerts: attributes['count.warn'],
    results: String(counted),
    outcomes: countBy(results.map(([, text]) => text.split(' ')[0] ?? '')),
  };
}

/** Attributes of the report's own node, wherever it was unpacked from. */
function reportAttributes(prepared: readonly PreparedDocument[]): Readonly<Record<string, string>> {
  const nodes = prepared.flatMap(({ facts }) => facts?.nodes ?? []);
  const report = nodes.find(({ attributes }) => attributes?.['count.fail'] !== undefined);
  return report?.attributes ?? {};
}
