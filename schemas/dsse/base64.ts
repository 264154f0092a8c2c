// SPDX-License-Identifier: Apache-2.0

/** Node's decoder looks at the low byte of a character only: U+0141 would be `A`. */
const BEYOND_LATIN_1 = /[\u0100-\uffff]/;
/** Last characters whose unused bits are zero (RFC 4648 section 3.5), where two or three of the last group are written. */
const LAST_OF_TWO = 'AQgw';
const LAST_OF_THREE = 'AEIMQUYcgkosw048';

/**
 * The bytes of strict base64, in the standard or the URL-safe alphabet (RFC 4648 sections 4 and 5), never mixed; only the
 * URL-safe form may leave its padding out. Whitespace, wrong padding and leftover bits give undefined: two readers of
 * lax base64 see two different payloads.
 */
export function findBase64(text: string): Uint8Array | undefined {
  const chars = unpaddedLength(text);
  if (!isOneAlphabet(text, chars < text.length) || !endsCleanly(text, chars)) return undefined;
  const bytes = new Uint8Array(Math.floor((chars * 3) / 4));
  // the decoder leaves out what is no base64, so that each such character makes it write less
  const written = Buffer.from(bytes.buffer).write(text, 'base64');
  return written === bytes.length ? bytes : undefined;
}

/** Without the padding, where it fills up a group of four. */
function unpaddedLength(text: string): number {
  if (text.length % 4 !== 0 || !text.endsWith('=')) return text.length;
  return text.length - (text.endsWith('==') ? 2 : 1);
}

function isOneAlphabet(text: string, isPadded: boolean): boolean {
  if (BEYOND_LATIN_1.test(text)) return false;
  const isStandard = text.includes('+') || text.includes('/');
  if (!isStandard) return true;
  const isWhole = isPadded || text.length % 4 === 0;
  return isWhole && !text.includes('-') && !text.includes('_');
}

/** No group of one character, and no bits beyond the last byte. */
function endsCleanly(text: string, chars: number): boolean {
  const last = text.charAt(chars - 1);
  switch (chars % 4) {
    case 1:
      return false;
    case 2:
      return LAST_OF_TWO.includes(last);
    case 3:
      return LAST_OF_THREE.includes(last);
    default:
      return true;
  }
}
