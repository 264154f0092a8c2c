// SPDX-License-Identifier: Apache-2.0
import { defineScheme } from '../scheme.ts';
import { appraiseGpu, parseGpuPolicy } from './appraise.ts';
import { findNvidiaRole, NVIDIA_ROLES } from './collateral.ts';
import { loadNvidiaAnchors } from './roots/load.ts';
import { verifyGpuReport } from './verify.ts';

/** NVIDIA GPU measurement reports (SPDM), without reference manifests. */
export const nvidiaGpuScheme = defineScheme({
  kind: 'nvidia-gpu',
  title: 'NVIDIA GPU measurement report',
  chosen: { policyKey: 'nonce', form: 'hex', binding: 'sha256' },
  roles: NVIDIA_ROLES,
  pinnedAnchors: loadNvidiaAnchors,
  findRole: (_name, bytes) => findNvidiaRole(bytes),
  verify: verifyGpuReport,
  parsePolicy: parseGpuPolicy,
  appraise: appraiseGpu,
});
