// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import { parseCrl } from '../../attest/x509/crl.ts';
import { instantFromMs, instantToMs } from '../../core/instant.ts';
import type { Mutation } from './mutation.ts';
import type { Piece } from './pieces.ts';
import { readMembers, slotsOf } from './slots.ts';
import type { Slot } from './slots.ts';

/** When a part is in force, both ends included, in milliseconds since 1970. */
interface Window {
  readonly what: string;
  readonly from: number;
  readonly until: number;
}

const SECOND = 1000;
/** The last moment that an Instant can name. */
const LAST = 253_402_300_799_000;

/**
 * The clock moved to each bound of each certificate, list, document and token, and a second beyond. What must come out is
 * known from all windows together.
 */
export function* moveClock(piece: Piece): Iterable<Mutation> {
  const windows = windowsOf(piece);
  const isInside = (at: number): boolean =>
    windows.every(({ from, until }) => from <= at && at <= until);
  for (const { what, from, until } of windows) {
    for (const at of [from - SECOND, from, until, until + SECOND]) {
      if (at < 0 || at > LAST) continue;
      const moved = { ...piece.input, at: instantFromMs(at) };
      const where = `clock at ${moved.at}, ${what} is in force from ${instantFromMs(from)}`;
      yield { what: where, input: () => moved, ...(isInside(at) ? { mustPass: true } : {}) };
    }
  }
}

/** The windows of every part, read without the code under test where Node can read them. */
export function windowsOf(piece: Piece): Window[] {
  return slotsOf(piece).flatMap(windowsIn);
}

function windowsIn(slot: Slot): Window[] {
  const { name, form, bytes } = slot;
  if (form === 'der') return [derWindow(name, bytes)];
  if (form === 'cose') return certificatesOfCose(bytes).map((der) => derWindow(name, der));
  if (name === 'evidence/payload') return tokenWindows(bytes);
  if (name === 'evidence/header') {
    return certificatesOfToken(bytes).map((der) => derWindow('x5c', der));
  }
  return form === 'collateral' ? documentWindows(bytes) : [];
}

function derWindow(name: string, der: Uint8Array): Window {
  try {
    const certificate = new X509Certificate(der);
    const [from, until] = [certificate.validFromDate, certificate.validToDate];
    return { what: name, from: from.getTime(), until: until.getTime() };
  } catch {
    const { thisUpdate, nextUpdate } = parseCrl(der);
    const until = nextUpdate === undefined ? LAST : instantToMs(nextUpdate);
    return { what: name, from: instantToMs(thisUpdate), until };
  }
}

/** The certificates are the DER sequences in it, which nothing else there is. */
export function certificatesOfCose(bytes: Uint8Array): Buffer[] {
  const document = Buffer.from(bytes);
  const found: Buffer[] = [];
  for (let at = 0; at + 4 < document.length; at++) {
    const isHead = document[at] === 0x59 && document.readUInt16BE(at + 3) === 0x3082;
    const size = document.readUInt16BE(at + 1);
    if (isHead && document.readUInt16BE(at + 5) === size - 4) {
      found.push(document.subarray(at + 3, at + 3 + size));
    }
  }
  return found;
}

/** The x5c of a token's header; empty where it has none. */
export function certificatesOfToken(header: Uint8Array): Buffer[] {
  const { x5c = [] } = JSON.parse(Buffer.from(header).toString()) as { x5c?: readonly string[] };
  return x5c.map((text) => Buffer.from(text, 'base64'));
}

function tokenWindows(payload: Uint8Array): Window[] {
  const { iat, nbf, exp } = JSON.parse(Buffer.from(payload).toString()) as Record<string, number>;
  const from = 1000 * Math.max(iat ?? 0, nbf ?? 0);
  // RFC 7519 4.1.4: exp is the first moment at which it is no longer good
  return [{ what: 'token', from, until: exp === undefined ? LAST : 1000 * exp - 1 }];
}

function documentWindows(bytes: Uint8Array): Window[] {
  const members = readMembers(bytes);
  return ['tcb_info', 'qe_identity'].map((name) => {
    const document = JSON.parse(members[name] ?? '{}') as Record<string, string>;
    const [from, until] = [document['issueDate'], document['nextUpdate']];
    return { what: name, from: Date.parse(from ?? ''), until: Date.parse(until ?? '') };
  });
}
