// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../../../core/canonical-json-jcs.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import { sgxScheme } from '../../../../../attest/tee/sgx/scheme.ts';
import { tdxScheme } from '../../../../../attest/tee/tdx/scheme.ts';
import type { RunnableScheme, TeeOutcome } from '../../../../../attest/tee/scheme.ts';
import { readShared } from '../../../../support/shared.ts';

/** A case of the shared manifest. */
export interface ManifestCase {
  readonly id: string;
  readonly kind: string;
  readonly evidence: string;
  readonly files: Readonly<Record<string, string>>;
  readonly verifyAt: string;
  readonly policy: JsonObject;
  readonly expect: string;
  readonly stage?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A quote that a chip really signed, with the collateral that Intel really gave for it. */
export interface GenuineQuote {
  readonly id: string;
  readonly scheme: RunnableScheme;
  readonly evidence: Uint8Array;
  readonly collateral: Readonly<Record<string, string>>;
  readonly at: string;
  readonly policy: JsonObject;
}

export function readManifest(): readonly ManifestCase[] {
  const text = Buffer.from(readShared('vectors', 'tee', 'manifest.json')).toString();
  const cases = JSON.parse(text) as readonly ManifestCase[];
  return cases.filter(({ kind }) => kind === 'tdx' || kind === 'sgx');
}

const GENUINE_IDS = [
  'tdx-phala-v4-ok',
  'tdx-gotdx-v5-feb-2026',
  'tdx-trustee-v4-gnr-oct-2025-lenient',
  'sgx-phala-v3-allowed',
];

export function readGenuine(): readonly GenuineQuote[] {
  return GENUINE_IDS.map(readGenuineCase);
}

export function readGenuineCase(id: string): GenuineQuote {
  const found = readManifest().find((one) => one.id === id);
  if (found === undefined) throw new Error(id);
  const collateral = Buffer.from(readShared('vectors', 'tee', found.files['collateral'] ?? ''));
  return {
    id,
    scheme: found.kind === 'sgx' ? sgxScheme : tdxScheme,
    evidence: readShared('vectors', 'tee', found.evidence),
    collateral: JSON.parse(collateral.toString()) as Record<string, string>,
    at: found.verifyAt,
    policy: found.policy,
  };
}

export interface QuoteChange {
  readonly evidence?: Uint8Array;
  readonly collateral?: Readonly<Record<string, string>>;
  readonly at?: string;
  readonly policy?: JsonObject;
}

export function runGenuine(quote: GenuineQuote, change: QuoteChange = {}): TeeOutcome {
  const collateral = Buffer.from(JSON.stringify(change.collateral ?? quote.collateral));
  return quote.scheme.run({
    evidence: change.evidence ?? quote.evidence,
    endorsements: new Map([['collateral', [collateral]]]),
    anchors: quote.scheme.pinnedAnchors(),
    at: parseInstant(change.at ?? quote.at),
    policy: change.policy ?? quote.policy,
    binding: 'ignore',
  });
}

/** Where the parts of a quote stand, read independently of the product's parser. */
export interface QuoteMap {
  /** Offset behind the signed bytes, which is where the length of the signature data stands. */
  readonly signedEnd: number;
  readonly signature: number;
  /** Undefined in version 3. */
  readonly outerType: number | undefined;
  readonly qeReport: number;
  readonly qeSignature: number;
  readonly authLength: number;
  readonly innerType: number;
  readonly chain: number;
  readonly end: number;
}

export function mapQuote(bytes: Uint8Array): QuoteMap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = view.getUint16(0, true);
  const report = view.getUint32(4, true) === 0 ? 384 : 584;
  const body = version === 5 ? 6 + view.getUint32(50, true) : report;
  const signedEnd = 48 + body;
  const signature = signedEnd + 4;
  const outerType = version === 3 ? undefined : signature + 128;
  const qeReport = signature + 128 + (version === 3 ? 0 : 6);
  const authLength = qeReport + 384 + 64;
  const innerType = authLength + 2 + view.getUint16(authLength, true);
  const end = signature + view.getUint32(signedEnd, true);
  const qeSignature = qeReport + 384;
  const chain = innerType + 6;
  return {
    signedEnd,
    signature,
    outerType,
    qeReport,
    qeSignature,
    authLength,
    innerType,
    chain,
    end,
  };
}

/** DER of each certificate in PEM text. */
export function certificatesIn(pem: string): Buffer[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => Buffer.from(block.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64'));
}

/** The quote with another PCK chain in it, all lengths right. */
export function withChain(bytes: Uint8Array, pem: string): Buffer {
  const { chain, signedEnd, outerType, innerType, end } = mapQuote(bytes);
  const text = Buffer.from(pem, 'latin1');
  const grown = text.length - (end - chain);
  const quote = Buffer.concat([bytes.subarray(0, chain), text]);
  quote.writeUInt32LE(quote.readUInt32LE(signedEnd) + grown, signedEnd);
  if (outerType !== undefined) {
    quote.writeUInt32LE(quote.readUInt32LE(outerType + 2) + grown, outerType + 2);
  }
  quote.writeUInt32LE(text.length, innerType + 2);
  return quote;
}

export function flipped(bytes: Uint8Array, at: number, bit = 0): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}
