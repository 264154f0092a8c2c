// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../core/json.ts';
import { findBase64 } from '../dsse/base64.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/** What a bundle brings along to verify it with. Never trusted by itself. */
export interface VerificationMaterial {
  /** Which of the three forms the bundle uses; null where it brings none. */
  readonly kind: 'public-key' | 'certificate' | 'certificate-chain' | null;
  /** A hint to choose a key by, never an identity. */
  readonly publicKeyHint?: string;
  /** DER, leaf first. */
  readonly certificates: readonly Uint8Array[];
}

const AT = '/verificationMaterial';

/** Reads verification material; what is missing or broken is a problem and leaves the content readable. */
export function readMaterial(
  value: JsonValue | undefined,
  problems: SchemaProblem[],
): VerificationMaterial {
  const publicKey = member(value, 'publicKey');
  const certificate = member(value, 'certificate');
  const chain = member(value, 'x509CertificateChain');
  const given =
    Number(isJsonObject(publicKey)) +
    Number(isJsonObject(certificate)) +
    Number(isJsonObject(chain));
  if (given !== 1) {
    addProblem(
      problems,
      'material-missing',
      AT,
      'a bundle brings one key hint, certificate or chain',
    );
    return { kind: null, certificates: [] };
  }
  if (isJsonObject(publicKey)) {
    const hint = stringMember(publicKey, 'hint');
    return {
      kind: 'public-key',
      certificates: [],
      ...(hint !== undefined && { publicKeyHint: hint }),
    };
  }
  if (isJsonObject(certificate)) {
    const certificates = readCertificates([certificate], `${AT}/certificate`, problems);
    return { kind: 'certificate', certificates };
  }
  const written = arrayMember(chain, 'certificates') ?? [];
  const certificates = readCertificates(written, `${AT}/x509CertificateChain`, problems);
  return { kind: 'certificate-chain', certificates };
}

function readCertificates(
  values: readonly JsonValue[],
  at: string,
  problems: SchemaProblem[],
): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const value of values) {
    const der = findBase64(stringMember(value, 'rawBytes') ?? '');
    if (der !== undefined && der.length > 0) found.push(der);
  }
  if (found.length !== values.length || found.length === 0) {
    addProblem(problems, 'certificate-unreadable', at, 'a certificate is missing or not base64');
  }
  return found;
}
