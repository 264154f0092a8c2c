// SPDX-License-Identifier: Apache-2.0

/**
 * At most `max` UTF-16 units of a text, without halves of surrogate pairs: what is cut, or came in broken, becomes U+FFFD, so
 * that every kept text has a canonical JSON form.
 */
export function clip(text: string, max: number): string {
  return wellFormed(text.length <= max ? text : text.slice(0, max));
}

/** The text with U+FFFD for halves of surrogate pairs that stand alone. Nearly no text has any, and to ask takes a tenth. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

/** A URI or purl up to its query or fragment. A pattern takes several times as long, and it is asked of every purl. */
export function withoutQuery(uri: string): string {
  const bare = uri.includes('?') ? uri.slice(0, uri.indexOf('?')) : uri;
  return bare.includes('#') ? bare.slice(0, bare.indexOf('#')) : bare;
}
