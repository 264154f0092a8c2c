// SPDX-License-Identifier: Apache-2.0
import { STATEMENT_PREDICATES } from '../statements/predicate-types.ts';

/** Predicate types of SLSA provenance, by the shape they have. The drafts were published before v1 was final. */
export const SLSA_PREDICATES: ReadonlyMap<string, 'v0.1' | 'v0.2' | 'v1'> = new Map([
  ['https://in-toto.io/Provenance/v0.1', 'v0.1'],
  ['https://slsa.dev/provenance/v0.1', 'v0.1'],
  ['https://slsa.dev/provenance/v0.2', 'v0.2'],
  ['https://slsa.dev/provenance/v1', 'v1'],
  ['https://slsa.dev/provenance/v1.0', 'v1'],
  ['https://slsa.dev/provenance/v1?draft', 'v1'],
  ['https://slsa.dev/provenance/v1.0?draft', 'v1'],
]);

export const LINK_PREDICATES: readonly string[] = [
  'https://in-toto.io/Link/v1',
  'https://in-toto.io/attestation/link/v0.3',
];

export const OMS_SIGNATURE_PREDICATE = 'https://model_signing/signature/v1.0';
export const OMS_DIGESTS_PREDICATE = 'https://model_signing/Digests/v0.1';

export const WITNESS_COLLECTION_PREDICATES: readonly string[] = [
  'https://witness.testifysec.com/attestation-collection/v0.1',
  'https://witness.dev/attestation-collection/v0.1',
];

/** Predicates that are a whole document of another format, given at the start of the URI: versions follow it. */
const EMBEDDED: readonly (readonly [prefix: string, statementKind: string])[] = [
  ['https://cyclonedx.org/bom', 'sbom'],
  ['https://spdx.dev/Document', 'sbom'],
  ['https://syft.dev/bom', 'sbom'],
  ['https://openvex.dev/ns', 'vex'],
];

/** The format (Detected.format) that a statement with this predicate type is read as. */
export function formatOfPredicate(predicateType: string): string {
  if (SLSA_PREDICATES.has(predicateType)) return 'slsa-provenance';
  if (LINK_PREDICATES.includes(predicateType)) return 'in-toto-link-statement';
  if (predicateType === OMS_SIGNATURE_PREDICATE) return 'oms-signature';
  if (predicateType === OMS_DIGESTS_PREDICATE) return 'oms-signature';
  if (WITNESS_COLLECTION_PREDICATES.includes(predicateType)) return 'witness-collection';
  return STATEMENT_PREDICATES.get(predicateType) ?? 'in-toto-statement';
}

/** What kind of statement a predicate without an adapter makes, for signer policy; `statement` where nothing is known. */
export function statementKindOf(predicateType: string): string {
  const known = EMBEDDED.find(([prefix]) => isVersionOf(predicateType, prefix));
  return known?.[1] ?? 'statement';
}

/** True where the predicate is a document of another format, to be read as one. */
export function isEmbeddedDocument(predicateType: string): boolean {
  return EMBEDDED.some(([prefix]) => isVersionOf(predicateType, prefix));
}

/** `https://cyclonedx.org/bom` and `https://cyclonedx.org/bom/v1.6`, but not `https://cyclonedx.org/bomb`. */
function isVersionOf(predicateType: string, prefix: string): boolean {
  if (!predicateType.startsWith(prefix)) return false;
  const rest = predicateType.slice(prefix.length);
  return rest === '' || prefix.endsWith('/') || rest.startsWith('/');
}
