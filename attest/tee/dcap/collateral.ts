// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { isPedigreeError } from '../../../core/errors.ts';
import type { Instant } from '../../../core/instant.ts';
import { isJsonObject, member, parseJson, stringMember } from '../../../core/json.ts';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { parseCrl } from '../../x509/crl.ts';
import type { CertificateRevocationList } from '../../x509/crl.ts';
import { isPem, parsePem } from '../../x509/pem.ts';
import { parseCertificates } from '../endorsements.ts';
import { failure, unanswered } from '../finding.ts';
import type { Endorsements } from '../scheme.ts';
import type { DcapTee } from './abi.ts';
import { jsonError, readInstant } from './json-reader.ts';
import { readTcbInfo } from './tcb-info.ts';

/** Role: the collateral as one JSON text of nine members, the shape that dcap-qvl reads and writes. */
export const DCAP_ROLES: ReadonlySet<string> = new Set(['collateral']);

const ROLE = 'collateral';
const MAX_FILES = 32;
const MAX_COLLATERAL_BYTES = 8 * 1024 * 1024;
const MAX_DEPTH = 20;
const MEMBERS = [
  'pck_crl_issuer_chain',
  'root_ca_crl',
  'pck_crl',
  'tcb_info_issuer_chain',
  'tcb_info',
  'tcb_info_signature',
  'qe_identity_issuer_chain',
  'qe_identity',
  'qe_identity_signature',
] as const;

type Members = Readonly<Record<(typeof MEMBERS)[number], string>>;

/** A text that Intel signed, with the chain of the signer. */
export interface SignedText {
  /** Exactly as signed. */
  readonly text: string;
  /** R ‖ S, big-endian. */
  readonly signature: Uint8Array;
  readonly chain: readonly Certificate[];
}

/** What Intel's provisioning service said about a platform. Nothing about it is verified yet. */
export interface DcapCollateral {
  readonly pckCrlChain: readonly Certificate[];
  readonly rootCrl: CertificateRevocationList;
  readonly pckCrl: CertificateRevocationList;
  readonly tcbInfo: SignedText;
  readonly qeIdentity: SignedText;
}

/** The platform that collateral is wanted for. */
export interface CollateralSubject {
  readonly tee: DcapTee;
  /** Lower-case hex. */
  readonly fmspc: string;
  readonly at: Instant;
}

/**
 * The collateral for a platform. Where several are supplied the one that fits is picked; whether it is genuine is decided
 * later. Undetermined where a part is missing.
 */
export function readDcapCollateral(
  endorsements: Endorsements,
  subject: CollateralSubject,
): Verdict<DcapCollateral> {
  const files = endorsements.get(ROLE) ?? [];
  const hint = `supply the collateral of FMSPC ${subject.fmspc.toUpperCase()} as role ${ROLE}`;
  if (files.length === 0) {
    return unanswered('collateral', 'collateral-missing', 'no collateral was supplied', { hint });
  }
  if (files.length > MAX_FILES) {
    return failure('collateral', 'collateral-malformed', `more than ${MAX_FILES} collateral files`);
  }
  try {
    const chosen = choose(files.map(parseCollateralText), subject);
    const missing = MEMBERS.filter((name) => (stringMember(chosen, name) ?? '') === '');
    if (missing.length > 0) {
      const message = `the collateral lacks ${missing.join(', ')}`;
      return unanswered('collateral', 'collateral-missing', message, { hint });
    }
    return passed(readParts(chosen as Members & JsonObject));
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return failure('collateral', 'collateral-malformed', error.message);
  }
}

/** The part that a file found in a folder of endorsements plays. */
export function findDcapRole(bytes: Uint8Array): string | undefined {
  try {
    return member(parseCollateralText(bytes), 'tcb_info') === undefined ? undefined : ROLE;
  } catch {
    return undefined;
  }
}

function parseCollateralText(bytes: Uint8Array): JsonObject {
  if (bytes.length > MAX_COLLATERAL_BYTES) throw jsonError('the collateral is too large');
  const { value } = parseJson(bytes, MAX_DEPTH);
  if (!isJsonObject(value)) throw jsonError('the collateral is not a JSON object');
  return value;
}

/** Of several: one for the platform and in force, else one for the platform, else any. */
function choose(candidates: readonly JsonObject[], subject: CollateralSubject): JsonObject {
  const [first = {}, ...others] = candidates;
  if (others.length === 0) return first;
  const ranked = candidates.map((one) => ({ one, rank: rankOf(one, subject) }));
  return ranked.toSorted((a, b) => b.rank - a.rank)[0]?.one ?? first;
}

function rankOf(candidate: JsonObject, { tee, fmspc, at }: CollateralSubject): number {
  try {
    const info = parseJson(stringMember(candidate, 'tcb_info') ?? '', MAX_DEPTH).value;
    if (readTcbInfo(info, tee).fmspc !== fmspc) return 0;
    return readInstant(info, 'issueDate') <= at && at <= readInstant(info, 'nextUpdate') ? 2 : 1;
  } catch {
    return 0;
  }
}

function readParts(members: Members): DcapCollateral {
  return {
    pckCrlChain: readChain(members.pck_crl_issuer_chain),
    rootCrl: parseCrl(readCrlBytes(members.root_ca_crl, 'root_ca_crl')),
    pckCrl: parseCrl(readCrlBytes(members.pck_crl, 'pck_crl')),
    tcbInfo: {
      text: members.tcb_info,
      signature: readHex(members.tcb_info_signature, 'tcb_info_signature'),
      chain: readChain(members.tcb_info_issuer_chain),
    },
    qeIdentity: {
      text: members.qe_identity,
      signature: readHex(members.qe_identity_signature, 'qe_identity_signature'),
      chain: readChain(members.qe_identity_issuer_chain),
    },
  };
}

function readChain(pem: string): Certificate[] {
  return parseCertificates(Buffer.from(pem, 'latin1'));
}

/** Revocation lists come as hex of their DER, or as PEM. */
function readCrlBytes(text: string, name: string): Uint8Array {
  if (!isPem(Buffer.from(text, 'latin1'))) return readHex(text, name);
  const [block, ...more] = parsePem(text);
  if (block === undefined || more.length > 0) throw jsonError(`${name} is not one PEM block`);
  return block.der;
}

function readHex(text: string, name: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) throw jsonError(`${name} is not hex`);
  return new Uint8Array(Buffer.from(text, 'hex'));
}
