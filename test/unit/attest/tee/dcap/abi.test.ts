// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDcapQuote } from '../../../../../attest/tee/dcap/abi.ts';
import type { DcapTee } from '../../../../../attest/tee/dcap/abi.ts';
import { readDcapCollateral } from '../../../../../attest/tee/dcap/collateral.ts';
import { readTcbInfo } from '../../../../../attest/tee/dcap/tcb-info.ts';
import { readQeIdentity } from '../../../../../attest/tee/dcap/qe-identity.ts';
import type { JsonValue } from '../../../../../core/canonical-json-jcs.ts';
import { isPedigreeError } from '../../../../../core/errors.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import { tdxScheme } from '../../../../../attest/tee/tdx/scheme.ts';
import { mapQuote } from './genuine.ts';
import { AT, FMSPC, makeDcapInput, makeDcapKeys, MEASURED } from './fake-dcap.ts';
import type { FakeDcap } from './fake-dcap.ts';

const keys = makeDcapKeys();

type Form = Omit<FakeDcap, 'keys'> & { readonly tee: DcapTee };

const FORMS: readonly Form[] = [
  { tee: 'tdx', version: 4, form: 'td10' },
  { tee: 'tdx', version: 5, form: 'td10' },
  { tee: 'tdx', version: 5, form: 'td15' },
  { tee: 'sgx', version: 3, form: 'sgx' },
  { tee: 'sgx', version: 4, form: 'sgx' },
  { tee: 'sgx', version: 5, form: 'sgx' },
];
const NAMED = FORMS.map((form): [string, Form] => [
  `${form.tee} ${form.version} ${form.form}`,
  form,
]);

/** `parsed`, or the code of what was thrown. */
function outcome(bytes: Uint8Array, tee: DcapTee): string {
  try {
    parseDcapQuote(bytes, tee);
    return 'parsed';
  } catch (error) {
    return isPedigreeError(error) ? error.code : 'a fault of ours';
  }
}

