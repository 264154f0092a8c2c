// SPDX-License-Identifier: Apache-2.0
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { claimsOf } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { concludeAppraisal, demand, demandBinding, demandEqual } from '../appraisal.ts';
import { teeFinding } from '../finding.ts';
import type { TeeFinding } from '../finding.ts';
import {
  hexReader,
  integerReader,
  parseAppraisalPolicy,
  policyError,
  readBoolean,
  readObject,
} from '../policy.ts';
import type { AppraiseInput } from '../scheme.ts';
import { findBelow, isSameTcb } from './tcb.ts';
import type { SnpTcb } from './tcb.ts';
import type { SnpClaims } from './verify.ts';

/** Appraisal policy for SEV-SNP. A member that is absent asks nothing, except allowDebug. */
export interface SnpPolicy {
  /** Whether the guest policy may allow debugging (bit 19). Absent: denied. */
  readonly allowDebug?: boolean;
  /** The expected launch digest: hex of 48 bytes. */
  readonly measurement?: string;
  /** The expected REPORT_DATA: hex of 64 bytes. */
  readonly reportData?: string;
  /** The privilege level that asked for the report: 0 (most privileged) to 3, exactly. */
  readonly vmpl?: number;
  /** Lowest guest security version, 0 to 2^32-1. */
  readonly minGuestSvn?: number;
  /** Lowest security patch levels of REPORTED_TCB, 0 to 255 each; components that are left out ask nothing. */
  readonly minTcb?: Partial<SnpTcb>;
  /** Whether the running firmware must be the committed one, so that it cannot be rolled back. Absent: not asked. */
  readonly requireNonProvisional?: boolean;
}

const level = integerReader(0, 255);

/**
 * Reads an SEV-SNP appraisal policy.
 * @param base JSON Pointer of the policy where it is part of another one
 * @throws {PedigreeError} ERR_POLICY_INVALID for an unknown key, or a value of the wrong type or size
 */
export function parseSnpPolicy(policy: JsonObject, base = ''): SnpPolicy {
  const readers = {
    allowDebug: readBoolean,
    measurement: hexReader(48),
    reportData: hexReader(64),
    vmpl: integerReader(0, 3),
    minGuestSvn: integerReader(0, 0xffff_ffff),
    minTcb: readMinTcb,
    requireNonProvisional: readBoolean,
  };
  return parseAppraisalPolicy(policy, readers, base);
}

function readMinTcb(value: JsonValue, at: string): Partial<SnpTcb> {
  const members = readObject(value, at);
  if (Object.keys(members).length === 0) throw policyError('must name a component', at);
  const readers = { bootloader: level, tee: level, snp: level, microcode: level, fmc: level };
  return parseAppraisalPolicy(members, readers, at);
}

/** Whether a genuine report meets the policy, and is bound to what is expected. Collects every finding. */
export function appraiseSnp(
  verified: Verified<SnpClaims>,
  input: AppraiseInput<SnpPolicy>,
): Verdict<SnpClaims> {
  const claims = claimsOf(verified);
  const findings = findSnpFindings(claims, input);
  return concludeAppraisal(claims, findings, findMigrationWarnings(claims));
}

/** What a report lacks to meet the policy. */
export function findSnpFindings(claims: SnpClaims, input: AppraiseInput<SnpPolicy>): TeeFinding[] {
  return [
    ...appraiseGuest(claims, input.policy),
    ...appraiseContent(claims, input),
    ...appraisePlatform(claims, input.policy),
  ];
}

function appraiseGuest(claims: SnpClaims, policy: SnpPolicy): TeeFinding[] {
  const isDebugMet = !claims.debug || policy.allowDebug === true;
  const isSvnMet = claims.guestSvn >= (policy.minGuestSvn ?? 0);
  return [
    ...demand(isDebugMet, 'debug-not-allowed', 'the guest policy allows debugging', {
      at: '0x08',
      hint: 'set allowDebug only for tests: the host can read and change a debug guest',
    }),
    ...demandEqual(
      policy.vmpl,
      claims.vmpl,
      'vmpl',
      `the report was requested at VMPL ${claims.vmpl}, the policy wants ${policy.vmpl ?? 'any'}`,
      '0x30',
    ),
    ...demand(isSvnMet, 'guest-svn', `guest SVN ${claims.guestSvn} is below the minimum`, {
      at: '0x04',
    }),
  ];
}

function appraiseContent(claims: SnpClaims, input: AppraiseInput<SnpPolicy>): TeeFinding[] {
  const { policy, binding } = input;
  const { measurement, binding: reportData } = claims;
  const measured = 'the launch measurement is not the expected one';
  const reported = 'REPORT_DATA is not the expected value';
  return [
    ...demandEqual(policy.measurement, measurement, 'measurement', measured, '0x90'),
    ...demandEqual(policy.reportData, reportData, 'report-data', reported, '0x50'),
    ...demandBinding(binding, reportData, '0x50'),
  ];
}

function appraisePlatform(claims: SnpClaims, policy: SnpPolicy): TeeFinding[] {
  const below = findBelow(claims.tcb.reported, policy.minTcb ?? {});
  const isFirmwareMet = policy.requireNonProvisional !== true || !isProvisional(claims);
  const provisional = 'the running firmware is not the committed one';
  return [
    ...below.map((component) => {
      const message = `the ${component} level of REPORTED_TCB is below the policy minimum`;
      return teeFinding('policy', 'tcb-below-minimum', message, { at: '0x180' });
    }),
    ...demand(isFirmwareMet, 'provisional-firmware', provisional, { at: '0x1e0' }),
  ];
}

/** Firmware that is not committed can still be rolled back by the host. */
function isProvisional(claims: SnpClaims): boolean {
  const { current, committed } = claims.firmware;
  const isSameBuild =
    current.build === committed.build &&
    current.minor === committed.minor &&
    current.major === committed.major;
  return !isSameBuild || !isSameTcb(claims.tcb.committed, claims.tcb.current);
}

/** A warning where the guest policy lets a migration agent export the guest. */
export function findMigrationWarnings(claims: SnpClaims): TeeFinding[] {
  if (!claims.guestPolicy.migrationAgentAllowed) return [];
  const message = 'the guest policy allows a migration agent, which can export the guest';
  return [teeFinding('policy', 'migration-agent', message, { at: '0x08' })];
}
