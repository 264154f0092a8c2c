// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrustAnchor } from '../../scheme.ts';

/** The Intel SGX root that ships with the product, see SOURCE.md. It stands above TDX as well. */
export function loadIntelAnchors(): readonly TrustAnchor[] {
  const name = 'intel-sgx-root-ca.pem';
  return [{ name, bytes: new Uint8Array(readFileSync(join(import.meta.dirname, name))) }];
}
