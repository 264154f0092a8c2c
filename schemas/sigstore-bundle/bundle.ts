// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import { findBase64 } from '../dsse/base64.ts';
import { parseDsse } from '../dsse/envelope.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import { readMaterial, type VerificationMaterial } from './material.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';
import type { SignedEnvelope } from '../envelope.ts';

const MEDIA_TYPE =
  /^application\/vnd\.dev\.sigstore\.bundle(?:\+json;version=(\d{1,3}\.\d{1,3})|\.v(\d{1,3}\.\d{1,3})\+json)$/;
const MEDIA_TYPE_PREFIX = 'application/vnd.dev.sigstore.bundle';
const KNOWN_VERSIONS = ['0.1', '0.2', '0.3'];

/** A signature over a file that is not in the bundle. */
export interface MessageSignature {
  /** As written: `SHA2_256`. */
  readonly digestAlgorithm: string;
  /** Lower-case hex. A hint to find the file by: only the signature over the file itself proves anything. */
  readonly digestHex: string;
  /** Empty where it cannot be decoded. */
  readonly signature: Uint8Array;
}

/** A sigstore bundle, read as far as lineage needs it; attest/ reads the log entries for itself. */
export interface SigstoreBundle {
  readonly mediaType: string;
  /** `0.1`, `0.2` or `0.3`. */
  readonly version: string;
  readonly material: VerificationMaterial;
  readonly content:
    | { readonly kind: 'dsse'; readonly envelope: SignedEnvelope }
    | { readonly kind: 'message-signature'; readonly message: MessageSignature };
  readonly problems: readonly SchemaProblem[];
}

/** Recognises a sigstore bundle by its media type; the version is the one in it. */
export function detectSigstoreBundle(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const mediaType = stringMember(decoded.json.value, 'mediaType');
  if (mediaType?.startsWith(MEDIA_TYPE_PREFIX) !== true) return undefined;
  return { format: 'sigstore-bundle', version: findVersion(mediaType) ?? null };
}

/**
 * Parses a bundle of v0.1 to v0.3.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT for another media type, and where there is not exactly one content
 * @see https://github.com/sigstore/protobuf-specs/blob/v0.5.0/protos/sigstore_bundle.proto
 */
export function parseSigstoreBundle(value: JsonValue): SigstoreBundle {
  const mediaType = stringMember(value, 'mediaType') ?? '';
  const version = findVersion(mediaType);
  if (version === undefined || !KNOWN_VERSIONS.includes(version)) {
    throw new PedigreeError(
      'ERR_PARSE_DOCUMENT',
      `not a sigstore bundle of v0.1 to v0.3: mediaType is "${excerpt(mediaType)}"`,
      { at: '/mediaType' },
    );
  }
  const dsse = member(value, 'dsseEnvelope');
  const message = member(value, 'messageSignature');
  if ((dsse === undefined) === (message === undefined)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a bundle has exactly one content', {
      hint: 'either dsseEnvelope or messageSignature',
    });
  }
  const problems: SchemaProblem[] = [];
  const material = readMaterial(member(value, 'verificationMaterial'), problems);
  const content =
    dsse === undefined
      ? ({ kind: 'message-signature', message: parseMessage(message, problems) } as const)
      : ({ kind: 'dsse', envelope: unwrap(dsse, material, problems) } as const);
  return { mediaType, version, material, content, problems };
}

function findVersion(mediaType: string): string | undefined {
  const match = MEDIA_TYPE.exec(mediaType);
  return match?.[1] ?? match?.[2];
}

/** The bundle's own material takes the place of what a signature may carry beside the specification. */
function unwrap(
  dsse: JsonValue,
  material: VerificationMaterial,
  problems: SchemaProblem[],
): SignedEnvelope {
  const { publicKeyHint, certificates } = material;
  const parsed = parseDsse(dsse, '/dsseEnvelope', {
    ...(publicKeyHint !== undefined && { publicKeyHint }),
    ...(certificates.length > 0 && { certificates }),
  });
  for (const { code, pointer, message } of parsed.problems)
    addProblem(problems, code, pointer, message);
  return parsed.envelope;
}

function parseMessage(value: JsonValue | undefined, problems: SchemaProblem[]): MessageSignature {
  const at = '/messageSignature';
  const digest = member(value, 'messageDigest');
  const algorithm = stringMember(digest, 'algorithm');
  const bytes = findBase64(stringMember(digest, 'digest') ?? '');
  if (
    !isJsonObject(value) ||
    algorithm === undefined ||
    bytes === undefined ||
    bytes.length === 0
  ) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'the message signature names no digest', {
      at: pointerJoin(at, 'messageDigest'),
    });
  }
  const signature = findBase64(stringMember(value, 'signature') ?? '');
  if (signature === undefined || signature.length === 0) {
    addProblem(problems, 'signature-unreadable', pointerJoin(at, 'signature'), 'not base64');
  }
  return {
    digestAlgorithm: algorithm,
    digestHex: Buffer.from(bytes).toString('hex'),
    signature: signature ?? new Uint8Array(),
  };
}

/** Number of RFC 3161 timestamps that came along. */
export function countTimestamps(value: JsonValue): number {
  const data = member(member(value, 'verificationMaterial'), 'timestampVerificationData');
  return arrayMember(data, 'rfc3161Timestamps')?.length ?? 0;
}
