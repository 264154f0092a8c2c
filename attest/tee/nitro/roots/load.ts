// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrustAnchor } from '../../scheme.ts';

const ROOT = 'aws-nitro-enclaves.pem';

/** The AWS root that ships with the product, see SOURCE.md. A document brings every other certificate itself. */
export function loadNitroAnchors(): readonly TrustAnchor[] {
  return [{ name: ROOT, bytes: new Uint8Array(readFileSync(join(import.meta.dirname, ROOT))) }];
}
