// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { sealVerified } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { failure } from '../finding.ts';
import {
  findTimeFault,
  parseJws,
  readJwtClaims,
  readJwtTimes,
  readTexts,
  requireTextClaim,
} from '../jws.ts';
import type { JwsAlgorithm, JwtTimes } from '../jws.ts';
import type { TeeClaims, VerifyInput } from '../scheme.ts';
import { deriveTrust } from './content.ts';
import type { AttestedEnvironment, DerivedTrust } from './content.ts';
import { findTokenSigner } from './signer.ts';

/** What a genuine token of a verification service says. The evidence behind it was not seen here. */
export interface VerifierTokenClaims extends TeeClaims, AttestedEnvironment, JwtTimes {
  readonly simulated: false;
  readonly measurement: string;
  readonly debug: boolean;
  /** The nonce, where the environment bound exactly one. */
  readonly binding: string | null;
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly trust: DerivedTrust;
  /** Of Azure: what it says of its own policy. Null elsewhere. */
  readonly complianceStatus: string | null;
}

/** A verification service: what it signs with, and how its tokens are read. */
export interface VerifierService<Kind extends string> {
  readonly kind: Kind;
  readonly algorithms: ReadonlySet<JwsAlgorithm>;
  /** Throws ERR_PARSE_EVIDENCE. */
  readEnvironment(claims: JsonObject): AttestedEnvironment;
  readComplianceStatus(claims: JsonObject): string | null;
}

/**
 * Verifies that a trusted key of the service signed the token, and that it is in force.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE and the codes of parseJson; ERR_TRUST_INVALID
 * @see RFC 7519 section 7.2, RFC 8725
 */
export function verifyServiceToken<Kind extends string>(
  service: VerifierService<Kind>,
  input: VerifyInput,
): Verdict<Verified<VerifierTokenClaims & { readonly kind: Kind }>> {
  const jws = parseJws(input.evidence);
  const signer = findTokenSigner(jws, input.anchors, service.algorithms);
  if (signer.status !== 'passed') return signer;
  const claims = readJwtClaims(jws);
  const times = readJwtTimes(claims);
  if (times.expiresAt === null) {
    return failure('parse', 'malformed', 'exp is missing', { at: '/exp' });
  }
  const fault = findTimeFault(times, input.at);
  if (fault !== undefined) return fault;
  const environment = service.readEnvironment(claims);
  const [nonce = null, ...more] = environment.boundNonces;
  return passed(
    sealVerified({
      kind: service.kind,
      simulated: false as const,
      binding: more.length === 0 ? nonce : null,
      issuer: requireTextClaim(claims, 'iss'),
      audiences: readTexts(claims, 'aud'),
      ...environment,
      trust: deriveTrust(environment),
      complianceStatus: service.readComplianceStatus(claims),
      ...times,
    }),
  );
}
