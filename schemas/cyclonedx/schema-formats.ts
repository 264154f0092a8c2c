// SPDX-License-Identifier: Apache-2.0

/**
 * The string formats that the CycloneDX schemas name, as checks that read each character a bounded number of times.
 * JSON Schema draft 7 leaves the depth of format checks to the reader; these follow the RFC of each format as far as a
 * real BOM can tell the difference.
 */
export const SCHEMA_FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': isDateTime,
  date: isDate,
  'idn-email': isIdnEmail,
  'iri-reference': isIriReference,
  uri: isUri,
};

const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** RFC 3339 section 5.6 date-time: upper-case T and Z, a zone is required. */
function isDateTime(text: string): boolean {
  const date = DATE_TIME.exec(text)?.[1];
  return date !== undefined && isDate(date);
}

/** RFC 3339 full-date that exists in the calendar. */
function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** RFC 6531 mailbox, to the one mark that no mailbox lacks. */
function isIdnEmail(text: string): boolean {
  return text.includes('@');
}

/** RFC 3987 section 2.2: nothing outside ucschar/iprivate and the URI marks, `%` only before two hex digits. */
const IRI_FORBIDDEN = /[\u0000-\u0020"<>\\^`{|}\u007f-\u009f]|%(?![0-9A-Fa-f]{2})/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;
/** The only place of `[` and `]` is an IP literal that makes up a whole host (RFC 3986 section 3.2.2). */
const IP_LITERAL_HOST = /^(?:[^@[\]]*@)?\[[0-9A-Fa-fv.:]+\](?::[0-9]*)?$/;

/** RFC 3987 IRI-reference: an IRI, or a relative one, the empty text included. */
function isIriReference(text: string): boolean {
  if (IRI_FORBIDDEN.test(text)) return false;
  const rest = text.replace(SCHEME, '');
  const hasScheme = rest.length < text.length;
  if (text.indexOf('#') !== text.lastIndexOf('#')) return false;
  if (!rest.startsWith('//')) {
    // RFC 3986 section 4.2: the first segment of a relative path has no colon
    const firstSegment = rest.split(/[/?#]/, 1)[0] ?? '';
    return !/[[\]]/.test(rest) && (hasScheme || !firstSegment.includes(':'));
  }
  const authority = rest.slice(2).split(/[/?#]/, 1)[0] ?? '';
  const afterwards = rest.slice(2 + authority.length);
  return !/[[\]]/.test(afterwards) && isAuthority(authority);
}

function isAuthority(authority: string): boolean {
  if (/[[\]]/.test(authority)) return IP_LITERAL_HOST.test(authority);
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const colon = host.indexOf(':');
  return authority.indexOf('@') === at && (colon < 0 || /^[0-9]*$/.test(host.slice(colon + 1)));
}

function isUri(text: string): boolean {
  return SCHEME.test(text) && isIriReference(text);
}
