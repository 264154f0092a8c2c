// SPDX-License-Identifier: Apache-2.0
import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { PedigreeError } from '../../core/errors.ts';
import type { AppContext, AppMiddleware } from '../env.ts';
import { refusal } from '../problem.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'] as const;
const HTTP_PORT = 80;
const SAFE_METHODS = new Set(['GET', 'HEAD']);

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** True for an address that only this machine reaches. A name counts as none of them but `localhost`. */
export function isLoopbackHost(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true;
  if (isIP(host) === 0) return false;
  return loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}

/** What a Host header may say to a loopback server: each loopback name, and the address it listens on, with its port. */
export function loopbackAuthorities(host: string, port: number): readonly string[] {
  const own = isIPv6(host) ? `[${host.toLowerCase()}]` : host.toLowerCase();
  const names = [...new Set([...LOOPBACK_NAMES, own])];
  const withPort = names.map((name) => `${name}:${port}`);
  return port === HTTP_PORT ? [...withPort, ...names] : withPort;
}

/**
 * Refuses what a foreign page could make a browser send: a Host that is not ours (a name that was rebound to 127.0.0.1),
 * and an Origin that is not ours. Nothing is ever allowed across origins.
 */
export function requireLoopback(authorities: () => readonly string[]): AppMiddleware {
  return async (c, next) => {
    const known = authorities();
    if (!known.includes((c.req.header('host') ?? '').toLowerCase())) {
      throw new PedigreeError('ERR_NOT_AUTHORISED', 'the Host header does not name this server', {
        hint: 'use http://127.0.0.1 or http://localhost with the port of the server',
      });
    }
    const origin = c.req.header('origin');
    if (
      origin !== undefined &&
      !known.some((authority) => origin.toLowerCase() === `http://${authority}`)
    ) {
      throw new PedigreeError(
        'ERR_NOT_AUTHORISED',
        'pages of another origin may not use this server',
      );
    }
    await next();
  };
}

/** Wants the token for everything that may change state. @throws {HTTPException} 401 */
export function requireToken(token: string): AppMiddleware {
  return async (c, next) => {
    if (!SAFE_METHODS.has(c.req.method) && !hasToken(c, token)) throw tokenMissing();
    await next();
  };
}

/** True where the request carries the token as RFC 6750 says. Takes the same time for every wrong one. */
export function hasToken(c: AppContext, token: string): boolean {
  const [, given] =
    /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(c.req.header('authorization') ?? '') ?? [];
  return given !== undefined && timingSafeEqual(hashOf(given), hashOf(token));
}

export const TOKEN_HINT =
  'send Authorization: Bearer with the content of serve-token in the home folder of the server';

function tokenMissing(): Error {
  return refusal(
    401,
    'ERR_NOT_AUTHORISED',
    'this changes state and needs the token of this server',
    {
      hint: TOKEN_HINT,
      headers: { 'www-authenticate': 'Bearer realm="pedigree"' },
    },
  );
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
