// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrustAnchor } from '../../scheme.ts';

/** The product lines that AMD has separate root keys for. */
export const SNP_PRODUCTS = ['Milan', 'Genoa', 'Turin'] as const;

export type SnpProduct = (typeof SNP_PRODUCTS)[number];

/** The AMD root keys (ARK) that ship with the product, see SOURCE.md. */
export function loadArkAnchors(): readonly TrustAnchor[] {
  return SNP_PRODUCTS.map((product) => load(`ark-${product.toLowerCase()}.pem`));
}

/** The published intermediate of a product, for evidence that brings none: ASK for VCEK, ASVK for VLEK. */
export function loadIntermediate(product: SnpProduct, signer: 'VCEK' | 'VLEK'): Uint8Array {
  const prefix = signer === 'VCEK' ? 'ask' : 'asvk';
  return load(`${prefix}-${product.toLowerCase()}.pem`).bytes;
}

function load(name: string): TrustAnchor {
  return { name, bytes: new Uint8Array(readFileSync(join(import.meta.dirname, name))) };
}
