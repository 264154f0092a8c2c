// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isPedigreeError } from '../../../core/errors.ts';
import { isJsonObject } from '../../../core/json.ts';
import { decode, type Decoded } from '../../../schemas/decoded.ts';
import { detect, DETECTORS } from '../../../schemas/detect.ts';
import { describeShared, sharedPath } from '../../support/shared.ts';

function findDecoded(bytes: Uint8Array): Decoded | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (isPedigreeError(error)) return undefined;
    throw error;
  }
}

function objectOf(members: Readonly<Record<string, unknown>>): Decoded {
  return decode(new TextEncoder().encode(JSON.stringify(members)));
}

describeShared('real documents', () => {
  test('the members that a line names let every document of its format through', () => {
    let looked = 0;
    for (const folder of ['corpus', 'samples']) {
      const root = sharedPath(folder);
      for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !entry.name.includes('json')) continue;
        const decoded = findDecoded(readFileSync(join(entry.parentPath, entry.name)));
        if (decoded?.kind !== 'json' || !isJsonObject(decoded.json.value)) continue;
        const first = DETECTORS.map(({ detector }) => detector(decoded)).find(Boolean);
        expect(detect(decoded)).toEqual(first ?? { format: 'opaque', version: null });
        looked++;
      }
    }
    expect(looked).toBeGreaterThan(500);
  });
});

test.each(DETECTORS.filter(({ members }) => members !== undefined))(
  '$detector.name takes no object without one of its members',
  ({ detector, members = [] }) => {
    const others = DETECTORS.flatMap((line) => line.members ?? []).filter(
      (name) => !members.includes(name),
    );
    for (const value of ['1.4', 'layout', {}, [{}], 2]) {
      const decoded = objectOf(Object.fromEntries(others.map((name) => [name, value])));
      expect(detector(decoded)).toBeUndefined();
    }
  },
);
