// SPDX-License-Identifier: Apache-2.0

/** Characters that JSON leaves as they are, and that a terminal or an editor obeys. */
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** JSON for people and programs: indented, ended by a newline, with nothing in it that is obeyed where it is shown. */
export function jsonBytes(value: unknown): Uint8Array {
  const wellFormed = (_: string, inner: unknown): unknown =>
    typeof inner === 'string' ? inner.toWellFormed() : inner;
  return new TextEncoder().encode(`${escapeObeyed(JSON.stringify(value, wellFormed, 2))}\n`);
}

/** The same JSON value; only strings can hold such characters. */
export function escapeObeyed(json: string): string {
  return json.replace(
    OBEYED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
