// SPDX-License-Identifier: Apache-2.0
import type { RunInput, TrustAnchor } from '../../attest/tee/scheme.ts';
import { ecKey, rsaKey } from '../unit/attest/tee/support/fake-pki.ts';
import type { Mutation } from './mutation.ts';
import type { Piece } from './pieces.ts';

const UNNAMED = 'key ids changed: a token that names no key is tried under each of them';

/**
 * What the operator trusts: nothing, things that cannot be read, what other evidence is trusted by, and keys of ours under the
 * ids of the real ones. Evidence is as good as its anchors, so that none of these may pass.
 */
export function* exchangeAnchors(piece: Piece, others: readonly Piece[]): Iterable<Mutation> {
  const trust = (anchors: readonly TrustAnchor[]): RunInput => ({ ...piece.input, anchors });
  yield { what: 'nothing is trusted', input: () => trust([]) };
  const own = piece.input.anchors;
  for (const [index, bytes] of brokenForms(own).entries()) {
    const input = (): RunInput => trust([{ name: 'broken', bytes }]);
    yield { what: `the anchor is broken (${index})`, input };
  }
  for (const other of others) {
    const { anchors } = other.input;
    if (anchors.some((one) => own.some((mine) => isSame(one.bytes, mine.bytes)))) continue;
    yield { what: `trusted is what ${other.id} is trusted by`, input: () => trust(anchors) };
  }
  for (const { what, bytes, isOtherId } of exchangedKeySets(own)) {
    const input = (): RunInput => trust([{ name: 'key set', bytes }]);
    const isUnnamed = isOtherId === true && !namesKey(piece.input.evidence);
    yield { what, input, harmless: () => (isUnnamed ? UNNAMED : undefined) };
  }
}

function namesKey(evidence: Uint8Array): boolean {
  const [head = ''] = Buffer.from(evidence).toString('latin1').trim().split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid?: unknown };
  return header.kid !== undefined;
}

function brokenForms(anchors: readonly TrustAnchor[]): Uint8Array[] {
  const [{ bytes } = { bytes: new Uint8Array() }] = anchors;
  const texts = ['', '{}', '[]', 'null', '{"keys":[]}', '{"keys":[{}]}', '{"keys":{}}'];
  return [
    ...texts.map((text) => Buffer.from(text)),
    new Uint8Array(bytes.length),
    bytes.subarray(0, Math.floor(bytes.length / 3)),
    Buffer.from(bytes).reverse(),
  ];
}

/** Key sets of the same shape: the ids with keys of ours, and the keys with ids that are not theirs. */
function exchangedKeySets(anchors: readonly TrustAnchor[]): KeySet[] {
  return anchors.flatMap(({ bytes }) => {
    if (bytes[0] !== 0x7b) return [];
    const value = JSON.parse(Buffer.from(bytes).toString()) as { keys?: readonly Jwk[] };
    const keys = value.keys ?? [value as Jwk];
    const setOf = (what: string, edit: (jwk: Jwk) => object): KeySet => {
      return { what, bytes: Buffer.from(JSON.stringify({ keys: keys.map(edit) })) };
    };
    const otherId = setOf('key set with other ids', (jwk) => ({
      ...jwk,
      kid: `${jwk.kid ?? ''}x`,
    }));
    return [
      setOf('key set of ours', withKeyOfOurs),
      { ...otherId, isOtherId: true },
      setOf('key set for another algorithm', (jwk) => ({ ...jwk, alg: 'ES512' })),
      setOf('key set for encryption', (jwk) => ({ ...jwk, use: 'enc' })),
    ];
  });
}

interface KeySet {
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly isOtherId?: boolean;
}

interface Jwk {
  readonly kty?: string;
  readonly kid?: string;
  readonly crv?: string;
}

function withKeyOfOurs({ kty, kid, crv }: Jwk): object {
  const key = kty === 'RSA' ? rsaKey() : ecKey(crv === 'P-384' ? 'P-384' : 'P-256');
  return { ...key.publicKey.export({ format: 'jwk' }), ...(kid === undefined ? {} : { kid }) };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.from(one).equals(other);
}
