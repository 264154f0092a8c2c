// SPDX-License-Identifier: Apache-2.0
import { PackageURL } from 'packageurl-js';
import { hexOf, isDigest, sha256 } from '../../core/digest.ts';
import { hashOfText } from '../../core/tables/hash-slots.ts';
import { LIMITS } from '../../core/limits.ts';
import { clip, wellFormed, withoutQuery } from '../../core/text.ts';
import type { IdentityLevel } from './kinds.ts';

/** Content identities that are not the digest of one file's bytes: kinds of their own (DESIGN.md 3). */
const CONTENT_PREFIXES = ['oms:', 'gitoid:', 'dirhash:'] as const;
const COORDINATE_PREFIXES = [
  'git:',
  'hf:',
  'oci:',
  'run:',
  'coord:',
  'deployment:',
  'evaluation:',
  'identity:',
  'builder:',
  'platform:',
  'bom:',
  'document:',
] as const;

/**
 * What a ref is worth as an identity; the ref alone decides, so that every document agrees.
 * A purl counts as a coordinate only with a version. Everything unknown is a name.
 */
export function levelOf(ref: string): IdentityLevel {
  if (ref.startsWith('local:')) return 'local';
  if (ref.startsWith('pkg:')) return hasPurlVersion(ref) ? 'coordinate' : 'name';
  if (isDigest(ref) || CONTENT_PREFIXES.some((prefix) => ref.startsWith(prefix))) return 'digest';
  if (COORDINATE_PREFIXES.some((prefix) => ref.startsWith(prefix))) return 'coordinate';
  return 'name';
}

function hasPurlVersion(purl: string): boolean {
  const path = withoutQuery(purl);
  return path.lastIndexOf('@') > path.lastIndexOf('/');
}

/** A purl in its canonical spelling, and what it is worth as an identity: a coordinate with a version, a name without one. */
export interface PurlRef {
  readonly ref: string;
  readonly level: 'coordinate' | 'name';
}

/** The canonical spelling of a purl; undefined where the text is no purl. */
export function findPurl(text: string): string | undefined {
  return findPurlRef(text)?.ref;
}

/**
 * A purl as refs write it (lower-cased where its type says so, qualifiers sorted), or undefined where the text is no purl.
 * Wraps a parser that throws several kinds of errors on odd input.
 * @see https://github.com/package-url/purl-spec
 */
export function findPurlRef(text: string): PurlRef | undefined {
  if (!text.startsWith('pkg:') || text.length > LIMITS.refChars) return undefined;
  if (text === lastText) return lastPurl;
  const known = knownPurls.get(text);
  if (known !== undefined) return known;
  const purl = parsePurl(text);
  lastText = text;
  lastPurl = purl;
  if (purl !== undefined && wasSeen(text)) remember(text, purl);
  return purl;
}

function parsePurl(text: string): PurlRef | undefined {
  try {
    const ref = PackageURL.fromString(text).toString();
    return { ref, level: hasPurlVersion(ref) ? 'coordinate' : 'name' };
  } catch {
    return undefined;
  }
}

/** Parsing a purl is dear, and a record asks for its own several times. */
let lastText = '';
let lastPurl: PurlRef | undefined;
/** One library is in most documents of a folder: what is asked for again later is remembered, so that what one document alone has takes no memory. */
const knownPurls = new Map<string, PurlRef>();
const MAX_KNOWN = 20_000;
const MAX_KNOWN_CHARS = 512;
/** Half the hash of the text that was asked for last among those of the other half. Two texts with one hash make one of them remembered early, no more. */
const seenHashes = new Uint16Array(1 << 17);

function wasSeen(text: string): boolean {
  const hash = hashOfText(text);
  const slot = hash & (seenHashes.length - 1);
  const mark = (hash >>> 17) | 0x8000;
  const wasLast = seenHashes[slot] === mark;
  seenHashes[slot] = mark;
  return wasLast;
}

function remember(text: string, purl: PurlRef): void {
  if (text.length > MAX_KNOWN_CHARS) return;
  if (knownPurls.size >= MAX_KNOWN) knownPurls.clear();
  knownPurls.set(text, purl);
}

/** Shared name of a (namespace, name); several documents may mean different things by it. */
export function nameRef(namespace: string, name: string): string {
  return boundRef(`name:${namespace}/${name}`);
}

/** Coordinate of a (namespace, name, version) whose namespace is a real one. */
export function coordinateRef(namespace: string, name: string, version: string): string {
  return boundRef(`coord:${namespace}/${name}@${version}`);
}

/**
 * A ref of bounded length. One that is longer keeps its beginning and ends in the digest of all of it, so that two long refs
 * never become one by being cut.
 */
export function boundRef(ref: string): string {
  if (ref.length <= LIMITS.refChars) return wellFormed(ref);
  const tail = `~${hexOf(sha256(ref))}`;
  return clip(ref, LIMITS.refChars - tail.length) + tail;
}
