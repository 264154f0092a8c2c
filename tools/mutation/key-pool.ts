// SPDX-License-Identifier: Apache-2.0
// Loaded before the tests of a mutation run: RSA keys come from a file instead of being made, which takes longer than the
// tests themselves and would be done for each mutant. Within a test file no key comes twice.
import crypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const file = process.env['PEDIGREE_MUTATION_KEYS'];
if (file !== undefined) usePool(JSON.parse(readFileSync(file, 'utf8')) as readonly string[]);

function usePool(pems: readonly string[]): void {
  const make = crypto.generateKeyPairSync as (...given: readonly unknown[]) => unknown;
  let next = 0;
  const take = (type: string, options: { readonly modulusLength?: number }): unknown => {
    const pem = pems[next];
    if (type !== 'rsa' || options.modulusLength !== 2048 || pem === undefined) {
      return make(type, options);
    }
    next++;
    return { publicKey: crypto.createPublicKey(pem), privateKey: crypto.createPrivateKey(pem) };
  };
  Object.assign(crypto, { generateKeyPairSync: take });
  syncBuiltinESMExports();
}
