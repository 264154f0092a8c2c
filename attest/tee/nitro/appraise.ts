// SPDX-License-Identifier: Apache-2.0
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';
import { excerpt } from '../../../core/errors.ts';
import { pointerJoin } from '../../../core/json.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { claimsOf } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { concludeAppraisal, demand, demandBinding, demandEqual } from '../appraisal.ts';
import type { TeeFinding } from '../finding.ts';
import {
  hexReader,
  hexTextReader,
  parseAppraisalPolicy,
  policyError,
  readBoolean,
  readObject,
} from '../policy.ts';
import type { AppraiseInput } from '../scheme.ts';
import type { NitroClaims } from './verify.ts';

/** Appraisal policy for AWS Nitro. A member that is absent asks nothing, except allowDebug. */
export interface NitroPolicy {
  /** Whether an enclave in debug mode (PCR0 all zero) is taken. Absent: denied. */
  readonly allowDebug?: boolean;
  /** Expected registers by index "0" to "31": hex of 32, 48 or 64 bytes. A register that the document lacks is not met. */
  readonly pcrs?: ReadonlyMap<string, string>;
  /** The expected nonce: hex of 1 to 1024 bytes. */
  readonly nonce?: string;
  /** The expected user_data: hex of 1 to 1024 bytes. */
  readonly userData?: string;
}

const MAX_FIELD_BYTES = 1024;

/**
 * Reads an AWS Nitro appraisal policy.
 * @throws {PedigreeError} ERR_POLICY_INVALID
 */
export function parseNitroPolicy(policy: JsonObject): NitroPolicy {
  return parseAppraisalPolicy(policy, {
    allowDebug: readBoolean,
    pcrs: readPcrs,
    nonce: hexTextReader(1, MAX_FIELD_BYTES),
    userData: hexTextReader(1, MAX_FIELD_BYTES),
  });
}

/** Whether a genuine document meets the policy, and is bound to what is expected. Collects every finding. */
export function appraiseNitro(
  verified: Verified<NitroClaims>,
  input: AppraiseInput<NitroPolicy>,
): Verdict<NitroClaims> {
  const claims = claimsOf(verified);
  const { policy, binding } = input;
  const isDebugMet = !claims.debug || policy.allowDebug === true;
  const hint = 'set allowDebug only for tests: the host can read the console of a debug enclave';
  const userData = 'user_data is not the expected value';
  return concludeAppraisal(claims, [
    ...demand(isDebugMet, 'debug-not-allowed', 'the enclave runs in debug mode', { hint }),
    ...appraisePcrs(claims, policy.pcrs ?? new Map()),
    ...demandEqual(
      policy.nonce,
      claims.nonce,
      'nonce',
      'the nonce is not the expected one',
      '/nonce',
    ),
    ...demandEqual(policy.userData, claims.binding, 'user-data', userData, '/user_data'),
    ...demandBinding(binding, claims.binding, '/user_data'),
  ]);
}

function appraisePcrs(claims: NitroClaims, wanted: ReadonlyMap<string, string>): TeeFinding[] {
  return [...wanted].flatMap(([index, value]) => {
    const found = Object.hasOwn(claims.pcrs, index) ? claims.pcrs[index] : undefined;
    const message = `PCR${index} is not the expected one`;
    return demand(found === value, 'pcr', message, { at: `/pcrs/${index}` });
  });
}

function readPcrs(value: JsonValue, at: string): ReadonlyMap<string, string> {
  const entries = Object.entries(readObject(value, at));
  if (entries.length === 0) throw policyError('must name a register', at);
  const readRegister = hexReader(32, 48, 64);
  return new Map(
    entries.map(([index, content]) => {
      const pointer = pointerJoin(at, index);
      const isIndex = /^(?:[0-9]|[12][0-9]|3[01])$/.test(index);
      if (!isIndex) throw policyError(`"${excerpt(index)}" is not a register from 0 to 31`, at);
      return [index, readRegister(content, pointer)];
    }),
  );
}
