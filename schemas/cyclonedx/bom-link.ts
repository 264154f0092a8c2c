// SPDX-License-Identifier: Apache-2.0
import type { BomLink } from './model.ts';

const PREFIX = 'urn:cdx:';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const VERSION = /^[1-9][0-9]{0,15}$/;

/**
 * The parts of a BOM-Link, or undefined where the text is none.
 * @see https://cyclonedx.org/capabilities/bomlink/
 */
export function findBomLink(text: string): BomLink | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  const hash = text.indexOf('#');
  const path = text.slice(PREFIX.length, hash < 0 ? undefined : hash);
  const slash = path.indexOf('/');
  const uuid = path.slice(0, slash);
  const version = path.slice(slash + 1);
  if (slash < 0 || !UUID.test(uuid) || !VERSION.test(version)) return undefined;
  const ref = hash < 0 ? undefined : decodeFragment(text.slice(hash + 1));
  return { serialUuid: uuid.toLowerCase(), version, ref: ref === '' ? undefined : ref };
}

/** The UUID of a serial number, lower-cased; undefined where it is not `urn:uuid:` and a UUID (RFC 4122 section 3). */
export function findSerialUuid(serialNumber: string): string | undefined {
  const uuid = serialNumber.slice('urn:uuid:'.length);
  const prefixed = serialNumber.slice(0, 'urn:uuid:'.length).toLowerCase() === 'urn:uuid:';
  return prefixed && UUID.test(uuid) ? uuid.toLowerCase() : undefined;
}

/** A bom-ref with marks that a URI cannot carry is percent-encoded in the link; a broken encoding is the ref as written. */
function decodeFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
