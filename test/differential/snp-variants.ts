// SPDX-License-Identifier: Apache-2.0
import { makeAmdKeys, makeSnpInput } from '../unit/attest/tee/support/fake-amd.ts';
import type { FakeProduct, FakeSnp } from '../unit/attest/tee/support/fake-amd.ts';
import { integer, oid, sequence, tlv } from '../unit/attest/tee/support/fake-pki.ts';
import type { FakeCertificate } from '../unit/attest/tee/support/fake-pki.ts';
import type { Variant } from './peer.ts';

type Options = Omit<FakeSnp, 'keys'>;

const PRODUCTS: readonly FakeProduct[] = ['Milan', 'Genoa', 'Turin'];
const SIGNERS = ['VCEK', 'VLEK'] as const;
const TCB_FIELDS = { current: 0x38, reported: 0x180, committed: 0x1e0, launch: 0x1f0 } as const;

/** Chains and reports that are made and signed here, with the names that AMD gives. */
export function snpVariants(): readonly Variant[] {
  const keys = makeAmdKeys();
  const make = (change: string, options: Options): Variant => [
    change,
    makeSnpInput({ keys, ...amdNames(options) }),
  ];
  return [
    ...PRODUCTS.flatMap((product) =>
      SIGNERS.map((signer) => make(`${product} ${signer}`, { product, signer })),
    ),
    ...reportVariants(make),
    ...tcbVariants(make),
    ...certificateVariants(make),
    ...revocationVariants(make),
  ];
}

type Make = (change: string, options: Options) => Variant;

function reportVariants(make: Make): readonly Variant[] {
  const edited = (change: string, edit: (report: Buffer) => void): Variant =>
    make(change, { edit });
  const models = [0x00, 0x01, 0x0f, 0x10, 0x11, 0x18, 0x1f, 0x20, 0x7c, 0xa0, 0xaf];
  return [
    ...[0, 1, 2, 3, 4, 5, 6].map((version) =>
      edited(`version ${version}`, (report) => {
        report.writeUInt32LE(version, 0);
        if (version < 3) report.fill(0, 0x188, 0x18b);
      }),
    ),
    edited('version 2 with a CPUID', (report) => report.writeUInt32LE(2, 0)),
    ...Array.from({ length: 20 }, (_, index) => 8 + index).map((bit) =>
      edited(`guest policy bit ${bit} other`, (report) => {
        report.writeBigUInt64LE(report.readBigUInt64LE(0x08) ^ (1n << BigInt(bit)), 0x08);
      }),
    ),
    ...[0, 1, 2, 3, 4, 255].map((vmpl) =>
      edited(`VMPL ${vmpl}`, (report) => report.writeUInt32LE(vmpl, 0x30)),
    ),
    ...[0, 2, 3].map((algorithm) =>
      edited(`signature algorithm ${algorithm}`, (report) => report.writeUInt32LE(algorithm, 0x34)),
    ),
    ...[1, 2, 3, 0b100, 0b1000, 0b11100, 0b100000, 0x8000_0000].map((info) =>
      edited(`key info ${info}`, (report) => report.writeUInt32LE(info, 0x48)),
    ),
    ...[0x4c, 0x18b, 0x1eb, 0x1ef, 0x1f8, 0x207, 0x208, 0x29f].map((at) =>
      edited(`byte 0x${at.toString(16)} set`, (report) => {
        report[at] = 1;
      }),
    ),
    ...[0, 5, 6, 7, 8, 63].map((bit) =>
      edited(`platform info bit ${bit}`, (report) =>
        report.writeBigUInt64LE(1n << BigInt(bit), 0x40),
      ),
    ),
    ...models.map((model) =>
      make(`family 19 model ${model.toString(16)} as Genoa`, {
        product: 'Genoa',
        edit: (report) => report.set([0x19, model], 0x188),
      }),
    ),
    ...models.map((model) =>
      make(`family 1a model ${model.toString(16)} as Turin`, {
        product: 'Turin',
        edit: (report) => report.set([0x1a, model], 0x188),
      }),
    ),
    make('chip masked', { edit: (report) => report.fill(0, 0x1a0, 0x1e0) }),
    make('chip masked, VLEK', {
      signer: 'VLEK',
      edit: (report) => report.fill(0, 0x1a0, 0x1e0),
    }),
    make('another chip', { edit: (report) => report.fill(0x55, 0x1a0, 0x1e0) }),
    make('Turin chip with something behind its 8 bytes', {
      product: 'Turin',
      edit: (report) => report.fill(0x55, 0x1b0, 0x1e0),
    }),
    make('tail not zero', {
      editSigned: (report) => {
        report[0x400] = 1;
      },
    }),
    make('number longer than 48 bytes', {
      editSigned: (report) => {
        report[0x2d0] = 1;
      },
    }),
  ];
}

function tcbVariants(make: Make): readonly Variant[] {
  const places: Readonly<Record<FakeProduct, readonly number[]>> = {
    Milan: [0, 1, 6, 7],
    Genoa: [0, 1, 6, 7],
    Turin: [0, 1, 2, 3, 7],
  };
  return PRODUCTS.flatMap((product) =>
    Object.entries(TCB_FIELDS).flatMap(([field, start]) =>
      [...(places[product] ?? []), 4].flatMap((index) =>
        [-1, 1].map((by) =>
          make(`${product} ${field} TCB byte ${index} ${by > 0 ? 'up' : 'down'}`, {
            product,
            edit: (report) => {
              report[start + index] = ((report[start + index] ?? 0) + by + 256) % 256;
            },
          }),
        ),
      ),
    ),
  );
}

