// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import type { RunInput, TeeClaims, TeeOutcome } from '../../attest/tee/scheme.ts';
import { randomNumbers } from '../../bench/support/random.ts';
import type { TeeCase } from '../support/tee-vectors.ts';
import { below, mutate, pick } from './mutate.ts';
import type { Random } from './mutate.ts';

/** What one mutation led to. */
export interface FuzzRun {
  /** Number of the run: with the same seeds it is the same mutation. */
  readonly run: number;
  readonly id: string;
  readonly kind: string;
  /** Which file was changed: `evidence`, or the role of an endorsement. */
  readonly file: string;
  readonly verdict: TeeOutcome['verdict'] | 'threw';
  /** Of processor time: what else runs on the machine does not count. */
  readonly milliseconds: number;
  /** What must not be. Null: all is well. */
  readonly problem: string | null;
}

interface Seed extends TeeCase {
  /** What the evidence says as it is. */
  readonly claims: TeeClaims;
}

/** Mutates evidence and collateral, one run a number, each from numbers of its own. */
export class TeeFuzzer {
  readonly #seeds: readonly Seed[];
  readonly #others: readonly Uint8Array[];

  /** @param cases evidence that passes as it is */
  constructor(cases: readonly TeeCase[]) {
    this.#seeds = cases.map((one) => ({ ...one, claims: claimsOfCase(one) }));
    this.#others = cases.flatMap(({ input }) => [
      input.evidence,
      ...[...input.endorsements.values()].flat(),
    ]);
  }

  run(run: number): FuzzRun {
    const random = randomNumbers(run);
    // every seed in turn, so that a short run covers every kind
    const seed = this.#seeds[run % this.#seeds.length] ?? pick(random, this.#seeds);
    const { file, input } = this.#mutateInput(seed.input, random);
    const started = process.cpuUsage();
    const { outcome, problem } = judge(seed, input);
    const { user, system } = process.cpuUsage(started);
    const milliseconds = (user + system) / 1000;
    const verdict = outcome?.verdict ?? 'threw';
    return { run, id: seed.id, kind: seed.scheme.kind, file, verdict, milliseconds, problem };
  }

  #mutateInput(input: RunInput, random: Random): { file: string; input: RunInput } {
    const roles = [...input.endorsements.keys()];
    if (roles.length === 0 || random() < 0.6) {
      const evidence = mutate(input.evidence, this.#others, random);
      return { file: 'evidence', input: { ...input, evidence } };
    }
    const role = pick(random, roles);
    const files = input.endorsements.get(role) ?? [];
    const chosen = below(random, files.length);
    const changed = files.map((bytes, at) =>
      at === chosen ? mutate(bytes, this.#others, random) : bytes,
    );
    const endorsements = new Map([...input.endorsements, [role, changed]]);
    return { file: role, input: { ...input, endorsements } };
  }
}

function claimsOfCase({ id, scheme, input }: TeeCase): TeeClaims {
  const { verdict, claims } = scheme.run(input);
  if (verdict !== 'passed' || claims === null) throw new Error(`the seed ${id} does not pass`);
  return claims;
}

function judge(seed: Seed, input: RunInput): { outcome?: TeeOutcome; problem: string | null } {
  let outcome: TeeOutcome;
  try {
    outcome = seed.scheme.run(input);
  } catch (error) {
    return { problem: `threw ${error instanceof Error ? error.message : String(error)}` };
  }
  return { outcome, problem: findProblem(seed, outcome) };
}

/** A TPM's event log is signed only through the registers that it explains: cut short, it explains fewer of them, and says so. */
function saysTheSame(claims: TeeClaims, seed: TeeClaims): boolean {
  const { eventLog: log, ...rest } = claims as LoggedClaims;
  const { eventLog: seedLog, ...seedRest } = seed as LoggedClaims;
  const explainsNoMore = (log?.explained ?? []).every((pcr) => seedLog?.explained.includes(pcr));
  return explainsNoMore && isDeepStrictEqual(rest, seedRest);
}

interface LoggedClaims extends TeeClaims {
  readonly eventLog?: { readonly explained: readonly string[] } | null;
}

/**
 * Every signed byte is claimed or compared, so that a mutation that passes says what the seed says. It hit nothing that is
 * signed: white space, padding, a comment.
 */
function findProblem(seed: Seed, outcome: TeeOutcome): string | null {
  const fault = outcome.findings.find(({ code }) => code === 'verifier-fault');
  if (fault !== undefined) return `a fault of the verifier: ${fault.message}`;
  if (outcome.claims !== null && !saysTheSame(outcome.claims, seed.claims)) {
    return 'it is taken for genuine, and says something else';
  }
  const hasReason = outcome.verdict === 'passed' || outcome.findings.length > 0;
  return hasReason ? null : 'it is refused without a reason';
}
