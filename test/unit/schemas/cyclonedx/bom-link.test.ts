// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { findBomLink, findSerialUuid } from '../../../../schemas/cyclonedx/bom-link.ts';

const UUID = 'f08a6ccd-4dce-4759-bd84-c626675d60a7';

describe('findBomLink', () => {
  test.each([
    [`urn:cdx:${UUID}/1`, { serialUuid: UUID, version: '1', ref: undefined }],
    [`urn:cdx:${UUID}/12#a`, { serialUuid: UUID, version: '12', ref: 'a' }],
    [`urn:cdx:${UUID.toUpperCase()}/1#a`, { serialUuid: UUID, version: '1', ref: 'a' }],
    [`urn:cdx:${UUID}/1#pkg%3Anpm%2Fa%401`, { serialUuid: UUID, version: '1', ref: 'pkg:npm/a@1' }],
    [`urn:cdx:${UUID}/1#a#b/c`, { serialUuid: UUID, version: '1', ref: 'a#b/c' }],
    [`urn:cdx:${UUID}/1#100%`, { serialUuid: UUID, version: '1', ref: '100%' }],
    [`urn:cdx:${UUID}/1#`, { serialUuid: UUID, version: '1', ref: undefined }],
  ])('reads %s', (text, link) => {
    expect(findBomLink(text)).toEqual(link);
  });

  test.each([
    ['no version', `urn:cdx:${UUID}`],
    ['version 0', `urn:cdx:${UUID}/0`],
    ['a version that is no number', `urn:cdx:${UUID}/latest#a`],
    ['no UUID', 'urn:cdx:1/1'],
    ['a serial number', `urn:uuid:${UUID}`],
    ['an upper-case scheme', `URN:CDX:${UUID}/1`],
    ['nothing', ''],
  ])('does not take %s', (_name, text) => {
    expect(findBomLink(text)).toBeUndefined();
  });
});

describe('findSerialUuid', () => {
  test('lower-cases', () => {
    expect(findSerialUuid(`urn:uuid:${UUID.toUpperCase()}`)).toBe(UUID);
  });

  test.each([[UUID], [`urn:cdx:${UUID}`], ['urn:uuid:redacted'], [`urn:uuid:${UUID} `], ['']])(
    'does not take "%s"',
    (text) => {
      expect(findSerialUuid(text)).toBeUndefined();
    },
  );
});
