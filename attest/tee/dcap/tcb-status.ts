// SPDX-License-Identifier: Apache-2.0

/** What Intel says about a TCB level (PCS API version 4, tcbStatus). */
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

/** The statuses that a policy may accept: keys of a revoked level may be in anybody's hands. */
export const ACCEPTABLE_STATUSES = TCB_STATUSES.filter(
  (status): status is Exclude<TcbStatus, 'Revoked'> => status !== 'Revoked',
);

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

function deficitsOf(status: TcbStatus): Deficits {
  return {
    isRevoked: status === 'Revoked',
    isOutOfDate: status.startsWith('OutOfDate'),
    needsConfiguration: status.includes('Configuration'),
    needsHardening: status.endsWith('SWHardeningNeeded'),
  };
}
