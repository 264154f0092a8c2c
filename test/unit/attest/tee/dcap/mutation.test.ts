// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeShared, hasShared } from '../../../../support/shared.ts';
import type { TeeOutcome } from '../../../../../attest/tee/scheme.ts';
import { toPem } from '../support/fake-pki.ts';
import {
  certificatesIn,
  flipped,
  mapQuote,
  readGenuine,
  runGenuine,
  withChain,
} from './genuine.ts';
import type { GenuineQuote, QuoteChange } from './genuine.ts';

const QUOTES = hasShared() ? readGenuine() : [];
const NAMED = QUOTES.map((quote): [string, GenuineQuote] => [quote.id, quote]);

/** The verdict; a fault of ours would come out as one, and is none. */
function verdictOf(quote: GenuineQuote, change: QuoteChange): string {
  const result = runGenuine(quote, change);
  expect(result.findings.map(({ code }) => code)).not.toContain('verifier-fault');
  return described(result);
}

function described({ verdict, findings }: TeeOutcome): string {
  const [first] = verdict === 'passed' ? [] : findings;
  return first === undefined ? 'passed' : `${verdict} ${first.stage}/${first.code}`;
}

function expectRefused(quote: GenuineQuote, change: QuoteChange, what: string): void {
  expect(`${what}: ${verdictOf(quote, change).split(' ')[0]}`).not.toBe(`${what}: passed`);
}

describeShared('genuine quotes, altered', () => {
  test.each(NAMED)('%s passes as it is', (_id, quote) => {
    expect(verdictOf(quote, {})).toBe('passed');
  });

  test.each(NAMED)('%s: any signed byte', (_id, quote) => {
    const { signedEnd, qeReport, qeSignature, authLength, innerType, signature } = mapQuote(
      quote.evidence,
    );
    const ranges = [
      [0, 56],
      [56, signedEnd],
      [signature, signature + 128],
      [qeReport, qeSignature + 64],
      [authLength + 2, innerType],
    ] as const;
    let count = 0;
    for (const [start, end] of ranges) {
      // every byte of the header, every fifth one elsewhere; the bit goes round
      for (let at = start; at < end; at += start === 0 ? 1 : 5) {
        const evidence = flipped(quote.evidence, at, at % 8);
        expectRefused(quote, { evidence }, `byte ${at}`);
        count++;
      }
    }
    expect(count).toBeGreaterThan(230);
  });

  test.each(NAMED)('%s: every length field, stretched and cut', (_id, quote) => {
    const { signedEnd, outerType, authLength, innerType } = mapQuote(quote.evidence);
    const fields32 = [
      signedEnd,
      ...(outerType === undefined ? [] : [outerType + 2]),
      innerType + 2,
    ];
    const copy = (edit: (bytes: Buffer) => void): Buffer => {
      const bytes = Buffer.from(quote.evidence);
      edit(bytes);
      return bytes;
    };
    for (const at of fields32) {
      const real = Buffer.from(quote.evidence).readUInt32LE(at);
      const values = [
        0,
        1,
        6,
        real - 1,
        real + 1,
        real + 70,
        2 * real,
        0xffff,
        0x7fffffff,
        0xffffffff,
      ];
      for (const value of values) {
        const evidence = copy((bytes) => void bytes.writeUInt32LE(value, at));
        expect(verdictOf(quote, { evidence })).toBe('failed parse/malformed');
      }
    }
    for (const value of [0, 1, 31, 33, 64, 0x7fff, 0xfffe, 0xffff]) {
      const evidence = copy((bytes) => void bytes.writeUInt16LE(value, authLength));
      expect(verdictOf(quote, { evidence })).toBe('failed parse/malformed');
    }
    const types = [...(outerType === undefined ? [] : [outerType]), innerType];
    for (const at of types) {
      const real = Buffer.from(quote.evidence).readUInt16LE(at);
      for (const type of [0, 1, 2, 3, 4, 5, 6, 7, 0xffff].filter((one) => one !== real)) {
        const evidence = copy((bytes) => void bytes.writeUInt16LE(type, at));
        expect(verdictOf(quote, { evidence })).toBe('failed parse/malformed');
      }
    }
  });

  test.each(NAMED)('%s: cut anywhere', (_id, quote) => {
    const { end } = mapQuote(quote.evidence);
    for (let size = 0; size < end; size += size < 200 || size > end - 20 ? 1 : 23) {
      const evidence = quote.evidence.subarray(0, size);
      expect(verdictOf(quote, { evidence })).toBe('failed parse/malformed');
    }
    expect(verdictOf(quote, { evidence: quote.evidence.subarray(0, end) })).toBe('passed');
  });

  test.each(NAMED)('%s: every certificate of the PCK chain, broken', (_id, quote) => {
    const { chain, end } = mapQuote(quote.evidence);
    const certificates = certificatesIn(
      Buffer.from(quote.evidence.subarray(chain, end)).toString('latin1'),
    );
    expect(certificates).toHaveLength(3);
    const evidenceOf = (list: readonly Uint8Array[]): Buffer =>
      withChain(quote.evidence, list.map((der) => toPem(der)).join(''));
    expect(verdictOf(quote, { evidence: evidenceOf(certificates) })).toBe('passed');
    for (const [index, der] of certificates.entries()) {
      for (let at = index; at < der.length; at += 17) {
        const evidence = evidenceOf(certificates.with(index, flipped(der, at, at % 8)));
        expectRefused(quote, { evidence }, `certificate ${index} byte ${at}`);
      }
      for (const size of [0, 1, der.length - 1]) {
        const evidence = evidenceOf(certificates.with(index, der.subarray(0, size)));
        expectRefused(quote, { evidence }, `certificate ${index} cut to ${size}`);
      }
      if (index < 2) {
        const evidence = evidenceOf(certificates.toSpliced(index, 1));
        expectRefused(quote, { evidence }, `certificate ${index} withheld`);
      }
    }
    expectRefused(quote, { evidence: evidenceOf(certificates.toReversed()) }, 'reversed');
    for (const other of QUOTES.filter((one) => one !== quote)) {
      const { chain: start, end: stop } = mapQuote(other.evidence);
      const foreign = Buffer.from(other.evidence.subarray(start, stop)).toString('latin1');
      const evidence = withChain(quote.evidence, foreign);
      expectRefused(quote, { evidence }, `chain of ${other.id}`);
    }
  });
});

