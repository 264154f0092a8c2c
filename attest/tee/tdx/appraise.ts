// SPDX-License-Identifier: Apache-2.0
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';
import { excerpt } from '../../../core/errors.ts';
import { pointerJoin } from '../../../core/json.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { claimsOf } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { concludeAppraisal, demand, demandEqual } from '../appraisal.ts';
import { appraiseDcap, DCAP_POLICY_READERS, tcbWarnings } from '../dcap/appraise.ts';
import type { DcapPolicy } from '../dcap/appraise.ts';
import { teeFinding } from '../finding.ts';
import type { TeeFinding } from '../finding.ts';
import { hexReader, parseAppraisalPolicy, policyError, readObject } from '../policy.ts';
import type { AppraiseInput } from '../scheme.ts';
import type { TdxClaims } from './verify.ts';

/** Appraisal policy for TDX. A member that is absent asks nothing, except where DcapPolicy says otherwise. */
export interface TdxPolicy extends DcapPolicy {
  /** The expected MRTD: hex of 48 bytes. */
  readonly measurement?: string;
  /** Expected registers by index "0" to "3": hex of 48 bytes. */
  readonly rtmrs?: ReadonlyMap<string, string>;
  /** Hex of 48 bytes each, as are the next two. */
  readonly mrConfigId?: string;
  readonly mrOwner?: string;
  readonly mrOwnerConfig?: string;
  /** The TDX module, MRSEAM: hex of 48 bytes. */
  readonly mrSeam?: string;
  /** Hex of 48 bytes; not met by a report of TDX 1.0, which does not say. */
  readonly mrServiceTd?: string;
}

const DEBUG_HINT = 'the host can read and change a TD under debug';
const REGISTER_BYTES = 48;
const readRegister = hexReader(REGISTER_BYTES);

/** The members that are compared with the claim of the same name. */
const REGISTERS = ['mrConfigId', 'mrOwner', 'mrOwnerConfig', 'mrSeam', 'mrServiceTd'] as const;

/**
 * Reads a TDX appraisal policy.
 * @throws {PedigreeError} ERR_POLICY_INVALID for an unknown key, or a value of the wrong type or size
 */
export function parseTdxPolicy(policy: JsonObject): TdxPolicy {
  return parseAppraisalPolicy(policy, {
    ...DCAP_POLICY_READERS,
    measurement: readRegister,
    rtmrs: readRtmrs,
    mrConfigId: readRegister,
    mrOwner: readRegister,
    mrOwnerConfig: readRegister,
    mrSeam: readRegister,
    mrServiceTd: readRegister,
  });
}

/** Whether a genuine quote meets the policy, and is bound to what is expected. Collects every finding. */
export function appraiseTdx(
  verified: Verified<TdxClaims>,
  input: AppraiseInput<TdxPolicy>,
): Verdict<TdxClaims> {
  const claims = claimsOf(verified);
  const { policy } = input;
  const measured = 'MRTD is not the expected one';
  const findings = [
    ...appraiseDcap(claims, input, DEBUG_HINT),
    ...demandEqual(policy.measurement, claims.measurement, 'measurement', measured, 'MRTD'),
    ...appraiseRtmrs(claims, policy.rtmrs ?? new Map()),
    ...REGISTERS.flatMap((name) => {
      const message = `${name} is not the expected one`;
      return demandEqual(policy[name], claims[name], 'register', message, name);
    }),
    ...appraiseCurrentServiceTd(claims, policy),
  ];
  const warnings = [...tcbWarnings(claims), ...guestWarnings(claims, policy)];
  return concludeAppraisal(claims, findings, warnings);
}

function appraiseRtmrs(claims: TdxClaims, wanted: ReadonlyMap<string, string>): TeeFinding[] {
  return [...wanted].flatMap(([index, value]) => {
    const message = `RTMR${index} is not the expected one`;
    return demand(claims.rtmrs[Number(index)] === value, 'rtmr', message, { at: `RTMR${index}` });
  });
}

/** In the extended report mrServiceTd is of the start of the TD: one that was bound since has to be the expected one as well. */
function appraiseCurrentServiceTd(claims: TdxClaims, policy: TdxPolicy): TeeFinding[] {
  const isMet =
    policy.mrServiceTd === undefined ||
    !isBound(claims.currentServiceTd) ||
    claims.currentServiceTd === policy.mrServiceTd;
  const message = 'the service TD that is bound now is not the expected one';
  return demand(isMet, 'register', message, { at: 'currentServiceTd' });
}

/** Zeroes: no service TD. Null: the report does not say. */
function isBound(serviceTd: string | null): boolean {
  return serviceTd !== null && !/^0*$/.test(serviceTd);
}

/** What weakens a TD although its platform is sound, and the policy does not settle. */
function guestWarnings(claims: TdxClaims, policy: TdxPolicy): TeeFinding[] {
  const warnings: TeeFinding[] = [];
  const hasServiceTd = isBound(claims.mrServiceTd) || isBound(claims.currentServiceTd);
  if (hasServiceTd && policy.mrServiceTd === undefined) {
    const message = 'a service TD is bound to the TD; a migration TD can export it';
    warnings.push(teeFinding('policy', 'service-td', message, { at: 'mrServiceTd' }));
  }
  if (claims.tdAttributes.migratable) {
    const message = 'the TD may be migrated, so that it can be exported';
    warnings.push(teeFinding('policy', 'migratable', message, { at: 'tdAttributes' }));
  }
  if (!claims.tdAttributes.septVeDisable) {
    const message = 'the host can raise exceptions in the TD by taking its pages away';
    warnings.push(teeFinding('policy', 'sept-ve', message, { at: 'tdAttributes' }));
  }
  if (claims.tdAttributes.reserved) {
    const message = 'the TD has attributes that nobody has told the meaning of';
    warnings.push(teeFinding('policy', 'reserved-attributes', message, { at: 'tdAttributes' }));
  }
  return warnings;
}

function readRtmrs(value: JsonValue, at: string): ReadonlyMap<string, string> {
  const entries = Object.entries(readObject(value, at));
  if (entries.length === 0) throw policyError('must name a register', at);
  return new Map(
    entries.map(([index, content]) => {
      if (!/^[0-3]$/.test(index)) {
        throw policyError(`"${excerpt(index)}" is not a register from 0 to 3`, at);
      }
      return [index, readRegister(content, pointerJoin(at, index))];
    }),
  );
}
