// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrustAnchor } from '../../scheme.ts';

const ROOT = 'confidential-space.pem';

/** The Google root that ships with the product, see SOURCE.md. A token brings every other certificate itself. */
export function loadConfidentialSpaceAnchors(): readonly TrustAnchor[] {
  return [{ name: ROOT, bytes: new Uint8Array(readFileSync(join(import.meta.dirname, ROOT))) }];
}