describe('quotes as bytes', () => {
  test.each(NAMED)('%s: every part is where it was written', (_name, form) => {
    const input = makeDcapInput({
      keys,
      ...form,
      authData: Buffer.from('auth'),
      trailing: Buffer.from('tail'),
    });
    const quote = parseDcapQuote(input.evidence, form.tee);
    expect(quote).toMatchObject({ version: form.version, tee: form.tee, form: form.form });
    expect(Buffer.from(quote.qeAuthData).toString()).toBe('auth');
    expect(Buffer.from(quote.trailing).toString()).toBe('tail');
    expect(Buffer.from(quote.pckChain).toString('latin1')).toMatch(
      /^-----BEGIN CERTIFICATE-----\n/,
    );
    expect(Buffer.from(quote.body.subarray(-64)).toString('hex')).toBe(
      form.form === 'td15' ? `060103${'00'.repeat(61)}` : MEASURED.reportData,
    );
    expect(quote.signed.length).toBe(48 + (form.version === 5 ? 6 : 0) + quote.body.length);
    expect(quote.qeReport.isvProdId).toBe(2);
  });

  test.each(NAMED)('%s: any truncation is a parse error', (_name, form) => {
    const { evidence } = makeDcapInput({ keys, ...form });
    const whole = outcome(evidence, form.tee);
    expect(whole).toBe('parsed');
    for (let size = 0; size < evidence.length; size++) {
      expect(outcome(evidence.subarray(0, size), form.tee)).toBe('ERR_PARSE_EVIDENCE');
    }
  });

  test.each(NAMED)('%s: of the other kind it is refused', (_name, form) => {
    const { evidence } = makeDcapInput({ keys, ...form });
    expect(outcome(evidence, form.tee === 'tdx' ? 'sgx' : 'tdx')).toBe('ERR_PARSE_EVIDENCE');
  });

  test('the header: versions, key types and TEE types that are not of the list', () => {
    const edited = (form: Form, edit: (bytes: Buffer) => void): string => {
      const bytes = Buffer.from(makeDcapInput({ keys, ...form }).evidence);
      edit(bytes);
      return outcome(bytes, form.tee);
    };
    for (const form of FORMS) {
      for (const version of [0, 1, 2, 6, 7, 0x0104, 0xffff]) {
        expect(edited(form, (bytes) => void bytes.writeUInt16LE(version, 0))).not.toBe('parsed');
      }
      for (const type of [0, 1, 3, 4, 0x0102]) {
        expect(edited(form, (bytes) => void bytes.writeUInt16LE(type, 2))).not.toBe('parsed');
      }
      for (const tee of [1, 0x80, 0x82, 0x8100, 0x81000000, 0xffffffff]) {
        expect(edited(form, (bytes) => void bytes.writeUInt32LE(tee, 4))).not.toBe('parsed');
      }
    }
  });

  test('version 3 is of SGX only', () => {
    const { evidence } = makeDcapInput({ keys, tee: 'tdx', version: 3, form: 'td10' });
    expect(outcome(evidence, 'tdx')).toBe('ERR_PARSE_EVIDENCE');
    expect(outcome(evidence, 'sgx')).toBe('ERR_PARSE_EVIDENCE');
  });

  test('version 5: body type, size and TEE must go together', () => {
    for (const form of FORMS.filter(({ version }) => version === 5)) {
      const { evidence } = makeDcapInput({ keys, ...form });
      const real = Buffer.from(evidence).readUInt16LE(48);
      const size = Buffer.from(evidence).readUInt32LE(50);
      for (const type of [0, 1, 2, 3, 4, 0xffff].filter((one) => one !== real)) {
        const bytes = Buffer.from(evidence);
        bytes.writeUInt16LE(type, 48);
        expect(outcome(bytes, form.tee)).toBe('ERR_PARSE_EVIDENCE');
      }
      for (const other of [0, 384, 584, 648, size - 1, size + 1, 0xffffffff]) {
        if (other === size) continue;
        const bytes = Buffer.from(evidence);
        bytes.writeUInt32LE(other, 50);
        expect(outcome(bytes, form.tee)).toBe('ERR_PARSE_EVIDENCE');
      }
    }
  });

  test.each(NAMED)('%s: declared parts must be filled, and be of the right type', (_name, form) => {
    const { evidence } = makeDcapInput({ keys, ...form, trailing: Buffer.alloc(8) });
    const { signedEnd, outerType, innerType } = mapQuote(evidence);
    const edited = (edit: (bytes: Buffer) => void): string => {
      const bytes = Buffer.from(evidence);
      edit(bytes);
      return outcome(bytes, form.tee);
    };
    const grow = (bytes: Buffer, at: number): void => {
      bytes.writeUInt32LE(bytes.readUInt32LE(at) + 4, at);
    };
    const lengths = [signedEnd, ...(outerType === undefined ? [] : [outerType + 2])];
    expect(edited((bytes) => grow(bytes, signedEnd))).toBe('ERR_PARSE_EVIDENCE');
    // each part is inside its outer one, and still the inner ones do not fill it
    expect(edited((bytes) => lengths.forEach((at) => grow(bytes, at)))).toBe('ERR_PARSE_EVIDENCE');
    const all = [...lengths, innerType + 2];
    expect(edited((bytes) => all.forEach((at) => grow(bytes, at)))).toBe('parsed');
    for (const at of [...(outerType === undefined ? [] : [outerType]), innerType]) {
      const real = Buffer.from(evidence).readUInt16LE(at);
      for (const type of [0, 1, 2, 3, 4, 5, 6, 7].filter((one) => one !== real)) {
        expect(edited((bytes) => void bytes.writeUInt16LE(type, at))).toBe('ERR_PARSE_EVIDENCE');
      }
    }
  });

  test('nothing is allocated for a length that is only claimed, and large evidence is refused', () => {
    const { evidence } = makeDcapInput({ keys });
    expect(outcome(Buffer.alloc(256 * 1024 + 1), 'tdx')).toBe('ERR_PARSE_EVIDENCE');
    const padded = Buffer.concat([evidence, Buffer.alloc(256 * 1024 - evidence.length)]);
    expect(outcome(padded, 'tdx')).toBe('parsed');
    expect(outcome(Buffer.concat([padded, Buffer.alloc(1)]), 'tdx')).toBe('ERR_PARSE_EVIDENCE');
  });

  test('arbitrary bytes, and arbitrary bytes behind a good header: a parse error, nothing else', () => {
    const headers = FORMS.map((form) => makeDcapInput({ keys, ...form }).evidence.subarray(0, 54));
    const bytes = fc.uint8Array({ maxLength: 3000 });
    fc.assert(
      fc.property(
        bytes,
        fc.nat(headers.length),
        fc.constantFrom<DcapTee>('tdx', 'sgx'),
        (tail, which, tee) => {
          const evidence = Buffer.concat([headers[which] ?? Buffer.alloc(0), tail]);
          return outcome(evidence, tee) === 'ERR_PARSE_EVIDENCE';
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('collateral as text', () => {
  const subject = { tee: 'tdx' as const, fmspc: FMSPC, at: parseInstant(AT) };
  const right = JSON.parse(
    Buffer.from(makeDcapInput({ keys }).endorsements.get('collateral')?.[0] ?? []).toString(),
  ) as Record<string, string>;

  function read(json: unknown): string {
    const files = [Buffer.from(JSON.stringify(json) ?? '')];
    return readDcapCollateral(new Map([['collateral', files]]), subject).status;
  }

  test('the right one is read, whatever else stands beside its members', () => {
    expect(read(right)).toBe('passed');
    expect(read({ ...right, pck_certificate_chain: null, note: [1] })).toBe('passed');
  });

  test('any member of any other value is refused', () => {
    const names = Object.keys(right);
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => {
        fc.pre(name !== 'tcb_info' && name !== 'qe_identity');
        // an even number of hex digits is a signature, though a wrong one
        fc.pre(!(typeof value === 'string' && /^(?:[0-9a-fA-F]{2})*$/.test(value)));
        return read({ ...right, [name]: value }) !== 'passed';
      }),
      { numRuns: 200 },
    );
  });

  test('any JSON is a verdict', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => ['failed', 'undetermined'].includes(read(json))),
      { numRuns: 200 },
    );
  });

  test('members are never inherited', () => {
    const text = `{"__proto__":${JSON.stringify(right)}}`;
    const files = new Map([['collateral', [Buffer.from(text)]]]);
    const found = readDcapCollateral(files, subject);
    expect(found.status).toBe('undetermined');
  });

  test('the verdict on any collateral is never a pass', () => {
    const input = makeDcapInput({ keys });
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(right)), fc.string()), (change) => {
        fc.pre(Object.keys(change).length > 0);
        const endorsements = new Map([
          ['collateral', [Buffer.from(JSON.stringify({ ...right, ...change }))]],
        ]);
        const result = tdxScheme.run({ ...input, endorsements, policy: {}, binding: 'ignore' });
        const isFault = result.findings.some(({ code }) => code === 'verifier-fault');
        return result.verdict !== 'passed' && !isFault;
      }),
      { numRuns: 200 },
    );
  });
});

