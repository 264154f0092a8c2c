// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pedigree } from '../../api/service/pedigree.ts';
import { createTrustRoots } from '../../attest/trust/roots.ts';
import type { TrustedKey } from '../../attest/trust/keys.ts';
import type { SigningKey } from '../../attest/trust/signing-key.ts';
import type { TrustAnchor } from '../../attest/tee/scheme.ts';
import { sha256, type Digest } from '../../core/digest.ts';
import { instantFromMs, type Clock } from '../../core/instant.ts';
import { openEmbeddedStore } from '../../graph/adapters/embedded/store.ts';
import { Ledger, type RandomBytes } from '../../graph/ledger.ts';
import type { GraphStore } from '../../graph/port/store.ts';
import { FolderBlobStore } from '../../ingest/blobs/folder.ts';
import type { BlobStore } from '../../ingest/blobs/port.ts';
import type { IngestOutcome } from '../../ingest/pipeline.ts';
import type { Received } from '../../ingest/receive/files.ts';
import { formatSignerPolicy } from '../../schemas/policy/parse-signer-policy.ts';
import type { SignerPolicy } from '../../schemas/policy/signer-policy.ts';
import { testKey, trusted } from './test-keys.ts';

export const PROJECT = 'default';

/** The roles of a small world. Their keys follow from their names. */
export const KEYS = {
  owner: testKey('owner'),
  /** Trusted for links and provenance. */
  builder: testKey('builder'),
  /** Trusted for completeness claims. */
  steward: testKey('steward'),
  /** Trusted for deployments. */
  release: testKey('release'),
  /** Trusted for evaluations. */
  evaluator: testKey('evaluator'),
  /** In the trust roots, authorised for nothing. */
  known: testKey('known'),
  /** In nobody's trust roots. */
  stranger: testKey('stranger'),
} as const satisfies Record<string, SigningKey>;

/** The keys of every role but the stranger, less some. */
export function trustedRoles(...without: readonly SigningKey[]): TrustedKey[] {
  const out = new Set<SigningKey>([KEYS.stranger, ...without]);
  return Object.values(KEYS)
    .filter((key) => !out.has(key))
    .map(trusted);
}

/** Each role for its own kind of statement; the owner may revoke and retract. */
export function worldPolicy(more: Partial<SignerPolicy> = {}): SignerPolicy {
  const grant = (key: SigningKey, ...statements: string[]) => ({
    signers: [key.identity],
    statements,
    subjects: ['*'],
  });
  const owner = [KEYS.owner.identity];
  return {
    name: 'world',
    trusted: [
      grant(KEYS.owner, '*'),
      grant(KEYS.builder, 'link', 'provenance'),
      grant(KEYS.steward, 'completeness'),
      grant(KEYS.release, 'deployment'),
      grant(KEYS.evaluator, 'evaluation'),
    ],
    measurements: [],
    runs: [{ activity: 'evaluate', statements: ['link'], step: 'evaluate*' }],
    complete: [],
    primarySources: [],
    boilerplate: [],
    mayRevoke: [{ signers: owner, targets: ['*'] }],
    mayRetract: [{ signers: owner, targets: ['*'] }],
    ...more,
  };
}

export interface WorldOptions {
  readonly policy?: SignerPolicy;
  /** Keys of the operator's trust store; absent: every role but the stranger. */
  readonly trustedKeys?: readonly TrustedKey[];
  /** TEE anchors by evidence kind. */
  readonly teeAnchors?: ReadonlyMap<string, readonly TrustAnchor[]>;
  /** Opens the store; absent: an embedded one in the world's folder. Not wiped here. */
  readonly openStore?: (folder: string) => Promise<GraphStore>;
  /** Puts something between the ledger and its store. */
  readonly wrapStore?: (store: GraphStore) => GraphStore;
  /** Puts something between the readers of evidence bytes and the folder that keeps them. */
  readonly wrapBlobs?: (blobs: BlobStore) => BlobStore;
}

/** A document as handed in. */
export interface Handed {
  readonly source: string;
  readonly bytes: Uint8Array;
}

/** Names a document by its digest, so that what it is called does not depend on where it came. */
export function handed(bytes: Uint8Array): Handed {
  return { source: `${sha256(bytes).slice(7, 19)}.json`, bytes };
}

const START_MS = Date.parse('2026-11-21T12:00:00Z');
const STEP_MS = 1000;

/** Reads one second later each time. */
export function steppingClock(): Clock {
  let reads = 0;
  return () => instantFromMs(START_MS + STEP_MS * reads++);
}

/** Bytes that look random and are the same in each run. */
export function countingBytes(): RandomBytes {
  let calls = 0;
  return (length) =>
    new Uint8Array(createHash('shake256', { outputLength: length }).update(`${calls++}`).digest());
}

/** An opened Pedigree on a temporary store, with a first entry and a policy. */
export class World {
  readonly folder: string;
  readonly #options: WorldOptions;
  readonly #clock = steppingClock();
  #trustedKeys: readonly TrustedKey[];
  #openStore: (folder: string) => Promise<GraphStore>;
  #pedigree: Pedigree | undefined;
  #store: GraphStore | undefined;

