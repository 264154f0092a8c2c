// SPDX-License-Identifier: Apache-2.0
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';
import { hexOf, sha256 } from '../../../core/digest.ts';
import { excerpt } from '../../../core/errors.ts';
import { member, stringMember } from '../../../core/json.ts';
import { LIMITS } from '../../../core/limits.ts';
import { isEvidenceName } from '../../../schemas/evidence-file/evidence-file.ts';
import type { CollectContext, Collected, Collector } from '../collector.ts';
import { withEndCursor } from '../end-cursor.ts';
import { tooLarge } from '../../receive/files.ts';
import { Misses, refusedThing } from '../misses.ts';
import { assertKnownQuery, parseEndpoint, textOfEndpoint } from '../source-endpoint.ts';
import { assertKnownOptions, findFlagOption, listOption } from '../source-options.ts';
import type { CollectorKind, SourceSpec } from '../source-spec.ts';
import { Position } from './position.ts';
import { findMs, TrackingClient, type Question } from './tracking-client.ts';

/** A tracking server, and what of it is read. */
export interface MlflowAddress {
  /** Without a slash at its end. */
  readonly base: string;
  /** Ids or names; empty: every experiment. */
  readonly experiments: readonly string[];
  /** False: records only, no files of runs and models. */
  readonly withFiles: boolean;
}

/** Runs, logged models and the registry of an MLflow tracking server. */
export const mlflowKind: CollectorKind = {
  kind: 'mlflow',
  schemes: ['mlflow+http:', 'mlflow+https:'],
  hostsOf: (spec) => [new URL(parseMlflowAddress(spec).base).host],
  create: (spec) => createMlflowCollector(parseMlflowAddress(spec)),
};

/** @throws {PedigreeError} ERR_USAGE */
export function parseMlflowAddress({ url, options }: SourceSpec): MlflowAddress {
  assertKnownOptions(options, ['experiments', 'artifacts']);
  assertKnownQuery(url, []);
  return {
    base: textOfEndpoint(parseEndpoint(url.href.replace(/^mlflow\+/, ''))),
    experiments: listOption(options, 'experiments'),
    withFiles: findFlagOption(options, 'artifacts') ?? true,
  };
}

const API = '/api/2.0/mlflow';
const PAGE_RUNS = '200';
/** The most that a server gives of logged models at once. */
const PAGE_MODELS = 50;
const PAGE_RECORDS = '200';
/** Files of one run or model, and folders that are looked into. */
const MAX_FILES = 5000;
const MAX_FOLDERS = 500;
const MAX_DEPTH = 8;

export function createMlflowCollector(address: MlflowAddress): Collector {
  return {
    kind: 'mlflow',
    source: `mlflow+${address.base}`,
    collect: (context) => {
      const walk = new ServerWalk(address, context);
      return withEndCursor(walk.run(), context.signal, () => walk.position.cursor());
    },
  };
}

/** A record that a list showed, and how to get it as a document of its own. */
interface ListedRecord {
  readonly label: string;
  readonly question: Question;
  readonly isMeant: (value: JsonValue) => boolean;
  /** As listed: whatever changes in it makes it another one. */
  readonly listed: JsonValue;
}

/** Where the files of a run or a logged model are listed and got. */
interface FileStore {
  readonly label: string;
  readonly list: (folder: string) => Question;
  readonly get: (path: string) => Question;
}

class ServerWalk {
  readonly position: Position;
  readonly #address: MlflowAddress;
  readonly #context: CollectContext;
  readonly #client: TrackingClient;
  readonly #misses = new Misses();
  #done = 0;

  constructor(address: MlflowAddress, context: CollectContext) {
    this.#address = address;
    this.#context = context;
    this.#client = new TrackingClient(context, address.base);
    this.position = new Position(context.cursor);
  }

