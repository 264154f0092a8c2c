// SPDX-License-Identifier: Apache-2.0

/** Hexadecimal digits of the digests whose length is fixed; the clauses ask for "appropriate as output to the algorithm". */
const HEX_DIGITS: ReadonlyMap<string, number> = new Map([
  ['ADLER32', 8],
  ['MD2', 32],
  ['MD4', 32],
  ['MD5', 32],
  ['SHA1', 40],
  ['SHA224', 56],
  ['SHA256', 64],
  ['SHA384', 96],
  ['SHA512', 128],
  ['SHA3-256', 64],
  ['SHA3-384', 96],
  ['SHA3-512', 128],
  ['BLAKE2B-256', 64],
  ['BLAKE2B-384', 96],
  ['BLAKE2B-512', 128],
]);

/** 7.10, 8.4: lowercase hexadecimal digits, as many as the algorithm makes. */
export function isChecksumValue(algorithm: string, value: string): boolean {
  const digits = HEX_DIGITS.get(algorithm.toUpperCase().replaceAll('_', '-'));
  return /^[0-9a-f]+$/.test(value) && (digits === undefined || value.length === digits);
}

/** 7.5, 7.6: who supplied a package, or nobody says. */
export function isSupplier(text: string): boolean {
  return text === 'NOASSERTION' || /^(?:Person|Organization): ?\S/.test(text);
}

/** 6.8, 12.1: who made a document or a note. */
export function isActor(text: string): boolean {
  return /^(?:Tool|Organization|Person): ?\S/.test(text);
}

/** 6.9, 7.25, 12.2: "YYYY-MM-DDThh:mm:ssZ". */
export function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text);
}

const LISTED_TYPES: ReadonlyMap<string, readonly string[]> = new Map([
  ['SECURITY', ['cpe22Type', 'cpe23Type', 'advisory', 'fix', 'url', 'swid']],
  ['PACKAGE-MANAGER', ['maven-central', 'npm', 'nuget', 'bower', 'purl']],
  ['PERSISTENT-ID', ['swh', 'gitoid']],
]);

/** Annex F: what a category lists; OTHER lists nothing and takes every type. RDF writes a type as an IRI that ends in it. */
export function isListedType(category: string, type: string): boolean {
  const listed = LISTED_TYPES.get(category.replaceAll('_', '-'));
  const name = type.slice(Math.max(type.lastIndexOf('/'), type.lastIndexOf('#')) + 1);
  return listed === undefined || listed.includes(name);
}

/** 6.5: an absolute URI without a fragment. */
export function isNamespace(text: string): boolean {
  return !text.includes('#') && /^[a-zA-Z][\w+.-]*:/.test(text);
}

/** 7.7: a URL of the web has a host (RFC 9110, 4.2.1). */
export function isLocation(text: string): boolean {
  return !/^https?:\/\/(?:\/|$)/.test(text);
}

/** 7.9: "40 lowercase hexadecimal digits". */
export function isVerificationCode(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** 7.21: a locator has no spaces, and that of a purl is one. */
export function isLocator(type: string | undefined, text: string): boolean {
  return type === 'purl' ? /^pkg:[A-Za-z][A-Za-z0-9.+-]*\/./.test(text) : !/\s/.test(text);
}

/** 7.2 and its like: letters, digits, `.` and `-`. */
export function isElementId(text: string): boolean {
  return /^SPDXRef-[a-zA-Z0-9.-]+$/.test(text);
}

/** 10.1. */
export function isLicenseRef(text: string): boolean {
  return /^LicenseRef-[A-Za-z0-9.-]+$/.test(text);
}

/** 6.6. */
export function isDocumentRef(text: string): boolean {
  return /^DocumentRef-[A-Za-z0-9.+-]+$/.test(text);
}
