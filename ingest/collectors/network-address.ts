// SPDX-License-Identifier: Apache-2.0
import { BlockList, isIP, isIPv6 } from 'node:net';
import { lookup } from 'node:dns/promises';
import { excerpt, PedigreeError } from '../../core/errors.ts';

export interface NetworkAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Every address of a host name. */
export type ResolveHost = (host: string) => Promise<readonly NetworkAddress[]>;

/** What the machine's own resolver says, hosts file included. */
export const systemResolve: ResolveHost = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

/** Nothing that serves evidence has such an address: it names this machine's neighbours, its cloud's keys, or everybody. */
const NEVER = blockList([
  ...['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'],
  // metadata and agents of clouds outside of the link-local range
  ...['168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32', 'fd00:ec2::254/128'],
  ...['::/128', 'fe80::/10', 'ff00::/8'],
  // carries an IPv4 address to a place that the checks below do not see (RFC 3056, RFC 4380)
  ...['2002::/16', '2001::/32'],
]);

/** Addresses inside of a house (RFC 1918, RFC 4193, RFC 6598, RFC 6890). */
const PRIVATE = blockList([
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8'],
  ...['100.64.0.0/10', '192.0.0.0/24', '198.18.0.0/15'],
  ...['::1/128', 'fc00::/7'],
]);

/**
 * The addresses of a host that the operator named. A name may lead into the house, but not to link-local or metadata
 * addresses, and not to public and private ones at once, which is how a name that changes its mind looks. An address
 * that the operator wrote as such is meant, whatever it is.
 * @param host as URL.hostname gives it
 * @throws {PedigreeError} ERR_SOURCE_REFUSED; ERR_SOURCE_UNAVAILABLE (retryable) where the name does not resolve
 */
export async function resolveNamedHost(
  host: string,
  resolve: ResolveHost,
): Promise<readonly NetworkAddress[]> {
  const literal = findLiteral(host);
  if (literal !== undefined) return [literal];
  const found = await ask(host, resolve);
  const asked = found.filter(({ address }) => !isNever(address));
  const isPublic = asked.filter(({ address }) => !isPrivate(address));
  const allowed = isPublic.length > 0 ? isPublic : asked;
  if (allowed.length > 0) return allowed;
  throw new PedigreeError(
    'ERR_SOURCE_REFUSED',
    `${excerpt(host)} leads to a link-local or metadata address`,
    { hint: 'write the address itself if it is meant' },
  );
}

async function ask(host: string, resolve: ResolveHost): Promise<readonly NetworkAddress[]> {
  try {
    const found = await resolve(host);
    if (found.length > 0) return found;
  } catch {
    // said below: resolvers differ in their words
  }
  throw new PedigreeError('ERR_SOURCE_UNAVAILABLE', `${excerpt(host)} is not a known host`, {
    retryable: true,
  });
}

/** The address that a URL's host is, or undefined for a name. */
function findLiteral(host: string): NetworkAddress | undefined {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  const family = isIP(bare);
  return family === 4 || family === 6 ? { address: bare, family } : undefined;
}

function isNever(address: string): boolean {
  return isIn(NEVER, address);
}

function isPrivate(address: string): boolean {
  return isIn(PRIVATE, address);
}

function isIn(list: BlockList, address: string): boolean {
  const inner = isIPv6(address) ? findEmbeddedIpv4(address) : undefined;
  if (inner !== undefined) return list.check(inner, 'ipv4');
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** The IPv4 address inside of ::ffff:0:0/96 (RFC 4291 2.5.5.2), ::/96 (2.5.5.1) or 64:ff9b::/96 (RFC 6052). */
function findEmbeddedIpv4(address: string): string | undefined {
  // the URL parser writes every IPv6 address in one way (RFC 5952)
  const text = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1);
  const match = /^(?:::ffff:|64:ff9b::|::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(text);
  if (match === null) return undefined;
  const [high, low] = [match[1], match[2]].map((part) => Number.parseInt(part ?? '0', 16));
  if (high === undefined || low === undefined) return undefined;
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix = ''] = range.split('/');
    list.addSubnet(network, Number(prefix), isIPv6(network) ? 'ipv6' : 'ipv4');
  }
  return list;
}
