// SPDX-License-Identifier: Apache-2.0
import { arrayMember, stringMember } from '../../core/json.ts';
import { findBase64 } from './base64.ts';

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';
/** A signature comes with a leaf and a few intermediates; more is somebody else's certificate store. */
const MAX_CERTIFICATES = 32;
const NONE: readonly Uint8Array[] = Object.freeze([]);

/**
 * DER of the certificates that a DSSE signature carries outside the specification: `cert` (PEM text, written by
 * slsa-github-generator), `certificate` and `intermediates` (base64 of PEM, written by go-witness). In the order leaf,
 * intermediates. Undefined where one of these members is there and cannot be read.
 */
export function findSignatureCertificates(signature: unknown): readonly Uint8Array[] | undefined {
  const cert = stringMember(signature, 'cert') ?? '';
  const certificate = stringMember(signature, 'certificate') ?? '';
  const intermediates = arrayMember(signature, 'intermediates');
  // most signatures carry nothing
  if (cert === '' && certificate === '' && intermediates === undefined) return NONE;
  const texts: (string | undefined)[] = [];
  if (cert !== '') texts.push(cert);
  if (certificate !== '') texts.push(findPemText(certificate));
  for (const intermediate of intermediates ?? []) {
    texts.push(typeof intermediate === 'string' ? findPemText(intermediate) : undefined);
  }
  const found: Uint8Array[] = [];
  for (const text of texts) {
    const certificates = text === undefined ? undefined : findPemCertificates(text);
    if (certificates === undefined) return undefined;
    found.push(...certificates);
  }
  return found.length > MAX_CERTIFICATES ? undefined : found;
}

function findPemText(base64: string): string | undefined {
  const bytes = findBase64(base64);
  return bytes === undefined ? undefined : new TextDecoder('latin1').decode(bytes);
}

/** DER of each certificate in PEM text; undefined where there is none or one is broken. */
function findPemCertificates(pem: string): readonly Uint8Array[] | undefined {
  const found: Uint8Array[] = [];
  for (let begin = pem.indexOf(BEGIN); begin >= 0; begin = pem.indexOf(BEGIN, begin + 1)) {
    const end = pem.indexOf(END, begin);
    if (end < 0 || found.length >= MAX_CERTIFICATES) return undefined;
    const der = findBase64(pem.slice(begin + BEGIN.length, end).replace(/[ \t\r\n]/g, ''));
    if (der === undefined || der.length === 0) return undefined;
    found.push(der);
    begin = end;
  }
  return found.length === 0 ? undefined : found;
}