  async *run(): AsyncGenerator<Collected> {
    for await (const page of this.#listExperiments()) {
      for (const experiment of page) {
        const id = stringMember(experiment, 'experiment_id');
        if (id === undefined || !this.#isAsked(experiment)) continue;
        yield* this.#record(experimentRecord(id, experiment));
        yield* this.#runs(id);
        yield* this.#loggedModels(id);
      }
    }
    yield* this.#registry();
  }

  #listExperiments(): AsyncGenerator<readonly JsonValue[]> {
    return this.#client.list('experiments', (token) => ({
      path: `${API}/experiments/search`,
      body: { max_results: 1000, order_by: ['experiment_id ASC'], ...token },
    }));
  }

  #isAsked(experiment: JsonValue): boolean {
    const { experiments } = this.#address;
    if (experiments.length === 0) return true;
    return ['experiment_id', 'name'].some((key) =>
      experiments.includes(stringMember(experiment, key) ?? ''),
    );
  }

  /** In the order in which they ended; one that has not ended is not finished being told. */
  async *#runs(experiment: string): AsyncGenerator<Collected> {
    const since = this.position.endOf(experiment);
    const pages = this.#client.list('runs', (token) => ({
      path: `${API}/runs/search`,
      body: {
        experiment_ids: [experiment],
        filter: `attributes.end_time >= ${since}`,
        order_by: ['attributes.end_time ASC'],
        max_results: Number(PAGE_RUNS),
        ...token,
      },
    }));
    for await (const page of pages) {
      for (const run of page) {
        if (this.#context.signal.aborted) return;
        const info = member(run, 'info');
        const id = stringMember(info, 'run_id');
        const endMs = findMs(info, 'end_time');
        if (id === undefined || endMs === undefined) continue;
        const record = runRecord(id, run);
        if (!this.position.seen.has(nameOf(record))) yield* this.#files(runFiles(id));
        this.position.readUpTo(experiment, endMs);
        yield* this.#record(record);
      }
    }
  }

  async *#loggedModels(experiment: string): AsyncGenerator<Collected> {
    const pages = this.#client.list(
      'models',
      (token) => ({
        path: `${API}/logged-models/search`,
        body: { experiment_ids: [experiment], max_results: PAGE_MODELS, ...token },
      }),
      { mayBeUnknown: true },
    );
    for await (const page of pages) {
      for (const model of page) {
        if (this.#context.signal.aborted) return;
        const id = stringMember(member(model, 'info'), 'model_id');
        if (id === undefined) continue;
        const record = loggedModelRecord(id, model);
        if (!this.position.seen.has(nameOf(record))) yield* this.#files(modelFiles(id));
        yield* this.#record(record);
      }
    }
  }

  async *#registry(): AsyncGenerator<Collected> {
    yield* this.#records('registered_models', 'registered-models/search', familyRecord);
    yield* this.#records('model_versions', 'model-versions/search', versionRecord);
  }

  async *#records(
    key: string,
    path: string,
    recordOf: (listed: JsonValue) => ListedRecord | undefined,
  ): AsyncGenerator<Collected> {
    const pages = this.#client.list(
      key,
      (token) => ({ path: `${API}/${path}`, query: { max_results: PAGE_RECORDS, ...token } }),
      { mayBeUnknown: true },
    );
    for await (const page of pages) {
      for (const listed of page) {
        if (this.#context.signal.aborted) return;
        const record = recordOf(listed);
        if (record !== undefined) yield* this.#record(record);
      }
    }
  }

  async *#record(record: ListedRecord): AsyncGenerator<Collected> {
    const name = nameOf(record);
    const label = this.#labelOf(record.label);
    this.#context.onProgress({ done: ++this.#done });
    if (this.position.seen.has(name)) return;
    try {
      const bytes = await this.#client.getDocument(record.question, record.isMeant);
      this.#misses.clear();
      this.position.seen.add(name);
      yield { received: { source: label, bytes }, cursor: this.position.findCursor() };
    } catch (error) {
      yield this.#misses.refuse(label, error);
    }
  }

  /** Files that bear the name of evidence; nothing else is fetched. */
  async *#files(store: FileStore): AsyncGenerator<Collected> {
    if (!this.#address.withFiles) return;
    const folders: { path: string; depth: number }[] = [{ path: '', depth: 0 }];
    let [listed, files] = [0, 0];
    for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
      if (this.#context.signal.aborted) return;
      if (++listed > MAX_FOLDERS || files > MAX_FILES) {
        yield this.#tooMany(store.label);
        return;
      }
      let found: readonly JsonValue[];
      try {
        found = (await this.#client.findFiles(store.list(folder.path))) ?? [];
        this.#misses.clear();
      } catch (error) {
        yield this.#misses.refuse(this.#labelOf(store.label), error);
        return;
      }
      this.#context.onProgress({ done: this.#done });
      for (const file of found) {
        const path = stringMember(file, 'path') ?? '';
        files++;
        if (!isBelow(path, folder.path)) continue;
        if (member(file, 'is_dir') !== true) yield* this.#file(store, path, file);
        else if (folder.depth < MAX_DEPTH) folders.push({ path, depth: folder.depth + 1 });
      }
    }
  }

  async *#file(store: FileStore, path: string, listed: JsonValue): AsyncGenerator<Collected> {
    if (!isEvidenceName(path)) return;
    const label = this.#labelOf(`${store.label}/${excerpt(path, 200)}`);
    const name = hashOf(['file', store.label, listed]);
    if (this.position.seen.has(name)) return;
    if ((findMs(listed, 'file_size') ?? 0) > LIMITS.documentBytes) {
      yield { received: { source: label, refused: tooLarge(label) }, cursor: null };
      return;
    }
    try {
      const bytes = await this.#client.getFile(store.get(path), LIMITS.documentBytes);
      this.#misses.clear();
      this.#context.onProgress({ done: ++this.#done });
      this.position.seen.add(name);
      yield { received: { source: label, bytes }, cursor: this.position.findCursor() };
    } catch (error) {
      yield this.#misses.refuse(label, error);
    }
  }

  #tooMany(label: string): Collected {
    const why = `more than ${MAX_FILES} files or ${MAX_FOLDERS} folders; the rest was not looked at`;
    return refusedThing(this.#labelOf(label), 'ERR_LIMIT_ITEMS', why);
  }

  #labelOf(path: string): string {
    return `mlflow+${this.#address.base}/${path}`;
  }
}

