// SPDX-License-Identifier: Apache-2.0

/** What Intel says about a TCB level of a platform (PCS API version 4, tcbStatus). */
export const TCB_STATUSES = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'Revoked',
] as const;

export type TcbStatus = (typeof TCB_STATUSES)[number];

/** What a level of a TDX module may be (PCS API version 4, tdxModuleIdentities). */
export const MODULE_STATUSES: readonly TcbStatus[] = ['UpToDate', 'OutOfDate', 'Revoked'];

/** What a level of a quoting enclave may be (PCS API version 4, Enclave Identity V2; Intel SGX QVL, EnclaveIdentityV2). */
export const QE_STATUSES: readonly TcbStatus[] = [
  'UpToDate',
  'ConfigurationNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'Revoked',
];

/**
 * What a TD may be that started on something outdated, where the platform has been updated below it since then. No level
 * has these statuses: they come of two levels.
 * @see Intel SGX QVL, checkForRelaunch
 */
export const RELAUNCH_STATUSES = [
  'TDRelaunchAdvised',
  'TDRelaunchAdvisedConfigurationNeeded',
] as const;

/** The status of a platform as a whole. */
export type WholeTcbStatus = TcbStatus | (typeof RELAUNCH_STATUSES)[number];

/** The statuses that a policy may accept: keys of a revoked level may be in anybody's hands. */
export const ACCEPTABLE_STATUSES: readonly Exclude<WholeTcbStatus, 'Revoked'>[] = [
  ...TCB_STATUSES.filter((status) => status !== 'Revoked'),
  ...RELAUNCH_STATUSES,
];

interface Deficits {
  readonly isRevoked: boolean;
  readonly isOutOfDate: boolean;
  readonly needsConfiguration: boolean;
  readonly needsHardening: boolean;
}

/** The status of that name, or undefined for a name that is not known: it may mean anything, so it is never a pass. */
export function findTcbStatus(name: string): TcbStatus | undefined {
  return TCB_STATUSES.find((status) => status === name);
}

/**
 * The status of parts taken together: what is wrong with one of them is wrong with the whole.
 * @see Intel SGX QVL, convergeTcbStatusWithQeTcbStatus and convergeTcbStatusWithTdxModuleStatus
 */
export function mergeTcbStatus(...statuses: readonly TcbStatus[]): TcbStatus {
  const all = statuses.map(deficitsOf);
  if (all.some((one) => one.isRevoked)) return 'Revoked';
  const needsConfiguration = all.some((one) => one.needsConfiguration);
  if (all.some((one) => one.isOutOfDate)) {
    return needsConfiguration ? 'OutOfDateConfigurationNeeded' : 'OutOfDate';
  }
  if (all.some((one) => one.needsHardening)) {
    return needsConfiguration ? 'ConfigurationAndSWHardeningNeeded' : 'SWHardeningNeeded';
  }
  return needsConfiguration ? 'ConfigurationNeeded' : 'UpToDate';
}

/**
 * The status of a TD that has a level from its start and one of now. Outdated at the start, and not outdated now: to start
 * it again is enough.
 * @see Intel SGX QVL, checkForRelaunch
 */
export function relaunchStatus(atStart: TcbStatus, now: TcbStatus): WholeTcbStatus {
  const [start, current] = [deficitsOf(atStart), deficitsOf(now)];
  if (start.isRevoked || current.isRevoked) return 'Revoked';
  if (!start.isOutOfDate || current.isOutOfDate) return atStart;
  const needsConfiguration = start.needsConfiguration || current.needsConfiguration;
  return needsConfiguration ? 'TDRelaunchAdvisedConfigurationNeeded' : 'TDRelaunchAdvised';
}

function deficitsOf(status: TcbStatus): Deficits {
  return {
    isRevoked: status === 'Revoked',
    isOutOfDate: status.startsWith('OutOfDate'),
    needsConfiguration: status.includes('Configuration'),
    needsHardening: status.endsWith('SWHardeningNeeded'),
  };
}