function certificateVariants(make: Make): readonly Variant[] {
  const windows: Partial<FakeCertificate>[] = [
    { notAfter: '2024-12-31T23:59:59Z' },
    { notAfter: '2025-01-01T00:00:00Z' },
    { notBefore: '2025-01-01T00:00:01Z' },
    { notBefore: '2025-01-01T00:00:00Z' },
  ];
  const names = ['Milan', 'Milan-B0', 'Milan-B1', 'Milan-A0', 'Milan-C0', 'Genoa-B1', 'Siena-B1'];
  const ia5 = (text: string): Uint8Array => tlv(0x16, Buffer.from(text));
  return [
    ...(['ark', 'ask', 'ek'] as const).flatMap((role) =>
      windows.map((window, index) => make(`${role} window ${index}`, { [role]: window })),
    ),
    ...names.map((name) => make(`product name ${name}`, { ekExtensions: { '2': ia5(name) } })),
    ...names.map((name) =>
      make(`product name ${name}, VLEK`, {
        signer: 'VLEK',
        ekExtensions: { '2': ia5(name) },
      }),
    ),
    ...['1', '2', '3.1', '3.2', '3.3', '3.8', '4'].map((arc) =>
      make(`without extension ${arc}`, { ekExtensions: { [arc]: null } }),
    ),
    ...['3.1', '3.8'].map((arc) =>
      make(`extension ${arc} above 255`, { ekExtensions: { [arc]: integer(256) } }),
    ),
    make('hardware id in an octet string', {
      ekExtensions: { '4': tlv(0x04, Buffer.alloc(64, 0xc1)) },
    }),
    make('hardware id short', { ekExtensions: { '4': Buffer.alloc(63, 0xc1) } }),
    make('hardware id of another chip', { ekExtensions: { '4': Buffer.alloc(64, 0xc2) } }),
    make('ask is no CA', { ask: { isCa: false } }),
    make('ask without basic constraints', { ask: { keyUsage: 0x04 } }),
    make('ask may not sign certificates', { ask: { keyUsage: 0x80 } }),
    make('ask of another name', { ask: { subject: amdName('SEV-Genoa') } }),
    make('ek of another name', { ek: { subject: amdName('SEV-VLEK') } }),
    make('ek with SHA-256', { ek: { algorithm: 'rsa-sha256' } }),
  ];
}

function revocationVariants(make: Make): readonly Variant[] {
  return [
    make('list in force', { crl: {} }),
    make('list names the ask', { crl: { revoked: [[1, 0, 1]] } }),
    make('list names another', { crl: { revoked: [[1, 0, 2]] } }),
    make('list has run out', { crl: { nextUpdate: '2024-12-31T23:59:59Z' } }),
    make('list has run out and names the ask', {
      crl: { nextUpdate: '2024-12-31T23:59:59Z', revoked: [[1, 0, 1]] },
    }),
    make('list of tomorrow', { crl: { thisUpdate: '2025-01-02T00:00:00Z' } }),
    make('list without an end', { crl: { nextUpdate: null } }),
    make('list of another name', { crl: { issuer: amdName('ARK-Genoa') } }),
  ];
}

/** AMD's certificates say where AMD is (57230, table 7), and go-sev-guest compares that. */
function amdNames(options: Options): Options {
  const product = options.product ?? 'Milan';
  const signer = options.signer ?? 'VCEK';
  const ark = amdName(`ARK-${product}`);
  const ask = amdName(signer === 'VCEK' ? `SEV-${product}` : `SEV-VLEK-${product}`);
  return {
    ...options,
    ark: { subject: ark, issuer: ark, ...options.ark },
    ask: { subject: ask, issuer: ark, extensions: [crlAddress()], ...options.ask },
    ek: { subject: amdName(`SEV-${signer}`), issuer: ask, ...options.ek },
    ekExtensions: { ...SPARE_LEVELS, ...options.ekExtensions },
    ...(options.crl === undefined ? {} : { crl: { issuer: ark, ...options.crl } }),
  };
}

/** Levels 4 to 7 are spare; AMD's certificates name them all the same (57230, table 9). */
const SPARE_LEVELS = { '3.4': integer(0), '3.5': integer(0), '3.6': integer(0), '3.7': integer(0) };

function amdName(commonName: string): Uint8Array {
  const attributes: readonly (readonly [string, number, string])[] = [
    ['2.5.4.11', 0x0c, 'Engineering'],
    ['2.5.4.6', 0x13, 'US'],
    ['2.5.4.7', 0x0c, 'Santa Clara'],
    ['2.5.4.8', 0x0c, 'CA'],
    ['2.5.4.10', 0x0c, 'Advanced Micro Devices'],
    ['2.5.4.3', 0x0c, commonName],
  ];
  const sets = attributes.map(([type, tag, text]) =>
    tlv(0x31, sequence(oid(type), tlv(tag, Buffer.from(text)))),
  );
  return sequence(...sets);
}

/** Where a list would be had: go-sev-guest asks for it there. */
function crlAddress(): { readonly oid: string; readonly value: Uint8Array } {
  const address = tlv(0x86, Buffer.from('https://amd.example/crl'));
  return { oid: '2.5.29.31', value: sequence(sequence(tlv(0xa0, tlv(0xa0, address)))) };
}
