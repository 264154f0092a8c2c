// SPDX-License-Identifier: Apache-2.0
import type { Machine } from '../machine.ts';

/** Variables that git and ssh need from the machine; no others are given to them. */
const PASSED_ON = ['PATH', 'SSH_AUTH_SOCK', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'SystemRoot'];

/**
 * The environment that git is run in: settings of the machine and of its users are left out.
 * @param transport the only one that git may use; undefined: none
 */
export function gitEnvironment(
  environment: Machine['environment'],
  transport: string | undefined,
): Record<string, string> {
  const passed = PASSED_ON.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passed),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    // an empty list allows nothing
    GIT_ALLOW_PROTOCOL: transport ?? '',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=30',
  };
}