  constructor(folder: string, options: WorldOptions) {
    this.folder = folder;
    this.#options = options;
    this.#trustedKeys = options.trustedKeys ?? trustedRoles();
    this.#openStore = options.openStore ?? openEmbeddedStore;
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const world = new World(await mkdtemp(join(tmpdir(), 'pedigree-world-')), options);
    await world.#start();
    await world.#firstEntries(options.policy ?? worldPolicy());
    return world;
  }

  get pedigree(): Pedigree {
    if (this.#pedigree === undefined) throw new Error('the world is closed');
    return this.#pedigree;
  }

  get ledger(): Ledger {
    return this.pedigree.ledger;
  }

  /** The store as opened, without what was put before it. */
  get store(): GraphStore {
    if (this.#store === undefined) throw new Error('the world is closed');
    return this.#store;
  }

  /** From now on these keys are what the operator trusts. */
  trustOnly(keys: readonly TrustedKey[]): void {
    this.#trustedKeys = keys;
  }

  /** What the operator trusts now. */
  get trustedKeys(): readonly TrustedKey[] {
    return this.#trustedKeys;
  }

  /** Adds to the operator's trust store. */
  trustMore(keys: readonly TrustedKey[]): void {
    this.#trustedKeys = [...this.#trustedKeys, ...keys];
  }

  /** Hands in documents in one group. */
  ingest(
    documents: readonly (Handed | Received | Uint8Array)[],
    project = PROJECT,
  ): Promise<IngestOutcome[]> {
    const received = documents.map((one) => (one instanceof Uint8Array ? handed(one) : one));
    return this.pedigree.ingest(received, { project, submittedBy: 'tester' });
  }

  retract(digest: Digest, project = PROJECT): Promise<number> {
    return this.pedigree.retract(project, digest, 'a test says so');
  }

  reinstate(digest: Digest, project = PROJECT): Promise<number> {
    return this.pedigree.retract(project, digest, 'a test says so', 'reinstated');
  }

  setPolicy(policy: SignerPolicy): Promise<Digest> {
    const { name } = policy;
    return this.pedigree.logPolicy('SignerPolicy', name, formatSignerPolicy(policy), PROJECT);
  }

  /** The same home, opened by another process. */
  async restart(): Promise<void> {
    await this.pedigree.ledger.close();
    await this.#start();
  }

  /**
   * Opened again with a fault in the way of the first read. Where the fault strikes, the ledger stands with what it has.
   * @param again whether to read on at once, after the fault
   */
  async restartWith(plant: () => unknown, again = true): Promise<void> {
    await this.pedigree.ledger.close();
    await this.#open();
    plant();
    const read = this.ledger.refresh();
    if (!again) return read;
    await read.catch(() => undefined);
    await this.ledger.refresh();
  }

  /** Goes on with a store that was filled elsewhere; the one before has been closed. */
  async reopenWith(openStore: (folder: string) => Promise<GraphStore>): Promise<void> {
    this.#openStore = openStore;
    await this.#start();
  }

  async close(): Promise<void> {
    await this.#pedigree?.ledger.close();
    this.#pedigree = undefined;
    await rm(this.folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    await this.#open();
    await this.ledger.refresh();
  }

  async #open(): Promise<void> {
    const { wrapStore, wrapBlobs, teeAnchors } = this.#options;
    this.#store = await this.#openStore(join(this.folder, 'store'));
    const store = wrapStore === undefined ? this.#store : wrapStore(this.#store);
    const ledger = new Ledger(store, countingBytes());
    const folder = new FolderBlobStore(join(this.folder, 'blobs'));
    this.#pedigree = new Pedigree({
      ledger,
      blobs: wrapBlobs === undefined ? folder : wrapBlobs(folder),
      clock: this.#clock,
      trust: () => ({
        roots: createTrustRoots(this.#trustedKeys),
        teeAnchors: teeAnchors ?? new Map(),
      }),
      owner: KEYS.owner,
      simulationKey: testKey('simulation'),
      allowSimulated: true,
      engine: 'pedigree/test',
    });
  }

  async #firstEntries(policy: SignerPolicy): Promise<void> {
    const { identity } = KEYS.owner;
    await this.ledger.append(() => [
      {
        event: {
          type: 'administration',
          action: 'genesis',
          origin: 'example.org/world',
          logKey: identity,
          policyRoots: [identity],
          threshold: 1,
          project: PROJECT,
          receivedAt: this.#clock(),
        },
      },
    ]);
    await this.setPolicy(policy);
  }
}

/** Opens a world, works in it, closes it whatever happens. */
export async function inWorld<T>(
  options: WorldOptions,
  work: (world: World) => Promise<T>,
): Promise<T> {
  const world = await World.open(options);
  try {
    return await work(world);
  } finally {
    await world.close();
  }
}
