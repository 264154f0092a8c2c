// SPDX-License-Identifier: Apache-2.0
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';
import { excerpt, isPedigreeError } from '../../../core/errors.ts';
import type { Instant } from '../../../core/instant.ts';
import { isJsonObject, parseJson } from '../../../core/json.ts';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { CertificateRevocationList } from '../../x509/crl.ts';
import { isSignatureValid } from '../../x509/signature-algorithm.ts';
import { failure, unanswered } from '../finding.ts';
import { TCB_SIGNING_NAME, verifyIntelChain } from './chain.ts';
import type { SignedText } from './collateral.ts';
import { jsonError, readInstant, readInteger, readText } from './json-reader.ts';
import { verifyNotRevoked } from './revocation.ts';

const MAX_DEPTH = 16;

/** A document that Intel's TCB Signing key makes, and what it has to say about itself. */
export interface SignedDocument<T> {
  /** For messages: `TCB info`, `QE identity`. */
  readonly what: string;
  /** The member `id` that is right. */
  readonly id: string;
  /** The member `version` that is right. */
  readonly version: number;
  /** Reads the rest. Throws ERR_PARSE_EVIDENCE. */
  read(document: JsonValue): T;
}

/** What every such document says, and what its kind reads. */
export interface VerifiedDocument<T> {
  readonly value: T;
  readonly issueDate: Instant;
  readonly nextUpdate: Instant;
  readonly evaluationDataNumber: number;
}

/** Whom to believe and when. */
export interface SigningContext {
  readonly anchor: Certificate;
  /** Of the anchor, verified. */
  readonly rootCrl: CertificateRevocationList;
  readonly at: Instant;
}

/**
 * Verifies a document of Intel's: chain of the signer, revocation, signature over the exact text, id, version, window, in
 * this order. A document out of its window cannot say how things stand: undetermined.
 * @see Intel PCS API version 4, "Get TCB Info", "Get Quoting Enclave Identity"
 */
export function verifySignedDocument<T>(
  signed: SignedText,
  document: SignedDocument<T>,
  { anchor, rootCrl, at }: SigningContext,
): Verdict<VerifiedDocument<T>> {
  const { what } = document;
  const supplied = {
    certificates: signed.chain,
    names: [[TCB_SIGNING_NAME]],
    what: `signing chain of the ${what}`,
    stage: 'collateral' as const,
  };
  const chain = verifyIntelChain(supplied, [anchor], at);
  if (chain.status !== 'passed') return chain;
  const { leaf } = chain.value;
  const revocation = verifyNotRevoked(rootCrl, anchor, [leaf], at);
  if (revocation.status !== 'passed') return revocation;
  const text = Buffer.from(signed.text, 'utf8');
  if (!isSignatureValid('ecdsa-sha256', leaf.publicKey, text, signed.signature, 'raw')) {
    const hint = 'the text must be exactly what was signed: no other spaces, no other order';
    const message = `the ${what} is not signed by its signing certificate`;
    return failure('collateral', 'collateral-signature', message, { hint });
  }
  return readSigned(signed.text, document, at);
}

function readSigned<T>(
  text: string,
  document: SignedDocument<T>,
  at: Instant,
): Verdict<VerifiedDocument<T>> {
  const { what } = document;
  try {
    const json = parseObject(text);
    const id = readText(json, 'id');
    const version = readInteger(json, 'version', 0xffff);
    if (id !== document.id || version !== document.version) {
      const message = `the ${what} is ${excerpt(id, 20)} version ${version}, not ${document.id} version ${document.version}`;
      return failure('collateral', 'collateral-kind', message);
    }
    const issueDate = readInstant(json, 'issueDate');
    const nextUpdate = readInstant(json, 'nextUpdate');
    const window = findWindowGap(what, issueDate, nextUpdate, at);
    if (window !== undefined) return window;
    const evaluationDataNumber = readInteger(json, 'tcbEvaluationDataNumber', 0xffff_ffff);
    return passed({ value: document.read(json), issueDate, nextUpdate, evaluationDataNumber });
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return failure('collateral', 'collateral-malformed', `${what}: ${error.message}`);
  }
}

function parseObject(text: string): JsonObject {
  const { value } = parseJson(text, MAX_DEPTH);
  if (!isJsonObject(value)) throw jsonError('not a JSON object');
  return value;
}

function findWindowGap(
  what: string,
  issueDate: Instant,
  nextUpdate: Instant,
  at: Instant,
): Verdict<never> | undefined {
  if (at < issueDate) {
    const message = `the ${what} was issued at ${issueDate}, after ${at}`;
    return unanswered('freshness', 'collateral-not-yet-valid', message);
  }
  if (at > nextUpdate) {
    const message = `the ${what} was to be replaced by ${nextUpdate}, before ${at}`;
    const hint = 'fetch the current collateral';
    return unanswered('freshness', 'collateral-stale', message, { hint });
  }
  return undefined;
}
