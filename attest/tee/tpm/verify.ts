// SPDX-License-Identifier: Apache-2.0
import { passed } from '../../../core/verdict.ts';
import type { Finding, Verdict } from '../../../core/verdict.ts';
import { sealVerified } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { teeFinding } from '../finding.ts';
import type { TeeClaims, VerifyInput } from '../scheme.ts';
import { findTrustedKey, keyDigest, parseAttestationKey } from './attestation-key.ts';
import type { AttributeSource, TrustedAttestationKey } from './attestation-key.ts';
import { parseContainer, readBase64, readQuoteEvidence } from './evidence.ts';
import { measureRegisters } from './registers.ts';
import { verifyQuote } from './verify-quote.ts';
import type { QuoteClaims } from './verify-quote.ts';

/** What a genuine TPM 2.0 quote says. Byte fields are lower-case hex. */
export interface TpmClaims extends TeeClaims, QuoteClaims {
  readonly kind: 'tpm';
  readonly simulated: false;
  /** A TPM knows no debug mode: whoever is root on the machine sees everything in it. */
  readonly debug: false;
  /** SHA-256 over the quoted registers with their banks and indices (registers.ts). */
  readonly measurement: string;
  /** extraData, up to 66 bytes. Null where it is empty. */
  readonly binding: string | null;
  readonly attestationKey: {
    /** `sha256:<hex>` of the SubjectPublicKeyInfo. */
    readonly digest: string;
    /** TPM name of the key; null where only a bare public key is known. */
    readonly name: string | null;
    /** Who says that the key is restricted to its TPM. */
    readonly attributes: AttributeSource;
  };
}

/**
 * Verifies a TPM 2.0 quote under an attestation key that the operator lists: format, key, signature, registers, event log.
 * The time plays no part: a listed key is trusted until it is taken off the list.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE and the codes of parseJson; ERR_TRUST_INVALID for a malformed anchor
 * @see TPM 2.0 Library, Part 3, clause 18.4 (TPM2_Quote)
 */
export function verifyTpmEvidence(input: VerifyInput): Verdict<Verified<TpmClaims>> {
  const container = parseContainer(input.evidence, ['akPublic']);
  const evidence = readQuoteEvidence(container);
  const stated = parseAttestationKey(readBase64(container, 'akPublic'));
  const trusted = findTrustedKey(stated, input.anchors);
  if (trusted.status !== 'passed') return trusted;
  const quote = verifyQuote(evidence, trusted.value);
  if (quote.status !== 'passed') return quote;
  const { extraData } = evidence.quote;
  const claims: TpmClaims = {
    kind: 'tpm',
    simulated: false,
    debug: false,
    measurement: measureRegisters(evidence.registers),
    binding: extraData.length === 0 ? null : Buffer.from(extraData).toString('hex'),
    attestationKey: describeKey(trusted.value),
    ...quote.value,
  };
  return passed(sealVerified(claims), [...keyWarnings(trusted.value), ...quote.warnings]);
}

function describeKey({
  key,
  area,
  attributes,
}: TrustedAttestationKey): TpmClaims['attestationKey'] {
  const name = area === undefined ? null : Buffer.from(area.name).toString('hex');
  return { digest: keyDigest(key), name, attributes };
}

/** A key that is not restricted signs a quote that no TPM made. */
function keyWarnings({ attributes }: TrustedAttestationKey): Finding[] {
  if (attributes === 'listed') return [];
  const message =
    'the trust store lists a bare key: that it is a restricted key of a TPM is taken on trust';
  const hint = 'list the TPM2B_PUBLIC of the key, as the credential activation confirmed it';
  return [teeFinding('chain', 'attestation-key-bare', message, { hint })];
}
