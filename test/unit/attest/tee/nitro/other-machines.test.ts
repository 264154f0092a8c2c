// SPDX-License-Identifier: Apache-2.0
// Documents as other hypervisors write them than those that the shared vectors came from.
import { sign } from 'node:crypto';
import { encode } from 'cborg';
import { describe, expect, test } from 'vitest';
import { nitroScheme } from '../../../../../attest/tee/nitro/scheme.ts';
import type { TeeOutcome } from '../../../../../attest/tee/scheme.ts';
import { makeNitroInput, makeNitroKeys } from '../support/fake-nitro.ts';

const keys = makeNitroKeys();
const INPUT = { ...makeNitroInput({ keys }), policy: {}, binding: 'ignore' } as const;
const PASSED = 'passed';
const MALFORMED = 'failed parse/malformed';
const BREAK = Buffer.from([0xff]);

/** A document whose payload is these bytes, signed as they are. */
function outcomeOf(payload: Uint8Array): TeeOutcome {
  const header = Buffer.from('a1013822', 'hex');
  const signed = encode(['Signature1', header, new Uint8Array(), payload]);
  const key = { key: keys.leaf.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const document = [header, new Map(), payload, sign('sha384', signed, key)];
  const evidence = Uint8Array.from(encode(document));
  return nitroScheme.run({ ...INPUT, evidence });
}

function verdictOf(...parts: readonly Uint8Array[]): string {
  const { verdict, stage, findings } = outcomeOf(Buffer.concat(parts));
  return verdict === 'passed' ? PASSED : `${verdict} ${stage}/${findings[0]?.code}`;
}

/** The payload of a document of our own: a map of nine members with its length in front. */
const PAYLOAD = payloadOf(INPUT.evidence);
const MEMBERS = PAYLOAD.subarray(1);

function payloadOf(evidence: Uint8Array): Buffer {
  const bytes = Buffer.from(evidence);
  return bytes.subarray(10, 10 + bytes.readUInt16BE(8));
}

/** The payload with the head of one of its members in another form, and something behind the member. */
function withMember(name: string, head: number, end: Uint8Array, next: string): Buffer {
  const at = PAYLOAD.indexOf(name, 0, 'latin1') + name.length;
  // the next member begins with the head of its name
  const nextAt = PAYLOAD.indexOf(next, 0, 'latin1') - 1;
  const content = PAYLOAD.subarray(at + 1, nextAt);
  return Buffer.concat([
    PAYLOAD.subarray(0, at),
    Buffer.from([head]),
    content,
    end,
    PAYLOAD.subarray(nextAt),
  ]);
}

describe('a payload without lengths in front of its maps and arrays (RFC 8949 3.2.2)', () => {
  const INDEFINITE = Buffer.from([0xbf]);

  test('is what hypervisors emit since 2025: it passes and says the same', () => {
    const definite = outcomeOf(PAYLOAD);
    expect(definite.verdict).toBe('passed');
    const indefinite = outcomeOf(Buffer.concat([INDEFINITE, MEMBERS, BREAK]));
    expect(indefinite).toEqual(definite);
  });

  test('registers and bundle may be written so too', () => {
    expect(verdictOf(withMember('pcrs', 0xbf, BREAK, 'nonce'))).toBe(PASSED);
    expect(verdictOf(withMember('cabundle', 0x9f, BREAK, 'module_id'))).toBe(PASSED);
  });

  test('the break is missing, comes early, twice, or something follows', () => {
    const nothing = new Uint8Array();
    expect(verdictOf(INDEFINITE, MEMBERS)).toBe(MALFORMED);
    expect(verdictOf(INDEFINITE, BREAK, MEMBERS)).toBe(MALFORMED);
    expect(verdictOf(INDEFINITE, MEMBERS, BREAK, BREAK)).toBe(MALFORMED);
    expect(verdictOf(INDEFINITE, MEMBERS, BREAK, Buffer.from([0]))).toBe(MALFORMED);
    expect(verdictOf(withMember('pcrs', 0xbf, nothing, 'nonce'))).toBe(MALFORMED);
    expect(verdictOf(withMember('cabundle', 0x9f, nothing, 'module_id'))).toBe(MALFORMED);
  });

  test('a break where a length was given, or in place of a value', () => {
    const extra = encode('extra');
    const ten = Buffer.from([0xaa]);
    expect(verdictOf(PAYLOAD, BREAK)).toBe(MALFORMED);
    expect(verdictOf(ten, MEMBERS, extra, Buffer.from([0]))).toBe(PASSED);
    expect(verdictOf(ten, MEMBERS, extra, BREAK)).toBe(MALFORMED);
    expect(verdictOf(INDEFINITE, MEMBERS, extra, BREAK)).toBe(MALFORMED);
    expect(verdictOf(INDEFINITE, MEMBERS, extra, BREAK, BREAK)).toBe(MALFORMED);
    const nested = Buffer.concat([Buffer.from([0x81, 0xbf]), extra, BREAK, BREAK]);
    expect(verdictOf(ten, MEMBERS, extra, nested)).toBe(MALFORMED);
  });

  test('a member twice, and strings in pieces', () => {
    const again = Buffer.concat([encode('digest'), encode('SHA384')]);
    expect(verdictOf(INDEFINITE, MEMBERS, again, BREAK)).toBe(MALFORMED);
    const pieces = Buffer.from('656578747261' + '5f4100ff', 'hex');
    expect(verdictOf(INDEFINITE, MEMBERS, pieces, BREAK)).toBe(MALFORMED);
  });

  test('the envelope keeps its lengths, since nothing signs how it is written', () => {
    const { evidence } = INPUT;
    const body = Buffer.concat([Buffer.from([0x9f]), evidence.subarray(1), BREAK]);
    const header = Buffer.from(evidence);
    expect(header.subarray(6, 7).toString('hex')).toBe('a0');
    const open = Buffer.concat([header.subarray(0, 6), INDEFINITE, BREAK, header.subarray(7)]);
    for (const bytes of [body, open]) {
      const result = nitroScheme.run({ ...INPUT, evidence: Uint8Array.from(bytes) });
      expect(`${result.verdict} ${result.stage}`).toBe('failed parse');
    }
  });
});
