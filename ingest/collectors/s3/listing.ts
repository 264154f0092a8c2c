// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../../core/errors.ts';
import { decodeText } from '../../../core/json.ts';
import { childrenNamed, findChild, type XmlElement } from '../../../schemas/xml/element.ts';
import { parseXml } from '../../../schemas/xml/parse.ts';

export interface ListedObject {
  readonly key: string;
  readonly etag: string;
  /** RFC 3339, as written. */
  readonly lastModified: string;
  readonly sizeBytes: number;
}

export interface Listing {
  readonly objects: readonly ListedObject[];
  /** Continuation token; undefined on the last page. */
  readonly next: string | undefined;
}

const MAX_KEY_CHARS = 1024;

/**
 * Parses a page of ListObjectsV2.
 * @throws {PedigreeError} ERR_PARSE_XML; ERR_PARSE_DOCUMENT where it is something else
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function parseListing(bytes: Uint8Array): Listing {
  const root = parseXml(decodeText(bytes));
  if (root.name !== 'ListBucketResult') throw notAListing('another answer than a list');
  const isEncoded = textOf(root, 'EncodingType')?.toLowerCase() === 'url';
  const objects = childrenNamed(root, 'Contents').map((entry) => objectOf(entry, isEncoded));
  if (textOf(root, 'IsTruncated') !== 'true') return { objects, next: undefined };
  const next = textOf(root, 'NextContinuationToken');
  if (next === undefined) throw notAListing('a list that goes on without saying where');
  return { objects, next };
}

function objectOf(entry: XmlElement, isEncoded: boolean): ListedObject {
  const written = findChild(entry, 'Key')?.text ?? '';
  const key = isEncoded ? decodeKey(written) : written;
  const size = Number(textOf(entry, 'Size') ?? '');
  if (key === '' || key.length > MAX_KEY_CHARS) throw notAListing('an object without a key');
  if (!Number.isSafeInteger(size) || size < 0) throw notAListing('an object without a size');
  return {
    key,
    etag: textOf(entry, 'ETag') ?? '',
    lastModified: textOf(entry, 'LastModified') ?? '',
    sizeBytes: size,
  };
}

/** Encoded as in a form: a space is a plus. */
function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw notAListing('a key that is not encoded as it says');
  }
}

function textOf(element: XmlElement, name: string): string | undefined {
  const text = findChild(element, name)?.text.trim();
  return text === '' ? undefined : text;
}

function notAListing(why: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_DOCUMENT', `the bucket gives ${why}`);
}
