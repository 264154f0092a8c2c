// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectSyft } from '../../../../schemas/syft/detect.ts';

describe('detection', () => {
  test.each([
    ['{"artifacts":[],"source":{},"descriptor":{"name":"syft"}}', true],
    ['{"artifacts":[],"source":{},"schema":{"url":"https://h/anchore/syft/main/s.json"}}', true],
    ['{"artifacts":[],"source":{},"descriptor":{"name":"grype"}}', false],
    ['{"artifacts":[],"source":[],"descriptor":{"name":"syft"}}', false],
    ['{"artifacts":{},"source":{},"descriptor":{"name":"syft"}}', false],
    ['{"matches":[],"source":{},"descriptor":{"name":"syft"}}', false],
  ])('%s: %s', (text, isSyft) => {
    expect(detectSyft(decode(new TextEncoder().encode(text))) !== undefined).toBe(isSyft);
  });
});
