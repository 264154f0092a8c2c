// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import {
  arrayMember,
  isJsonObject,
  member,
  parseJson,
  pointerJoin,
  stringMember,
} from '../../core/json.ts';
import { findBase64 } from '../dsse/base64.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** One sigstore bundle of an npm package version. */
export interface NpmAttestation {
  /** `attestation-<index>`. */
  readonly name: string;
  readonly bundle: JsonValue;
}

/** Recognises the registry's answer for a package version: `{"attestations": [{"predicateType", "bundle"}]}`. */
export function detectNpmAttestations(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const first = arrayMember(decoded.json.value, 'attestations')?.[0];
  const isNpm =
    stringMember(first, 'predicateType') !== undefined && isJsonObject(member(first, 'bundle'));
  return isNpm ? { format: 'slsa-npm', version: null } : undefined;
}

/**
 * Unpacks the bundles. The predicate type beside a bundle must be the one that was signed: it is what a registry client
 * picks the provenance by.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where an attestation has no bundle, or its predicate type is not the signed one
 * @see https://github.com/npm/attestation
 */
export function parseNpmAttestations(value: JsonValue): readonly NpmAttestation[] {
  const attestations = arrayMember(value, 'attestations');
  if (attestations === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'no list of attestations', {
      at: '/attestations',
    });
  }
  return attestations.map((item, index) => {
    const at = pointerJoin('/attestations', index);
    const bundle = member(item, 'bundle');
    const announced = stringMember(item, 'predicateType');
    if (bundle === undefined || !isJsonObject(bundle) || announced === undefined) {
      throw new PedigreeError(
        'ERR_PARSE_DOCUMENT',
        'an attestation needs predicateType and bundle',
        {
          at,
        },
      );
    }
    const signed = findSignedPredicateType(bundle);
    if (signed !== undefined && signed !== announced) {
      throw new PedigreeError(
        'ERR_PARSE_DOCUMENT',
        `announced as "${excerpt(announced)}", signed as "${excerpt(signed)}"`,
        { at: pointerJoin(at, 'predicateType') },
      );
    }
    return { name: `attestation-${index}`, bundle };
  });
}

/** undefined where the payload cannot be read; the bundle then fails by itself. */
function findSignedPredicateType(bundle: JsonValue): string | undefined {
  const encoded = stringMember(member(bundle, 'dsseEnvelope'), 'payload');
  const bytes = encoded === undefined ? undefined : findBase64(encoded);
  if (bytes === undefined) return undefined;
  try {
    return stringMember(parseJson(bytes).value, 'predicateType');
  } catch {
    return undefined;
  }
}
