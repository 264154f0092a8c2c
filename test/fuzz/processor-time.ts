// SPDX-License-Identifier: Apache-2.0

/** Processor time of all threads of this process, in seconds: on a busy machine the clock says little about what was tried. */
export function usedSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