function experimentRecord(id: string, listed: JsonValue): ListedRecord {
  return {
    label: `experiments/${excerpt(id)}`,
    question: { path: `${API}/experiments/get`, query: { experiment_id: id } },
    isMeant: (value) => stringMember(member(value, 'experiment'), 'experiment_id') === id,
    listed,
  };
}

function runRecord(id: string, listed: JsonValue): ListedRecord {
  return {
    label: `runs/${excerpt(id)}`,
    question: { path: `${API}/runs/get`, query: { run_id: id } },
    isMeant: (value) => stringMember(member(member(value, 'run'), 'info'), 'run_id') === id,
    listed,
  };
}

function loggedModelRecord(id: string, listed: JsonValue): ListedRecord {
  return {
    label: `models/${excerpt(id)}`,
    question: { path: `${API}/logged-models/${encodeURIComponent(id)}` },
    isMeant: (value) => stringMember(member(member(value, 'model'), 'info'), 'model_id') === id,
    listed,
  };
}

function familyRecord(listed: JsonValue): ListedRecord | undefined {
  const name = stringMember(listed, 'name');
  if (name === undefined) return undefined;
  return {
    label: `registered-models/${excerpt(name)}`,
    question: { path: `${API}/registered-models/get`, query: { name } },
    isMeant: (value) => stringMember(member(value, 'registered_model'), 'name') === name,
    listed,
  };
}

function versionRecord(listed: JsonValue): ListedRecord | undefined {
  const name = stringMember(listed, 'name');
  const version = versionOf(listed);
  if (name === undefined || version === undefined) return undefined;
  return {
    label: `model-versions/${excerpt(name)}/${excerpt(version, 20)}`,
    question: { path: `${API}/model-versions/get`, query: { name, version } },
    isMeant: (value) => {
      const found = member(value, 'model_version');
      return stringMember(found, 'name') === name && versionOf(found) === version;
    },
    listed,
  };
}

/** Older servers write it as a number. */
function versionOf(value: unknown): string | undefined {
  const written = member(value, 'version');
  return typeof written === 'number' ? String(written) : stringMember(value, 'version');
}

/** Through the server, whatever store the files lie in. */
function runFiles(id: string): FileStore {
  return {
    label: `runs/${excerpt(id)}/artifacts`,
    list: (folder) => ({
      path: `${API}/artifacts/list`,
      query: { run_id: id, ...(folder === '' ? {} : { path: folder }) },
    }),
    get: (path) => ({ path: '/get-artifact', query: { run_uuid: id, path } }),
  };
}

function modelFiles(id: string): FileStore {
  const model = encodeURIComponent(id);
  return {
    label: `models/${excerpt(id)}/artifacts`,
    list: (folder) => ({
      path: `${API}/logged-models/${model}/artifacts/directories`,
      ...(folder === '' ? {} : { query: { artifact_directory_path: folder } }),
    }),
    get: (path) => ({
      path: `/ajax-api/2.0/mlflow/logged-models/${model}/artifacts/files`,
      query: { artifact_file_path: path },
    }),
  };
}

/** A server that lists a folder inside itself, or one above it, would never come to an end. */
function isBelow(path: string, folder: string): boolean {
  if (path === '' || path.split('/').includes('..')) return false;
  return folder === '' || (path.startsWith(`${folder}/`) && path.length > folder.length + 1);
}

function nameOf({ label, listed }: ListedRecord): string {
  return hashOf([label, listed]);
}

function hashOf(value: JsonValue): string {
  return hexOf(sha256(JSON.stringify(value))).slice(0, 32);
}
