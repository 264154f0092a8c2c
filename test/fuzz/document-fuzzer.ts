// SPDX-License-Identifier: Apache-2.0
import { isPedigreeError } from '../../core/errors.ts';
import { sha256 } from '../../core/digest.ts';
import { parseInstant } from '../../core/instant.ts';
import { packFacts } from '../../graph/domain/facts-codec.ts';
import type { Facts } from '../../graph/domain/facts.ts';
import { createTrustRoots } from '../../attest/trust/roots.ts';
import { readDocument } from '../../ingest/extract/registry.ts';
import { prepareDocument, type PreparedDocument } from '../../ingest/prepare.ts';
import { randomNumbers } from '../../bench/support/random.ts';
import type { DocumentSeed } from './document-seeds.ts';
import { mutateDocument } from './mutate-document.ts';
import { below, pick } from './mutate.ts';

/** What one mutated document led to. */
export interface DocumentRun {
  readonly run: number;
  readonly id: string;
  readonly kind: string;
  readonly bytes: Uint8Array;
  readonly standing: string;
  /** Of processor time: what else runs on the machine does not count. */
  readonly milliseconds: number;
  /** What must not be. Null: all is well. */
  readonly problem: string | null;
}

/** One run in so many is read in pieces as well, pieces being this small. */
const PIECES_EVERY = 4;
const PIECE_BYTES = 300;

const TRUST = {
  roots: createTrustRoots([]),
  teeAnchors: new Map(),
  at: parseInstant('2025-01-01T00:00:00Z'),
};

/** Mutates documents and reads them as ingest does, one run a number, each from numbers of its own. */
export class DocumentFuzzer {
  readonly #seeds: readonly DocumentSeed[];
  readonly #others: readonly Uint8Array[];
  readonly #byKind: readonly (readonly DocumentSeed[])[];

  constructor(seeds: readonly DocumentSeed[]) {
    this.#seeds = seeds;
    this.#others = seeds.map(({ bytes }) => bytes);
    this.#byKind = [...Map.groupBy(seeds, ({ kind }) => kind).values()];
  }

  get seeds(): number {
    return this.#seeds.length;
  }

  /** The mutated document of a run, the same for the same seeds. Kinds take turns, so that no format waits. */
  make(run: number): { readonly seed: DocumentSeed; readonly bytes: Uint8Array } {
    const random = randomNumbers(run);
    const kind = this.#byKind[run % this.#byKind.length] ?? this.#seeds;
    const seed = kind[below(random, kind.length)] ?? pick(random, this.#seeds);
    return { seed, bytes: mutateDocument(seed.bytes, this.#others, random) };
  }

  async run(run: number): Promise<DocumentRun> {
    const { seed, bytes } = this.make(run);
    const started = process.cpuUsage();
    const { standing, problem } = await judge(bytes, run % PIECES_EVERY === 0);
    const { user, system } = process.cpuUsage(started);
    const milliseconds = (user + system) / 1000;
    return { run, id: seed.id, kind: seed.kind, bytes, standing, milliseconds, problem };
  }
}

/**
 * Reads a document as ingest does, strictly, and says what is wrong with how that went.
 * @param inPieces read it a second time as large documents are read; that must say the same
 */
export async function judge(
  bytes: Uint8Array,
  inPieces: boolean,
): Promise<{ readonly standing: string; readonly problem: string | null }> {
  try {
    const documents = await prepareDocument(bytes, 'fuzz', TRUST, { strict: true });
    for (const document of documents) {
      const problem = await findProblem(document);
      if (problem !== null) return { standing: document.standing, problem };
    }
    const problem =
      inPieces && (await differsInPieces(bytes)) ? 'says something else in pieces' : null;
    return { standing: documents[0]?.standing ?? 'nothing', problem };
  } catch (error) {
    return { standing: 'threw', problem: describe(error) };
  }
}

async function differsInPieces(bytes: Uint8Array): Promise<boolean> {
  const [whole, pieces] = [Number.POSITIVE_INFINITY, PIECE_BYTES].map(async (largeBytes) => {
    try {
      const context = { digest: sha256(bytes), strict: true };
      const { reading } = await readDocument(bytes, context, largeBytes);
      const { digest } = packFacts(reading.facts);
      return JSON.stringify([digest, reading.conformant, reading.conformanceProblems]);
    } catch (error) {
      return isPedigreeError(error) ? error.code : describe(error);
    }
  });
  return (await whole) !== (await pieces);
}

async function findProblem(document: PreparedDocument): Promise<string | null> {
  const { facts, reasons } = document;
  if (reasons.some((reason) => reason.startsWith('ERR_INTERNAL'))) return causeOf(document);
  if (facts === null) return reasons.length > 0 ? null : 'it is refused without a reason';
  packFacts(facts);
  return findLooseEnd(facts);
}

/** Ids of nodes that are not there. */
function findLooseEnd(facts: Facts): string | null {
  const count = facts.nodes.length;
  const isNode = (id: number): boolean => Number.isInteger(id) && id >= 0 && id < count;
  if (!facts.subjects.every(isNode)) return 'a subject that is no node';
  if (!facts.edges.every(({ from, to }) => isNode(from) && isNode(to))) return 'an edge to nothing';
  if (!facts.dependsOn.every(([from, to]) => isNode(from) && isNode(to))) return 'a loose pair';
  return facts.nodes.every(({ ref }) => ref.isWellFormed()) ? null : 'a ref that is broken text';
}

/** Reading it once more tells where the reader broke. */
async function causeOf({ bytes, source }: PreparedDocument): Promise<string> {
  try {
    await readDocument(bytes, { digest: sha256(bytes), source, strict: true });
  } catch (error) {
    return describe(error);
  }
  return 'ERR_INTERNAL outside of the reader';
}

function describe(error: unknown): string {
  if (isPedigreeError(error) && error.code !== 'ERR_INTERNAL') return `threw ${error.code}`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return stack.split('\n').slice(0, 5).join(' < ').slice(0, 700);
}
