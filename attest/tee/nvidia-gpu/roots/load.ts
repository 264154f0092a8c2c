// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrustAnchor } from '../../scheme.ts';

const ROOT = 'nvidia-device-identity.pem';

/** The NVIDIA device root that ships with the product, see SOURCE.md. */
export function loadNvidiaAnchors(): readonly TrustAnchor[] {
  return [{ name: ROOT, bytes: new Uint8Array(readFileSync(join(import.meta.dirname, ROOT))) }];
}
