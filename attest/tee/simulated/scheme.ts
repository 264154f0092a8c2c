// SPDX-License-Identifier: Apache-2.0
import { defineScheme } from '../scheme.ts';
import { SIMULATED_KIND } from './abi.ts';
import { appraiseSimulated, parseSimulatedPolicy } from './appraise.ts';
import { verifySimulated } from './verify.ts';

/** Evidence of a simulated platform, for trying things out. */
export const simulatedScheme = defineScheme({
  kind: SIMULATED_KIND,
  title: 'SIMULATED evidence, no hardware',
  chosen: { policyKey: 'reportData', form: 'hex', binding: 'sha512' },
  roles: new Set<string>(),
  // none ships with the product: a simulated platform is trusted only where somebody names its key
  pinnedAnchors: () => [],
  findRole: () => undefined,
  verify: verifySimulated,
  parsePolicy: parseSimulatedPolicy,
  appraise: appraiseSimulated,
});
