// SPDX-License-Identifier: Apache-2.0
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';
import { excerpt } from '../../../core/errors.ts';
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jwsError, readTexts, requireTextClaim } from '../jws.ts';

/** Tiers of AR4SI, best first. `none` says that the verifier could not tell, which is worse than a warning. */
export const EAR_TIERS = ['affirming', 'warning', 'none', 'contraindicated'] as const;

export type EarTier = (typeof EAR_TIERS)[number];

/** What the verifier says of one attester. */
export interface EarAppraisal {
  /** As stated. */
  readonly status: EarTier;
  /** The worse of the status and of every claim in the vector. */
  readonly effective: EarTier;
  /** Trustworthiness vector by claim, -128 to 127. Empty where there is none. */
  readonly vector: Readonly<Record<string, number>>;
  readonly policyIds: readonly string[];
}

/** The claims that make a token an EAR. */
export interface EarContent {
  readonly profile: string;
  readonly verifier: { readonly developer: string; readonly build: string };
  readonly submods: Readonly<Record<string, EarAppraisal>>;
  /** The worst of all attesters. */
  readonly status: EarTier;
}

/** Claim names differ between the profile of the Veraison drafts and that of the working group. */
interface EarNames {
  readonly status: string;
  readonly vector: string;
  readonly policyIds: string;
  readonly verifier: string;
}

const DOTTED: EarNames = {
  status: 'ear.status',
  vector: 'ear.trustworthiness-vector',
  policyIds: 'ear.appraisal-policy-id',
  verifier: 'ear.verifier-id',
};

const UNDERSCORED: EarNames = {
  status: 'ear_status',
  vector: 'ear_trustworthiness_vector',
  policyIds: 'ear_appraisal_policy_ids',
  verifier: 'ear_verifier_id',
};

const NAMES_OF_PROFILE: ReadonlyMap<string, EarNames> = new Map([
  ['tag:github.com,2023:veraison/ear', DOTTED],
  // of the working group's drafts 01 and 02
  ['tag:ietf.org,2025-07:ear', DOTTED],
  // the verifier of Confidential Containers writes the same claims under a profile of its own
  ['tag:github.com,2024:confidential-containers/Trustee', DOTTED],
  ['tag:ietf.org,2026:rats/ear#03', UNDERSCORED],
  ['tag:ietf.org,2026:rats/ear#04', UNDERSCORED],
]);

const VECTOR_CLAIMS: ReadonlySet<string> = new Set([
  'instance-identity',
  'configuration',
  'executables',
  'file-system',
  'hardware',
  'runtime-opaque',
  'storage-opaque',
  'sourced-data',
]);

const MAX_SUBMODS = 64;

/**
 * Reads the EAR claims of a token.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see draft-ietf-rats-ear section 3
 */
export function readEarContent(claims: JsonObject): EarContent {
  const profile = requireTextClaim(claims, 'eat_profile');
  const names = NAMES_OF_PROFILE.get(profile);
  if (names === undefined) throw jwsError(`"${excerpt(profile)}" is not an EAR profile`);
  const entries = readSubmods(member(claims, 'submods')).map(
    ([name, value]) => [name, readAppraisal(value, name, names)] as const,
  );
  const stated = member(claims, names.status);
  const tiers = entries.map(([, appraisal]) => appraisal.effective);
  return {
    profile,
    verifier: readVerifier(member(claims, names.verifier)),
    submods: Object.fromEntries(entries),
    status: worstOf(stated === undefined ? tiers : [...tiers, readTier(stated, names.status)]),
  };
}

/** True where the tier is at least as good as the one wanted. */
export function isTierMet(found: EarTier, wanted: EarTier): boolean {
  return EAR_TIERS.indexOf(found) <= EAR_TIERS.indexOf(wanted);
}

/**
 * The tier of a trustworthiness claim; undefined for 0, which makes no claim.
 * @see draft-ietf-rats-ar4si section 2.3.2
 */
export function tierOfClaim(value: number): EarTier | undefined {
  if (value === 0) return undefined;
  if (value === 1 || value === -1) return 'none';
  // negative values mirror the positive ones and reach one further in each tier
  const magnitude = value > 0 ? value : -value - 1;
  if (magnitude < 32) return 'affirming';
  return magnitude < 96 ? 'warning' : 'contraindicated';
}

function readSubmods(value: JsonValue | undefined): [string, JsonValue][] {
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  if (entries.length === 0 || entries.length > MAX_SUBMODS) {
    throw jwsError(`submods is not an object of 1 to ${MAX_SUBMODS} attesters`);
  }
  if (entries.some(([name]) => name === '__proto__')) throw jwsError('a submod has no usable name');
  return entries;
}

function readAppraisal(value: JsonValue, name: string, names: EarNames): EarAppraisal {
  if (!isJsonObject(value)) throw jwsError(`submod "${excerpt(name)}" is not an object`);
  const status = readTier(member(value, names.status), names.status);
  const vector = readVector(member(value, names.vector));
  const tiers = Object.values(vector).flatMap((claim) => tierOfClaim(claim) ?? []);
  return {
    status,
    effective: worstOf([status, ...tiers]),
    vector,
    policyIds: readPolicyIds(value, names.policyIds),
  };
}

/** draft-ietf-rats-ear section 3.1: the list must not be empty. */
function readPolicyIds(appraisal: JsonObject, name: string): string[] {
  const ids = readTexts(appraisal, name);
  if (ids.length === 0 && member(appraisal, name) !== undefined) throw jwsError(`${name} is empty`);
  return ids;
}

function readTier(value: JsonValue | undefined, name: string): EarTier {
  const byName = EAR_TIERS.find((tier) => tier === value);
  if (byName !== undefined) return byName;
  // CBOR labels, which some verifiers write in JSON too
  const byLabel = new Map<unknown, EarTier>([
    [0, 'none'],
    [2, 'affirming'],
    [32, 'warning'],
    [96, 'contraindicated'],
  ]).get(value);
  if (byLabel === undefined) throw jwsError(`${name} is missing or not a tier`);
  return byLabel;
}

function readVector(value: JsonValue | undefined): Record<string, number> {
  if (value === undefined) return {};
  if (!isJsonObject(value)) throw jwsError('the trustworthiness vector is not an object');
  const vector: Record<string, number> = {};
  for (const [claim, level] of Object.entries(value)) {
    if (!VECTOR_CLAIMS.has(claim)) throw jwsError(`"${excerpt(claim)}" is not a claim of AR4SI`);
    const isLevel = typeof level === 'number' && Number.isInteger(level);
    if (!isLevel || level < -128 || level > 127) throw jwsError(`${claim} is not -128 to 127`);
    vector[claim] = level;
  }
  return vector;
}

function readVerifier(value: JsonValue | undefined): EarContent['verifier'] {
  const developer = stringMember(value, 'developer');
  const build = stringMember(value, 'build');
  if (developer === undefined || build === undefined) throw jwsError('the verifier is not named');
  return { developer, build };
}

function worstOf(tiers: readonly EarTier[]): EarTier {
  return tiers.reduce<EarTier>(
    (worst, tier) => (isTierMet(tier, worst) ? worst : tier),
    'affirming',
  );
}
