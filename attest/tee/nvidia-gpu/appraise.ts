// SPDX-License-Identifier: Apache-2.0
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';
import { excerpt } from '../../../core/errors.ts';
import { pointerJoin } from '../../../core/json.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { claimsOf } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { concludeAppraisal, demand, demandBinding, demandEqual } from '../appraisal.ts';
import { unanswered } from '../finding.ts';
import type { TeeFinding } from '../finding.ts';
import { hexReader, parseAppraisalPolicy, policyError, readObject, wordReader } from '../policy.ts';
import type { AppraiseInput } from '../scheme.ts';
import { GPU_ARCHITECTURES } from './collateral.ts';
import type { GpuArchitecture } from './collateral.ts';
import type { GpuClaims } from './verify.ts';

/** Appraisal policy for NVIDIA GPUs. A member that is absent asks nothing; where nothing at all is asked, nothing is answered. */
export interface GpuPolicy {
  /** The nonce of the request: hex of 32 bytes. */
  readonly nonce?: string;
  readonly arch?: GpuArchitecture;
  /** The expected firmware identity: hex of 48 bytes. */
  readonly measurement?: string;
  /** Expected measurements by index "1" to "255": hex of 48 bytes. One that the report lacks is not met. */
  readonly measurements?: ReadonlyMap<string, string>;
}

/**
 * Reads an appraisal policy for NVIDIA GPUs.
 * @throws {PedigreeError} ERR_POLICY_INVALID
 */
export function parseGpuPolicy(policy: JsonObject): GpuPolicy {
  return parseAppraisalPolicy(policy, {
    nonce: hexReader(32),
    arch: wordReader(...GPU_ARCHITECTURES),
    measurement: hexReader(48),
    measurements: readMeasurements,
  });
}

/**
 * Whether a genuine report meets the policy, and is bound to what is expected. Collects every finding.
 * @returns undetermined where neither policy nor binding says what is expected
 */
export function appraiseGpu(
  verified: Verified<GpuClaims>,
  input: AppraiseInput<GpuPolicy>,
): Verdict<GpuClaims> {
  const claims = claimsOf(verified);
  const { policy, binding } = input;
  if (binding === 'ignore' && Object.keys(policy).length === 0) return nothingExpected();
  const nonce = 'the nonce of the request is not the expected one';
  const architecture = 'the device is not of the expected architecture';
  const firmware = 'the firmware identity is not the expected one';
  return concludeAppraisal(claims, [
    ...demandEqual(policy.nonce, claims.binding, 'nonce', nonce, '0x04'),
    ...demandEqual(policy.arch, claims.architecture, 'architecture', architecture, 'chain'),
    ...demandEqual(policy.measurement, claims.measurement, 'measurement', firmware, 'FWID'),
    ...appraiseMeasurements(claims, policy.measurements ?? new Map()),
    ...demandBinding(binding, claims.binding, '0x04'),
  ]);
}

/** That some GPU signed some measurements at some time answers no question. */
function nothingExpected(): Verdict<never> {
  return unanswered(
    'policy',
    'reference-measurements-missing',
    'genuine, and nobody said what to compare it with',
    {
      hint: 'name the expected measurements in the policy, or at least the nonce or the architecture',
    },
  );
}

function appraiseMeasurements(
  claims: GpuClaims,
  wanted: ReadonlyMap<string, string>,
): TeeFinding[] {
  return [...wanted].flatMap(([index, value]) => {
    const has = Object.hasOwn(claims.measurements, index);
    const isMet = has && claims.measurements[index] === value;
    const message = `measurement ${index} is not the expected one`;
    return demand(isMet, 'measurements', message, { at: `measurement ${index}` });
  });
}

function readMeasurements(value: JsonValue, at: string): ReadonlyMap<string, string> {
  const entries = Object.entries(readObject(value, at));
  if (entries.length === 0) throw policyError('must name a measurement', at);
  const readDigest = hexReader(48);
  return new Map(
    entries.map(([index, content]) => {
      const isIndex = /^[1-9][0-9]{0,2}$/.test(index) && Number(index) <= 255;
      if (!isIndex) throw policyError(`"${excerpt(index)}" is not an index from 1 to 255`, at);
      return [index, readDigest(content, pointerJoin(at, index))];
    }),
  );
}
