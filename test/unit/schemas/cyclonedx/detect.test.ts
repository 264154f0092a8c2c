// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { detectCyclonedxJson } from '../../../../schemas/cyclonedx/detect.ts';
import { decode } from '../../../../schemas/decoded.ts';
import type { Detected } from '../../../../schemas/decoded.ts';

function detect(text: string): Detected | undefined {
  return detectCyclonedxJson(decode(new TextEncoder().encode(text)));
}

describe('detectCyclonedxJson', () => {
  test.each(['1.2', '1.3', '1.4', '1.5', '1.6', '1.7', '1.8', '2.0', '1.x'])(
    'names version %s as the document writes it',
    (version) => {
      const text = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: version });
      expect(detect(text)).toEqual({ format: 'cyclonedx-json', version });
    },
  );

  test.each([
    ['no version', '{"bomFormat":"CycloneDX"}'],
    ['a version that is no text', '{"bomFormat":"CycloneDX","specVersion":1.5}'],
  ])('answers null for %s', (_name, text) => {
    expect(detect(text)).toEqual({ format: 'cyclonedx-json', version: null });
  });

  test.each([
    ['a wrong bomFormat', '{"bomFormat":"AnotherFormat","specVersion":"1.2","components":[]}'],
    ['a lost bomFormat', '{"specVersion":"1.2","components":[]}'],
    [
      'a bomFormat that is no text, with members of CycloneDX only',
      '{"bomFormat":1,"specVersion":"1.2"}',
    ],
  ])('still recognises %s', (_name, text) => {
    expect(detect(text)?.version).toBe('1.2');
  });

  test.each([
    ['an SPDX 2 document', '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT"}'],
    ['an SPDX 3 document', '{"@context":"https://spdx.org/rdf/3.0.1/","@graph":[]}'],
    ['another format with a specVersion', '{"specVersion":"1.2","openapi":"3.1.0"}'],
    ['a Trivy report', '{"SchemaVersion":2,"ArtifactType":"cyclonedx"}'],
    ['an empty object', '{}'],
    ['a list', '[{"bomFormat":"CycloneDX"}]'],
    ['an inherited member', '{"__proto__":{"bomFormat":"CycloneDX"}}'],
    ['XML', '<bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>'],
  ])('does not take %s', (_name, text) => {
    expect(detect(text)).toBeUndefined();
  });
});
