// SPDX-License-Identifier: Apache-2.0
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';
import { excerpt } from '../../../core/errors.ts';
import { arrayMember, member, stringMember } from '../../../core/json.ts';
import { RELAUNCH_STATUSES, TCB_STATUSES } from '../dcap/tcb-status.ts';
import type { WholeTcbStatus } from '../dcap/tcb-status.ts';
import type { EarTier } from '../ear/abi.ts';
import { jwsError } from '../jws.ts';

/** What a verification service says that it saw. */
export interface AttestedEnvironment {
  readonly environment: 'tdx' | 'sgx' | 'sev-snp';
  /** MRTD, MRENCLAVE or launch digest, lower-case hex. */
  readonly measurement: string;
  /** REPORTDATA, lower-case hex. Null: the token does not repeat it. */
  readonly reportData: string | null;
  readonly debug: boolean;
  /** Null where the service states none. */
  readonly tcbStatus: WholeTcbStatus | null;
  readonly advisories: readonly string[];
  /** By index, TDX only. */
  readonly rtmrs: readonly string[];
  /** Of an enclave. */
  readonly mrSigner: string | null;
  /** What the environment put under its hardware's signature, as text: these bind, what a service merely repeats does not. */
  readonly boundNonces: readonly string[];
}

/** Trustworthiness in the words of AR4SI, derived here from what the service says. */
export interface DerivedTrust {
  readonly hardware: EarTier;
  readonly configuration: EarTier;
}

const MAX_ADVISORIES = 200;

/**
 * The tiers that follow: what is up to date affirms, what is to be updated or configured warns, what is revoked contradicts;
 * a debug environment contradicts.
 * @see draft-ietf-rats-ar4si section 2.3
 */
export function deriveTrust({ tcbStatus, debug }: AttestedEnvironment): DerivedTrust {
  return {
    hardware: tierOfStatus(tcbStatus),
    configuration: debug ? 'contraindicated' : 'affirming',
  };
}

function tierOfStatus(status: WholeTcbStatus | null): EarTier {
  if (status === null) return 'none';
  if (status === 'Revoked') return 'contraindicated';
  return status === 'UpToDate' ? 'affirming' : 'warning';
}

/**
 * A claim that is hex of exactly this many bytes, in either case.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE where it is missing or anything else
 */
export function requireHexClaim(claims: JsonObject, name: string, sizeBytes: number): string {
  const text = stringMember(claims, name);
  if (text === undefined || text.length !== 2 * sizeBytes || !/^[0-9a-fA-F]*$/.test(text)) {
    throw jwsError(`${name} is not hex of ${sizeBytes} bytes`);
  }
  return text.toLowerCase();
}

/** Like requireHexClaim, for a claim that may be absent: null. Throws as it does. */
export function readHexClaim(claims: JsonObject, name: string, sizeBytes: number): string | null {
  return member(claims, name) === undefined ? null : requireHexClaim(claims, name, sizeBytes);
}

/**
 * A claim that is true or false. Nobody knows what a missing one would say, so that it is required.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function requireFlag(claims: JsonObject, name: string): boolean {
  const value = member(claims, name);
  if (typeof value !== 'boolean') throw jwsError(`${name} is not true or false`);
  return value;
}

/**
 * A TCB status, as Intel names them. Null where the claim is absent.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE for a name that is not known
 */
export function readTcbStatus(claims: JsonObject, name: string): WholeTcbStatus | null {
  const value = member(claims, name);
  if (value === undefined) return null;
  const status = [...TCB_STATUSES, ...RELAUNCH_STATUSES].find((one) => one === value);
  if (status === undefined) {
    throw jwsError(`${name} is not a TCB status: ${excerpt(JSON.stringify(value), 40)}`);
  }
  return status;
}

/**
 * Ids of advisories: a list, or one text with commas.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function readAdvisories(claims: JsonObject, name: string): string[] {
  const value = member(claims, name);
  if (value === undefined || value === null || value === '') return [];
  const list =
    typeof value === 'string' ? value.split(',') : (arrayMember(claims, name) ?? [value]);
  if (list.length > MAX_ADVISORIES) throw jwsError(`${name} has too many ids`);
  const ids = list.map((id) => {
    if (typeof id !== 'string' || !/^ ?[\w-]{1,40}$/.test(id))
      throw jwsError(`${name} holds no ids`);
    return id.trim();
  });
  return ids.toSorted();
}

/** The text that base64 or base64url stands for, where it is plain text of 1 to 1024 characters; else undefined. */
export function findPlainText(encoded: JsonValue | undefined): string | undefined {
  if (typeof encoded !== 'string') return undefined;
  const text = Buffer.from(encoded, 'base64').toString('latin1');
  return /^[\x20-\x7e]{1,1024}$/.test(text) ? text : undefined;
}
