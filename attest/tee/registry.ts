// SPDX-License-Identifier: Apache-2.0
import type { RunnableScheme } from './scheme.ts';
import { azureMaaScheme } from './azure-maa/scheme.ts';
import { azureSnpScheme } from './azure-snp/scheme.ts';
import { earScheme } from './ear/scheme.ts';
import { gcpConfidentialSpaceScheme } from './gcp-cs-jwt/scheme.ts';
import { trustAuthorityScheme } from './intel-trust-authority/scheme.ts';
import { nitroScheme } from './nitro/scheme.ts';
import { nvidiaGpuScheme } from './nvidia-gpu/scheme.ts';
import { sevSnpScheme } from './sev-snp/scheme.ts';
import { sgxScheme } from './sgx/scheme.ts';
import { simulatedScheme } from './simulated/scheme.ts';
import { tdxScheme } from './tdx/scheme.ts';
import { tpmScheme } from './tpm/scheme.ts';

/** Every kind of evidence that is verified here; one line a kind. */
const SCHEMES: ReadonlyMap<string, RunnableScheme> = new Map(
  [
    sevSnpScheme,
    tdxScheme,
    sgxScheme,
    nitroScheme,
    tpmScheme,
    azureSnpScheme,
    nvidiaGpuScheme,
    earScheme,
    gcpConfidentialSpaceScheme,
    trustAuthorityScheme,
    azureMaaScheme,
    simulatedScheme,
  ].map((scheme) => [scheme.kind, scheme]),
);

/** The scheme of a kind, or undefined where this kind is not supported. */
export function findScheme(kind: string): RunnableScheme | undefined {
  return SCHEMES.get(kind);
}

/** The kinds that are supported, in the order of the registry. */
export function supportedKinds(): readonly string[] {
  return [...SCHEMES.keys()];
}
