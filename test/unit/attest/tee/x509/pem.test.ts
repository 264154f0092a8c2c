// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { isPem, parsePem } from '../../../../../attest/x509/pem.ts';

const parseError = expect.objectContaining({ code: 'ERR_PARSE_EVIDENCE' }) as Error;

function block(body: string, label = 'CERTIFICATE'): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

describe('PEM has one reading (RFC 7468)', () => {
  test('blocks in order, text around them left out', () => {
    const text = `a comment\n${block('AQ==')}in between\n${block('AQI=', 'X509 CRL')}behind`;
    expect(parsePem(text)).toEqual([
      { label: 'CERTIFICATE', der: Uint8Array.from([1]) },
      { label: 'X509 CRL', der: Uint8Array.from([1, 2]) },
    ]);
    expect(parsePem('no block at all')).toEqual([]);
    expect(isPem(Buffer.from(text))).toBe(true);
    expect(isPem(Buffer.from('-----BEGIN'))).toBe(false);
  });

  test('line ends and blanks inside of a body mean nothing', () => {
    for (const body of ['AQ\r\nID', ' AQ\tID ', 'A\nQ\nI\nD']) {
      expect(parsePem(block(body))[0]?.der).toEqual(Uint8Array.from([1, 2, 3]));
    }
  });

  test.each([
    ['bits behind the last byte', 'AR=='],
    ['bits behind the last two bytes', 'AQJ='],
    ['no padding', 'AQ'],
    ['too much padding', 'AQI=='],
    ['padding in the middle', 'AQ==AQ=='],
    ['the alphabet of URLs', '_-__'],
    ['another character', 'AQ*D'],
    ['a vertical tab', 'AQ\u000bID'],
    ['dashes', 'AQID-----'],
    ['a character beyond ASCII', 'AQI\u00e9'],
  ])('%s is refused', (_what, body) => {
    expect(() => parsePem(block(body))).toThrow(parseError);
  });

  test.each([
    ['no end', '-----BEGIN CERTIFICATE-----\nAQID\n'],
    ['no label end', '-----BEGIN CERTIFICATE'],
    ['another end', '-----BEGIN CERTIFICATE-----\nAQID\n-----END X509 CRL-----'],
    ['a label of 41 characters', block('AQID', 'X'.repeat(41))],
  ])('%s is refused', (_what, text) => {
    expect(() => parsePem(text)).toThrow(parseError);
  });

  test('64 blocks are read, one more is too many', () => {
    expect(parsePem(block('AQID').repeat(64))).toHaveLength(64);
    expect(() => parsePem(block('AQID').repeat(65))).toThrow(parseError);
    expect(parsePem(block('AQID', 'X'.repeat(40)))).toHaveLength(1);
  });
});
