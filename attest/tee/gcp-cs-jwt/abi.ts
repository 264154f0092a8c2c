// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { findDigest } from '../../../core/digest.ts';
import type { Digest } from '../../../core/digest.ts';
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jwsError, readTexts, requireTextClaim } from '../jws.ts';

/** The one issuer of Confidential Space tokens. */
const ISSUER = 'https://confidentialcomputing.googleapis.com';
const SOFTWARE = 'CONFIDENTIAL_SPACE';

/** The claims that a Confidential Space token makes about its workload. */
export interface ConfidentialSpaceContent {
  readonly subject: string;
  readonly audiences: readonly string[];
  readonly nonces: readonly string[];
  /** For example GCP_INTEL_TDX or GCP_AMD_SEV. */
  readonly hardwareModel: string;
  /** `disabled-since-boot` on production images. */
  readonly debugStatus: string;
  readonly secureBoot: boolean;
  readonly softwareVersions: readonly string[];
  /** What Google supports this image as: LATEST, STABLE, USABLE or EXPERIMENTAL; empty for debug images. */
  readonly supportAttributes: readonly string[];
  readonly imageDigest: Digest;
  readonly imageReference: string;
}

/**
 * Reads the claims of a Confidential Space token.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see Google Cloud, "Confidential Space token claims"
 */
export function readConfidentialSpaceContent(claims: JsonObject): ConfidentialSpaceContent {
  if (requireTextClaim(claims, 'iss') !== ISSUER) throw jwsError('the issuer is not Google');
  if (requireTextClaim(claims, 'swname') !== SOFTWARE) {
    throw jwsError('the token is not one of Confidential Space');
  }
  const submods = member(claims, 'submods');
  const container = member(submods, 'container');
  if (!isJsonObject(container)) throw jwsError('the token names no container');
  const space = member(submods, 'confidential_space');
  return {
    subject: requireTextClaim(claims, 'sub'),
    audiences: readTexts(claims, 'aud'),
    nonces: readTexts(claims, 'eat_nonce'),
    hardwareModel: requireTextClaim(claims, 'hwmodel'),
    debugStatus: requireTextClaim(claims, 'dbgstat'),
    secureBoot: member(claims, 'secboot') === true,
    softwareVersions: readTexts(claims, 'swversion'),
    supportAttributes: isJsonObject(space) ? readTexts(space, 'support_attributes') : [],
    imageDigest: readDigest(container),
    imageReference: requireTextClaim(container, 'image_reference'),
  };
}

function readDigest(container: JsonObject): Digest {
  const text = stringMember(container, 'image_digest') ?? '';
  const digest = text.startsWith('sha256:') ? findDigest('sha256', text.slice(7)) : undefined;
  if (digest === undefined) throw jwsError('image_digest is not a SHA-256 digest');
  return digest;
}
