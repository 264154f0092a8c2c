// SPDX-License-Identifier: Apache-2.0
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

type Verify = (...check: Check) => boolean;
type Check = Parameters<typeof crypto.verify>;

/** The signature checks that some work made, to be made again without anything else. */
export interface RecordedChecks {
  readonly count: number;
  /** Throws where a check does not hold any more. */
  readonly repeat: () => void;
}

/**
 * Runs the work once and keeps each distinct signature check that it made, with its key already read: the least that any
 * verifier of the same evidence must do.
 */
export function recordChecks(work: () => void): RecordedChecks {
  const checks = new Map<string, Check>();
  // its overload with a callback hides the one without
  const original = crypto.verify as Verify;
  const recording = (...check: Check): boolean => {
    const holds = original(...check);
    if (holds) checks.set(identityOf(check), check);
    return holds;
  };
  // modules see the functions of a built-in module through live bindings
  Object.assign(crypto, { verify: recording });
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    Object.assign(crypto, { verify: original });
    syncBuiltinESMExports();
  }
  const kept = [...checks.values()];
  return {
    count: kept.length,
    repeat: () => {
      for (const check of kept) {
        if (!original(...check)) throw new Error('a signature fails');
      }
    },
  };
}

function identityOf([algorithm, data, , signature]: Check): string {
  const bytes = [data, signature].map((part) => Buffer.from(part as Uint8Array).toString('base64'));
  return `${algorithm ?? ''} ${bytes.join(' ')}`;
}
