// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';

/** One block of PEM text. */
export interface PemBlock {
  /** For example `CERTIFICATE` or `X509 CRL`. */
  readonly label: string;
  readonly der: Uint8Array;
}

const BEGIN = '-----BEGIN ';
const DASHES = '-----';
const MAX_BLOCKS = 64;

/** True where the bytes begin like PEM text; leading comments are allowed (RFC 7468 section 2). */
export function isPem(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(BEGIN);
}

/**
 * The blocks of PEM text, in order.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see RFC 7468
 */
export function parsePem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let at = text.indexOf(BEGIN); at >= 0;) {
    const labelEnd = text.indexOf(DASHES, at + BEGIN.length);
    const label = text.slice(at + BEGIN.length, labelEnd);
    const endMark = `-----END ${label}-----`;
    const end = labelEnd < 0 ? -1 : text.indexOf(endMark, labelEnd);
    if (end < 0 || label.length > 40) throw pemError('a PEM block does not end');
    blocks.push({ label, der: decodeBody(text.slice(labelEnd + DASHES.length, end)) });
    if (blocks.length > MAX_BLOCKS) throw pemError('too many PEM blocks');
    at = text.indexOf(BEGIN, end + endMark.length);
  }
  return blocks;
}

/** In its one writing (RFC 4648 section 3.5), so that no bit of a file is read by nobody. */
function decodeBody(body: string): Uint8Array {
  const base64 = body.replace(/[ \t\r\n]/g, '');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) throw pemError('a PEM block is not base64');
  return new Uint8Array(bytes);
}

function pemError(message: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_EVIDENCE', message);
}
