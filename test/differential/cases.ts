// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../core/canonical-json-jcs.ts';
import { instantFromMs, instantToMs } from '../../core/instant.ts';
import type { Instant } from '../../core/instant.ts';
import { ACCEPTABLE_STATUSES } from '../../attest/tee/dcap/tcb-status.ts';
import { parseCertificates } from '../../attest/tee/endorsements.ts';
import type { RunInput } from '../../attest/tee/scheme.ts';
import { randomNumbers } from '../../bench/support/random.ts';
import { mutate } from '../fuzz/mutate.ts';
import { readTeeCases } from '../support/tee-vectors.ts';
import type { TeeCase } from '../support/tee-vectors.ts';
import { dcapMutants } from './dcap-mutants.ts';
import { dcapVariants } from './dcap-variants.ts';
import type { DifferentialCase, Mutant, Variant } from './peer.ts';
import { snpMutants } from './snp-mutants.ts';
import { snpVariants } from './snp-variants.ts';

const DCAP_POLICY: JsonObject = { allowDebug: true, acceptedTcbStatus: [...ACCEPTABLE_STATUSES] };

/** The widest policy of each kind: what is compared is whether evidence is genuine, not what somebody asks of it. */
const WIDEST: ReadonlyMap<string, JsonObject> = new Map<string, JsonObject>([
  ['sev-snp', { allowDebug: true }],
  ['tdx', DCAP_POLICY],
  ['sgx', DCAP_POLICY],
  ['nitro', { allowDebug: true }],
  ['ear', { earStatus: 'warning' }],
  ['gcp-cs-jwt', { allowDebug: true }],
]);

const RANDOM_MUTANTS_A_SEED = 12;
const DAY_MS = 86_400_000;

/** Every case, the same ones each time. */
export function makeDifferentialCases(): readonly DifferentialCase[] {
  const vectors = readTeeCases().filter(({ scheme }) => WIDEST.has(scheme.kind));
  const seeds = vectors.filter((one) => one.expect === 'accept' && one.alsoAllowed !== 'reject');
  return [
    ...vectors.map((one) => toCase(one, one.id, 'vector', 'none', {})),
    ...seeds.flatMap(structuredMutants),
    ...seeds.flatMap((seed) => clockMutants(seed)),
    ...randomMutants(seeds),
    ...variants('sev-snp', snpVariants()),
    ...variants('tdx', dcapVariants('tdx')),
    ...variants('sgx', dcapVariants('sgx')),
  ];
}

function structuredMutants(seed: TeeCase): readonly DifferentialCase[] {
  const { kind } = seed.scheme;
  let mutants: readonly Mutant[] = [];
  if (kind === 'sev-snp') mutants = snpMutants(seed.input);
  if (kind === 'tdx' || kind === 'sgx') mutants = dcapMutants(seed.input);
  return mutants.map(([change, input]) =>
    toCase(seed, `${seed.id}/${change}`, 'mutant', change, input),
  );
}

/** The times at which something about the seed begins or ends, and one second around them. */
function clockMutants(seed: TeeCase): readonly DifferentialCase[] {
  const at = instantToMs(seed.input.at);
  const days = [-3650, -365, -30, -1, 1, 30, 365, 3650].map((day) => at + day * DAY_MS);
  return [...days, ...certificateEdges(seed)].map((ms) => {
    const instant = instantFromMs(ms);
    return toCase(seed, `${seed.id}/at ${instant}`, 'mutant', 'clock', { at: instant });
  });
}

function certificateEdges(seed: TeeCase): readonly number[] {
  const files = [...seed.input.endorsements.values()].flat();
  return files.flatMap((bytes) => {
    try {
      return parseCertificates(bytes).flatMap(({ notBefore, notAfter }) => [
        ...around(notBefore),
        ...around(notAfter),
      ]);
    } catch {
      return [];
    }
  });
}

function around(instant: Instant): readonly number[] {
  const ms = instantToMs(instant);
  return [ms - 1000, ms, ms + 1000];
}

function randomMutants(seeds: readonly TeeCase[]): readonly DifferentialCase[] {
  const others = seeds.map(({ input }) => input.evidence);
  return seeds.flatMap((seed, seedIndex) =>
    Array.from({ length: RANDOM_MUTANTS_A_SEED }, (_, run) => {
      const random = randomNumbers(seedIndex * 1000 + run);
      const evidence = mutate(seed.input.evidence, others, random);
      return toCase(seed, `${seed.id}/random ${run}`, 'mutant', 'random', { evidence });
    }),
  );
}

function variants(kind: string, made: readonly Variant[]): readonly DifferentialCase[] {
  return made.map(([change, input]) => ({
    id: `${kind}: ${change}`,
    kind,
    origin: 'variant' as const,
    change,
    input: { ...input, policy: WIDEST.get(kind) ?? {}, binding: 'ignore' as const },
  }));
}

function toCase(
  { scheme, input }: TeeCase,
  id: string,
  origin: 'vector' | 'mutant',
  change: string,
  changed: Partial<RunInput>,
): DifferentialCase {
  const policy = WIDEST.get(scheme.kind) ?? {};
  return { id, kind: scheme.kind, origin, change, input: { ...input, policy, ...changed } };
}
