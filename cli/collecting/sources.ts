// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import type { Clock } from '../../core/instant.ts';
import { createBoundedFetch } from '../../ingest/collectors/bounded-fetch.ts';
import { createFolderCollector, WATCH } from '../../ingest/collectors/folder/collector.ts';
import { withCheckout } from '../../ingest/collectors/git/checkout.ts';
import type { Machine } from '../../ingest/collectors/machine.ts';
import type { CollectorRegistry } from '../../ingest/collectors/registry.ts';
import type { RunSource } from '../../ingest/collectors/run.ts';
import { parseSourcesFile, type SourceEntry } from '../../ingest/collectors/sources-file.ts';
import { createStreamCollector } from '../../ingest/collectors/stream/collector.ts';
import { countFiles } from '../../ingest/receive/files.ts';

/** A source and what the command shows of it. */
export interface NamedSource extends RunSource {
  /** Whether it is outside of this machine, or standard input: files are counted before they are read. */
  readonly isLocal: boolean;
  /** How many things it has, where that can be told beforehand. */
  readonly count: () => Promise<number>;
}

export interface NamingOptions {
  readonly registry: CollectorRegistry;
  readonly machine: Machine;
  readonly clock: Clock;
  readonly input: AsyncIterable<Uint8Array>;
  readonly watch: boolean;
  /** Read everything again. */
  readonly again: boolean;
  /** Hosts that any of the sources may redirect to. */
  readonly allowHosts: readonly string[];
}

/**
 * The sources that a command line names: `-`, URLs and paths, then the entries of its sources files.
 * @throws {PedigreeError} ERR_USAGE, ERR_PARSE_YAML and its like
 */
export function nameSources(
  named: readonly string[],
  files: readonly string[],
  options: NamingOptions,
): NamedSource[] {
  if (named.filter((one) => one === '-').length > 1)
    throw new PedigreeError('ERR_USAGE', 'standard input can be read once');
  return [
    ...named.map((one) => nameSource(one, options)),
    ...files.flatMap((file) => readSourcesFile(file, options)),
  ];
}

function nameSource(named: string, options: NamingOptions): NamedSource {
  if (named === '-') return standardInput(options);
  const entry: SourceEntry = { source: named, kind: undefined, allowHosts: [], options: {} };
  return findUrlSource(entry, options) ?? localPath(named, options, true);
}

function readSourcesFile(file: string, options: NamingOptions): NamedSource[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PedigreeError('ERR_USAGE', 'the sources file cannot be read', { cause, file });
  }
  try {
    return parseSourcesFile(text).map(
      (entry) =>
        findUrlSource(entry, options) ??
        localPath(resolve(dirname(file), entry.source), options, false),
    );
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    const { code, message, at, line, hint } = error;
    throw new PedigreeError(code, message, {
      file,
      ...(at === undefined ? {} : { at }),
      ...(line === undefined ? {} : { line }),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

function standardInput({ input, machine }: NamingOptions): NamedSource {
  return {
    collector: createStreamCollector(input, 'stdin', machine.spool),
    createFetch: noFetch,
    isIncremental: false,
    isPatient: true,
    isLocal: true,
    count: () => Promise.resolve(1),
  };
}

/**
 * Files of this machine. Named on the command line they are read as a whole each time, so that the answer tells of each of
 * them; in a sources file and while they are watched, only what has changed.
 */
function localPath(
  path: string,
  { watch, again, machine }: NamingOptions,
  isOnce: boolean,
): NamedSource {
  const { spool } = machine;
  const folder = createFolderCollector(path, watch ? { watch: WATCH, spool } : { isOnce, spool });
  const isCheckout = !watch && existsSync(join(path, '.git', 'objects'));
  return {
    collector: isCheckout ? withCheckout(path, folder, machine) : folder,
    createFetch: noFetch,
    isIncremental: (watch || !isOnce) && !again,
    isPatient: watch,
    isLocal: true,
    count: () => (watch ? Promise.resolve(0) : countFiles(path)),
  };
}

/** Undefined where it is no URL of a scheme that means a kind of source. */
function findUrlSource(entry: SourceEntry, options: NamingOptions): NamedSource | undefined {
  if (!/^[a-z][a-z0-9+.-]{1,30}:\/\//i.test(entry.source)) {
    if (entry.kind === undefined || entry.kind === 'folder') return undefined;
    throw new PedigreeError('ERR_USAGE', 'a source of this kind is named by a URL');
  }
  const url = URL.parse(entry.source);
  if (url === null) throw new PedigreeError('ERR_USAGE', 'a source that is no URL');
  const { registry, clock, again } = options;
  const kind =
    entry.kind === undefined ? registry.findByScheme(url.protocol) : registry.get(entry.kind);
  if (kind === undefined) return undefined;
  if (url.password !== '' || (url.username !== '' && !url.protocol.startsWith('git+ssh'))) {
    throw new PedigreeError('ERR_USAGE', 'a source with a user or password in its address', {
      hint: 'others can read command lines: write it to the credentials file, docs/collectors.md says how',
    });
  }
  const spec = { url, options: entry.options };
  const hosts = [...kind.hostsOf(spec), ...entry.allowHosts, ...options.allowHosts];
  return {
    collector: kind.create(spec),
    createFetch: (signal) => createBoundedFetch({ hosts, clock, signal }),
    isIncremental: !again,
    isLocal: false,
    count: () => Promise.resolve(0),
  };
}

/** Files and pipes ask nobody. */
const noFetch: RunSource['createFetch'] = (signal) =>
  createBoundedFetch({ hosts: [], signal, clock: noClock });

const noClock: Clock = () => {
  throw new PedigreeError('ERR_INTERNAL', 'a source of this machine asks the network');
};
