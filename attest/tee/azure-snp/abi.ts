// SPDX-License-Identifier: Apache-2.0
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { PedigreeError } from '../../../core/errors.ts';
import { arrayMember, isJsonObject, member, parseJson, stringMember } from '../../../core/json.ts';
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { ByteReader } from '../dcap/byte-reader.ts';
import { isZero, SNP_REPORT_BYTES } from '../sev-snp/abi.ts';

/** What the paravisor vouches for: the attestation key of its virtual TPM, and how the machine is set up. */
export interface RuntimeData {
  /** The key that REPORT_DATA stands for, once the digest was compared. */
  readonly attestationKey: KeyObject;
  /** The members of vm-configuration that are true, false or text. */
  readonly configuration: Readonly<Record<string, boolean | string>>;
  /** Lower-case hex; null where there is none. */
  readonly userData: string | null;
}

/** A parsed HCL report: nothing about it is verified yet. */
export interface HclReport {
  /** The SEV-SNP report as the processor signed it. */
  readonly snpReport: Uint8Array;
  /** The bytes whose SHA-256 is in REPORT_DATA. */
  readonly runtimeJson: Uint8Array;
}

const MAX_BYTES = 16 * 1024;
const MAX_RUNTIME_BYTES = 8 * 1024;
const SIGNATURE = 'HCLA';
const HEADER_BYTES = 32;
const REQUEST_BYTES = 20;
const HEADER_VERSIONS: ReadonlySet<number> = new Set([1, 2]);
const REQUEST_VERSION = 1;
const REPORT_TYPE_SNP = 2;
const HASH_TYPE_SHA256 = 1;
const KEY_ID = 'HCLAkPub';
const MAX_JSON_DEPTH = 6;
const MAX_CONFIGURATION = 32;
const MAX_TEXT_CHARS = 200;

/**
 * Parses the report that Azure's paravisor keeps in the virtual TPM (index 0x01400001): a header of 32 bytes, the SEV-SNP
 * report, then the runtime data. Bytes behind these must be zero.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see Microsoft, "Guest attestation for confidential virtual machines: attestation report format"
 */
export function parseHclReport(bytes: Uint8Array): HclReport {
  if (bytes.length > MAX_BYTES) throw hclError('the report is too large');
  const reader = new ByteReader(bytes);
  const reportBytes = takeHeader(reader);
  const snpReport = reader.take(SNP_REPORT_BYTES, 'SEV-SNP report');
  const requestBytes = reader.takeUint32('size of the runtime data');
  expectNumber(reader.takeUint32('version'), REQUEST_VERSION, 'version of the runtime data');
  expectNumber(reader.takeUint32('report type'), REPORT_TYPE_SNP, 'report type');
  expectNumber(reader.takeUint32('hash type'), HASH_TYPE_SHA256, 'hash type');
  const runtimeBytes = reader.takeUint32('size of the runtime JSON');
  if (runtimeBytes > MAX_RUNTIME_BYTES) throw hclError('the runtime JSON is too large');
  const runtimeJson = reader.take(runtimeBytes, 'runtime JSON');
  expectNumber(requestBytes, REQUEST_BYTES + runtimeBytes, 'size of the runtime data');
  const total = HEADER_BYTES + SNP_REPORT_BYTES + requestBytes;
  expectNumber(reportBytes, total, 'size of the report');
  if (!isZero(reader.takeRest())) throw hclError('the bytes behind the runtime data are not zero');
  return { snpReport, runtimeJson };
}

/**
 * Reads the runtime JSON. To be called once its digest was found in a genuine report.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE and the codes of parseJson
 */
export function parseRuntimeData(json: Uint8Array): RuntimeData {
  const { value } = parseJson(json, MAX_JSON_DEPTH);
  if (!isJsonObject(value)) throw hclError('the runtime data is not a JSON object');
  const userData = stringMember(value, 'user-data');
  if (userData !== undefined && !/^(?:[0-9a-fA-F]{2}){0,64}$/.test(userData)) {
    throw hclError('user-data is not hex of at most 64 bytes');
  }
  return {
    attestationKey: readAttestationKey(value),
    configuration: readConfiguration(value),
    userData: userData?.toLowerCase() ?? null,
  };
}

/** @returns the size of the whole report, as the header states it */
function takeHeader(reader: ByteReader): number {
  const signature = Buffer.from(reader.take(SIGNATURE.length, 'signature')).toString('latin1');
  if (signature !== SIGNATURE) throw hclError('the report does not begin with HCLA');
  const version = reader.takeUint32('header version');
  if (!HEADER_VERSIONS.has(version)) throw hclError(`header version ${version} is not 1 or 2`);
  const sizeBytes = reader.takeUint32('report size');
  expectNumber(reader.takeUint32('request type'), REPORT_TYPE_SNP, 'request type');
  expectNumber(reader.takeUint32('status'), 0, 'status');
  if (!isZero(reader.take(12, 'reserved bytes'))) throw hclError('reserved bytes are not zero');
  return sizeBytes;
}

function readAttestationKey(runtime: JsonObject): KeyObject {
  const keys = arrayMember(runtime, 'keys') ?? [];
  const named = keys.filter((one) => stringMember(one, 'kid') === KEY_ID);
  const [jwk] = named;
  if (jwk === undefined || named.length !== 1) throw hclError(`there is not one key ${KEY_ID}`);
  const [n, e] = [stringMember(jwk, 'n'), stringMember(jwk, 'e')];
  // key_ops tells nothing: paravisors of 2023 and before say "encrypt" of this key, which only signs
  if (stringMember(jwk, 'kty') !== 'RSA' || n === undefined || e === undefined) {
    throw hclError(`${KEY_ID} is not an RSA key`);
  }
  try {
    return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' });
  } catch {
    throw hclError(`${KEY_ID} cannot be read`);
  }
}

function readConfiguration(runtime: JsonObject): RuntimeData['configuration'] {
  const configuration = member(runtime, 'vm-configuration') ?? {};
  if (!isJsonObject(configuration)) throw hclError('vm-configuration is not an object');
  const entries = Object.entries(configuration);
  if (entries.length > MAX_CONFIGURATION) throw hclError('vm-configuration is too large');
  const plain = entries.filter(([, value]) => {
    return (
      typeof value === 'boolean' || (typeof value === 'string' && value.length <= MAX_TEXT_CHARS)
    );
  });
  return Object.fromEntries(plain) as Record<string, boolean | string>;
}

function expectNumber(found: number, expected: number, what: string): void {
  if (found !== expected) throw hclError(`${what} is ${found}, not ${expected}`);
}

function hclError(message: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_EVIDENCE', `HCL report: ${message}`);
}
