// SPDX-License-Identifier: Apache-2.0
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { PedigreeError } from '../../../core/errors.ts';
import type { TrustAnchor } from '../scheme.ts';
import { platformKeyId } from './abi.ts';

/**
 * The trusted simulated platform keys by id. A key is known by its own digest, never by a stated id.
 * @throws {PedigreeError} ERR_TRUST_INVALID for an anchor that is no Ed25519 public key
 */
export function readPlatformKeys(anchors: readonly TrustAnchor[]): ReadonlyMap<string, KeyObject> {
  return new Map(
    anchors.map((anchor) => {
      const key = readPlatformKey(anchor);
      return [platformKeyId(key), key];
    }),
  );
}

function readPlatformKey(anchor: TrustAnchor): KeyObject {
  const problem = `${anchor.name} is not an Ed25519 public key in PEM`;
  if (Buffer.from(anchor.bytes).includes('PRIVATE KEY')) {
    throw new PedigreeError('ERR_TRUST_INVALID', `${anchor.name} is a private key`, {
      file: anchor.name,
    });
  }
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(anchor.bytes), format: 'pem' });
  } catch (cause) {
    throw new PedigreeError('ERR_TRUST_INVALID', problem, { cause, file: anchor.name });
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new PedigreeError('ERR_TRUST_INVALID', problem, { file: anchor.name });
  }
  return key;
}
