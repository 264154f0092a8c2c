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
import type { AppraiseInput, TeeClaims } from '../scheme.ts';
import { findRegisterIndex } from './evidence.ts';
import { HASH_BYTES, TPM_HASHES } from './hash-algorithm.ts';
import type { TpmHash } from './hash-algorithm.ts';
import type { QuoteClaims } from './verify-quote.ts';
import type { TpmClaims } from './verify.ts';

/** Appraisal policy for TPM quotes. A member that is absent asks nothing. */
export interface TpmPolicy {
  /** Expected registers by `<bank>:<index>`: hex. A register that the quote does not cover is not met. */
  readonly pcrs?: ReadonlyMap<string, string>;
  /** The expected extraData: hex of 1 to 66 bytes. */
  readonly nonce?: string;
  /** The expected digest over the quoted registers: hex of 32 bytes. */
  readonly measurement?: string;
  /** Whether an event log must come along that leads to every quoted register. Absent: not asked. */
  readonly requireEventLog?: boolean;
}

const MAX_EXTRA_DATA_BYTES = 66;

/** Readers of the policy members of a quote, for every kind that has one. */
export const QUOTE_POLICY_READERS = {
  pcrs: readExpectedRegisters,
  nonce: hexTextReader(1, MAX_EXTRA_DATA_BYTES),
  measurement: hexReader(32),
  requireEventLog: readBoolean,
};

/**
 * Reads an appraisal policy for TPM quotes.
 * @throws {PedigreeError} ERR_POLICY_INVALID
 */
export function parseTpmPolicy(policy: JsonObject): TpmPolicy {
  return parseAppraisalPolicy(policy, QUOTE_POLICY_READERS);
}

/** Whether a genuine quote meets the policy, and is bound to what is expected. Collects every finding. */
export function appraiseTpm(
  verified: Verified<TpmClaims>,
  input: AppraiseInput<TpmPolicy>,
): Verdict<TpmClaims> {
  const claims = claimsOf(verified);
  return concludeAppraisal(claims, findQuoteFindings(claims, input));
}

/** What a quote lacks to meet the policy. */
export function findQuoteFindings(
  claims: TeeClaims & QuoteClaims,
  { policy, binding }: AppraiseInput<TpmPolicy>,
): TeeFinding[] {
  const measured = 'the registers do not have the expected digest';
  const nonce = 'extraData is not the expected nonce';
  return [
    ...appraiseRegisters(claims, policy.pcrs ?? new Map()),
    ...demandEqual(policy.measurement, claims.measurement, 'measurement', measured, '/pcrs'),
    ...demandEqual(policy.nonce, claims.binding, 'nonce', nonce, '/quote'),
    ...appraiseEventLog(claims, policy),
    ...demandBinding(binding, claims.binding, '/quote'),
  ];
}

function appraiseRegisters(claims: QuoteClaims, wanted: ReadonlyMap<string, string>): TeeFinding[] {
  return [...wanted].flatMap(([register, value]) => {
    const [bank = '', index = ''] = register.split(':');
    const values = Object.hasOwn(claims.pcrs, bank) ? (claims.pcrs[bank] ?? {}) : {};
    const found = Object.hasOwn(values, index) ? values[index] : undefined;
    const message =
      found === undefined
        ? `the quote does not cover ${register}`
        : `${register} is not the expected one`;
    return demand(found === value, 'pcr', message, { at: `/pcrs/${bank}/${index}` });
  });
}

function appraiseEventLog({ eventLog }: QuoteClaims, policy: TpmPolicy): TeeFinding[] {
  if (policy.requireEventLog !== true) return [];
  if (eventLog === null) {
    return demand(false, 'event-log-missing', 'no event log came along', { at: '/eventLog' });
  }
  const { unexplained } = eventLog;
  const message = `the event log does not explain ${unexplained.join(', ')}`;
  return demand(unexplained.length === 0, 'event-log-incomplete', message, { at: '/eventLog' });
}

function readExpectedRegisters(value: JsonValue, at: string): ReadonlyMap<string, string> {
  const banks = Object.entries(readObject(value, at));
  const expected = banks.flatMap(([name, registers]) => {
    const pointer = pointerJoin(at, name);
    const bank = TPM_HASHES.find((one) => one === name);
    if (bank === undefined) {
      throw policyError(`"${excerpt(name)}" is not one of ${TPM_HASHES.join(', ')}`, at);
    }
    return readExpectedBank(bank, readObject(registers, pointer), pointer);
  });
  if (expected.length === 0) throw policyError('must name a register', at);
  return new Map(expected);
}

function readExpectedBank(bank: TpmHash, registers: JsonObject, at: string): [string, string][] {
  const readRegister = hexReader(HASH_BYTES[bank]);
  return Object.entries(registers).map(([name, content]) => {
    if (findRegisterIndex(name) === undefined) {
      throw policyError(`"${excerpt(name)}" is not a register from 0 to 23`, at);
    }
    return [`${bank}:${name}`, readRegister(content, pointerJoin(at, name))];
  });
}