describe('TCB info and QE identity as JSON', () => {
  const read = (text: string, reader: (json: JsonValue) => unknown): string => {
    try {
      reader(JSON.parse(text) as JsonValue);
      return 'read';
    } catch (error) {
      return isPedigreeError(error) ? error.code : 'a fault of ours';
    }
  };
  const right = JSON.parse(
    Buffer.from(makeDcapInput({ keys }).endorsements.get('collateral')?.[0] ?? []).toString(),
  ) as { tcb_info: string; qe_identity: string };
  const readers = [
    [right.tcb_info, (json: JsonValue) => readTcbInfo(json, 'tdx')],
    [right.qe_identity, readQeIdentity],
  ] as const;

  test('any JSON in place of any value: read or refused, never a fault of ours', () => {
    for (const [text, reader] of readers) {
      expect(read(text, reader)).toBe('read');
      const pointers = pathsOf(JSON.parse(text) as unknown);
      expect(pointers.length).toBeGreaterThan(15);
      fc.assert(
        fc.property(fc.constantFrom(...pointers), fc.jsonValue(), (path, value) => {
          const changed = JSON.stringify(replaced(JSON.parse(text) as unknown, path, value));
          return ['read', 'ERR_PARSE_EVIDENCE'].includes(read(changed, reader));
        }),
        { numRuns: 300 },
      );
    }
  });
});

type Path = readonly (string | number)[];

function pathsOf(json: unknown, base: Path = []): Path[] {
  if (typeof json !== 'object' || json === null) return [base];
  const keysOf = Array.isArray(json) ? json.map((_item, index) => index) : Object.keys(json);
  const inner = keysOf.flatMap((key) =>
    pathsOf((json as Record<string | number, unknown>)[key], [...base, key]),
  );
  return [base, ...inner];
}

function replaced(json: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const inner = (json as Record<string | number, unknown>)[key];
  if (Array.isArray(json)) return json.with(Number(key), replaced(inner, rest, value));
  return { ...(json as object), [key]: replaced(inner, rest, value) };
}