/** A change of one member of the collateral. */
function withMember(quote: GenuineQuote, name: string, value: string): QuoteChange {
  return { collateral: { ...quote.collateral, [name]: value } };
}

const TEXTS = ['tcb_info', 'qe_identity'];
const BLOBS = ['root_ca_crl', 'pck_crl', 'tcb_info_signature', 'qe_identity_signature'];
const CHAINS = ['pck_crl_issuer_chain', 'tcb_info_issuer_chain', 'qe_identity_issuer_chain'];

describeShared('genuine quotes with altered collateral', () => {
  test.each(NAMED)('%s: any part withheld or cut', (_id, quote) => {
    expect(Object.keys(quote.collateral).toSorted()).toEqual(
      [...TEXTS, ...BLOBS, ...CHAINS].toSorted(),
    );
    for (const [name, value] of Object.entries(quote.collateral)) {
      const rest = Object.fromEntries(
        Object.entries(quote.collateral).filter(([other]) => other !== name),
      );
      const missing = 'undetermined collateral/collateral-missing';
      expect(verdictOf(quote, { collateral: rest })).toBe(missing);
      expect(verdictOf(quote, withMember(quote, name, ''))).toBe(missing);
      for (const size of [1, 2, value.length >> 1, value.length - 30, value.length - 2]) {
        const cut = value.slice(0, size);
        // a chain may come without its root, and PEM text may lack its last line end
        const isWhole = CHAINS.includes(name) && certificatesIn(cut).length > 0;
        if (!isWhole) expectRefused(quote, withMember(quote, name, cut), `${name} cut to ${size}`);
      }
    }
  });

  test.each(NAMED)('%s: any character of the signed texts', (_id, quote) => {
    for (const name of TEXTS) {
      const text = quote.collateral[name] ?? '';
      for (let at = 0; at < text.length; at += name === 'tcb_info' ? 19 : 5) {
        const bytes = flipped(Buffer.from(text), at, at % 7);
        const change = withMember(quote, name, bytes.toString('latin1'));
        const expected = 'failed collateral/collateral-signature';
        expect(verdictOf(quote, change)).toBe(expected);
      }
    }
  });

  test.each(NAMED)('%s: any byte of lists and signatures', (_id, quote) => {
    for (const name of BLOBS) {
      const bytes = Buffer.from(quote.collateral[name] ?? '', 'hex');
      const step = Math.max(1, Math.floor(bytes.length / 40));
      for (let at = 0; at < bytes.length; at += step) {
        const change = withMember(quote, name, flipped(bytes, at, at % 8).toString('hex'));
        expectRefused(quote, change, `${name} byte ${at}`);
      }
    }
  });

  test.each(NAMED)('%s: any byte of the certificates', (_id, quote) => {
    for (const name of CHAINS) {
      const certificates = certificatesIn(quote.collateral[name] ?? '');
      expect(certificates).toHaveLength(2);
      const written = (list: readonly Uint8Array[]): QuoteChange =>
        withMember(quote, name, list.map((der) => toPem(der)).join(''));
      expect(verdictOf(quote, written(certificates))).toBe('passed');
      for (const [index, der] of certificates.entries()) {
        for (let at = index; at < der.length; at += 29) {
          const change = written(certificates.with(index, flipped(der, at, at % 8)));
          expectRefused(quote, change, `${name} ${index} byte ${at}`);
        }
      }
      expectRefused(quote, written(certificates.toReversed()), `${name} reversed`);
      expectRefused(quote, written(certificates.slice(1)), `${name} root only`);
      expectRefused(quote, written([...certificates, ...certificates]), `${name} twice`);
    }
  });

  test.each(NAMED)('%s: any part of the collateral of another quote', (_id, quote) => {
    let refused = 0;
    for (const other of QUOTES.filter((one) => one !== quote)) {
      expectRefused(quote, { collateral: other.collateral }, `collateral of ${other.id}`);
      for (const [name, value] of Object.entries(other.collateral)) {
        if (value === quote.collateral[name]) continue;
        const verdict = verdictOf(quote, withMember(quote, name, value));
        // the root's list is one for all; another one of its lists that is in force is as good
        if (name === 'root_ca_crl' && verdict === 'passed') continue;
        expect(`${name} of ${other.id}: ${verdict.split(' ')[0]}`).not.toMatch(/passed$/);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(10);
  });

  test.each(NAMED)('%s: parts in the place of other parts', (_id, quote) => {
    const swaps = [
      ['root_ca_crl', 'pck_crl'],
      ['pck_crl', 'root_ca_crl'],
      ['tcb_info', 'qe_identity'],
      ['qe_identity', 'tcb_info'],
      ['tcb_info_signature', 'qe_identity_signature'],
      ['tcb_info_issuer_chain', 'pck_crl_issuer_chain'],
      ['qe_identity_issuer_chain', 'pck_crl_issuer_chain'],
      ['pck_crl_issuer_chain', 'tcb_info_issuer_chain'],
    ] as const;
    for (const [place, part] of swaps) {
      const change = withMember(quote, place, quote.collateral[part] ?? '');
      expectRefused(quote, change, `${part} as ${place}`);
    }
    const { tcb_info, tcb_info_signature } = quote.collateral;
    const both = { qe_identity: tcb_info ?? '', qe_identity_signature: tcb_info_signature ?? '' };
    expect(verdictOf(quote, { collateral: { ...quote.collateral, ...both } })).toBe(
      'failed collateral/collateral-kind',
    );
  });

  test.each(NAMED)('%s: at any other time', (_id, quote) => {
    const info = ['tcb_info', 'qe_identity'].map(
      (name) => JSON.parse(quote.collateral[name] ?? '{}') as Record<string, string>,
    );
    const starts = info.map((one) => Date.parse(one['issueDate'] ?? ''));
    const ends = info.map((one) => Date.parse(one['nextUpdate'] ?? ''));
    const hour = 3_600_000;
    const at = (ms: number): string => new Date(ms).toISOString();
    const outside = [
      0,
      Date.parse('2018-05-21T10:45:09Z'),
      Math.min(...starts) - 365 * 24 * hour,
      Math.min(...starts) - hour,
      Math.max(...starts) - 1000,
      Math.min(...ends) + 1000,
      Math.max(...ends) + hour,
      Math.max(...ends) + 365 * 24 * hour,
      Date.parse('2049-12-31T23:59:59Z'),
      Date.parse('2050-01-01T00:00:00Z'),
      Date.parse('9999-12-31T23:59:59Z'),
    ];
    for (const ms of outside) expectRefused(quote, { at: at(ms) }, at(ms));
    // all of the collateral was fetched within a day, so that a day later each part is in force
    const inside = Math.max(...starts) + 24 * hour;
    expect(verdictOf(quote, { at: at(inside) })).toBe('passed');
  });

  test('arbitrary bytes anywhere before the certificates: never a pass, never a fault of ours', () => {
    const [quote] = QUOTES;
    if (quote === undefined) throw new Error('no quote');
    const { end } = mapQuote(quote.evidence);
    const property = fc.property(
      fc.nat(end - 1),
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      (at, patch) => {
        const evidence = Buffer.from(quote.evidence.subarray(0, end));
        evidence.set(patch.subarray(0, end - at), at);
        fc.pre(!evidence.equals(quote.evidence.subarray(0, end)));
        // text between the certificates means nothing (RFC 7468 section 2)
        fc.pre(at + patch.length < mapQuote(quote.evidence).chain);
        return verdictOf(quote, { evidence }) !== 'passed';
      },
    );
    fc.assert(property, { numRuns: 200 });
  });
});
