// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { VerifyInput } from '../../../../../attest/tee/scheme.ts';
import { makeSnpInput } from './fake-amd.ts';
import type { FakeAmdKeys, FakeSnp } from './fake-amd.ts';
import { makeQuote, quoteOver, REGISTERS, signQuote } from './fake-tpm.ts';
import type { FakeKey, FakeQuote, FakeRegisters } from './fake-tpm.ts';

// An Azure confidential machine of our own making: no part of it is Microsoft's or AMD's.

/** The runtime data that the paravisor writes, with the key of its virtual TPM. */
export function makeRuntimeData(publicKey: KeyObject): Record<string, unknown> {
  const { n, e } = publicKey.export({ format: 'jwk' });
  return {
    keys: [
      { kid: 'HCLAkPub', key_ops: ['sign'], kty: 'RSA', e, n },
      { kid: 'HCLEkPub', key_ops: ['encrypt'], kty: 'RSA', e: 'AQAB', n: 'AQAB' },
    ],
    'vm-configuration': { 'console-enabled': true, 'secure-boot': true, vmUniqueId: 'a machine' },
    'user-data': '00'.repeat(64),
  };
}

export interface FakeHcl {
  readonly signature?: string;
  readonly version?: number;
  readonly reportSize?: number;
  readonly requestType?: number;
  readonly status?: number;
  readonly dataSize?: number;
  readonly dataVersion?: number;
  readonly reportType?: number;
  readonly hashType?: number;
  readonly jsonSize?: number;
  readonly tail?: Uint8Array;
}

/** The blob that the paravisor keeps in the virtual TPM. */
export function makeHclReport(snpReport: Uint8Array, json: Uint8Array, fake: FakeHcl = {}): Buffer {
  const total = 32 + snpReport.length + 20 + json.length;
  const header = Buffer.alloc(32);
  header.write(fake.signature ?? 'HCLA', 0, 'latin1');
  const fields = [
    fake.version ?? 1,
    fake.reportSize ?? total,
    fake.requestType ?? 2,
    fake.status ?? 0,
  ];
  for (const [index, value] of fields.entries()) header.writeUInt32LE(value, 4 + 4 * index);
  const request = Buffer.alloc(20);
  const sizes = [
    fake.dataSize ?? 20 + json.length,
    fake.dataVersion ?? 1,
    fake.reportType ?? 2,
    fake.hashType ?? 1,
    fake.jsonSize ?? json.length,
  ];
  for (const [index, value] of sizes.entries()) request.writeUInt32LE(value, 4 * index);
  return Buffer.concat([header, snpReport, request, json, fake.tail ?? Buffer.alloc(200)]);
}

export interface FakeAzure {
  readonly amd: FakeAmdKeys;
  /** Key of the virtual TPM; signs the quote unless one is given. */
  readonly key: FakeKey;
  /** A quote that was made elsewhere. */
  readonly made?: { readonly quote: Uint8Array; readonly signature: Uint8Array };
  readonly quote?: FakeQuote;
  readonly registers?: FakeRegisters;
  /** Members of the runtime data that differ; undefined leaves one out. */
  readonly runtime?: Readonly<Record<string, unknown>>;
  /** Replaces the text of the runtime data altogether. */
  readonly json?: string;
  /** What stands in REPORT_DATA in place of the digest. */
  readonly reportData?: Uint8Array;
  readonly vmpl?: number;
  readonly hcl?: FakeHcl;
  readonly snp?: Omit<FakeSnp, 'keys'>;
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Evidence and endorsements whose anchor is the fake ARK. */
export function makeAzureInput(fake: FakeAzure): VerifyInput {
  const runtime = { ...makeRuntimeData(fake.key.publicKey), ...fake.runtime };
  const json = Buffer.from(fake.json ?? JSON.stringify(runtime));
  const snp = makeSnpInput({
    ...fake.snp,
    keys: fake.amd,
    edit: (report) => {
      report.fill(0, 0x50, 0x90);
      report.set(fake.reportData ?? createHash('sha256').update(json).digest(), 0x50);
      report.writeUInt32LE(fake.vmpl ?? 0, 0x30);
      fake.snp?.edit?.(report);
    },
  });
  const registers = fake.registers ?? REGISTERS;
  const made = fake.made ?? makeSignedQuote(fake, registers);
  const members = {
    quote: Buffer.from(made.quote).toString('base64'),
    signature: Buffer.from(made.signature).toString('base64'),
    pcrs: registers,
    hclReport: makeHclReport(snp.evidence, json, fake.hcl).toString('base64'),
    ...fake.members,
  };
  return { ...snp, evidence: Buffer.from(JSON.stringify(members)) };
}

function makeSignedQuote(
  fake: FakeAzure,
  registers: FakeRegisters,
): { quote: Uint8Array; signature: Uint8Array } {
  const extraData = Buffer.from('a nonce');
  const quote = makeQuote({ extraData, ...quoteOver(registers), ...fake.quote });
  return { quote, signature: signQuote(quote, fake.key) };
}
