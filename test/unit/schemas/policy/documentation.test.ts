// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePromotionPolicy } from '../../../../schemas/policy/parse-promotion-policy.ts';
import { parseSignerPolicy } from '../../../../schemas/policy/parse-signer-policy.ts';

const text = readFileSync(new URL('../../../../docs/policies.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/```yaml\n([^`]+)```/g)].map((match) => match[1] ?? '');
const promotion = blocks.filter((block) => block.includes('environments:'));
const signers = blocks.filter((block) => block.includes('trusted:'));

describe('the policies in docs/policies.md', () => {
  test('are all of one kind or the other', () => {
    expect(promotion.length).toBeGreaterThan(1);
    expect(signers.length).toBeGreaterThan(0);
    expect(promotion.length + signers.length).toBe(blocks.length);
  });

  test('promotion policies are accepted', () => {
    for (const block of promotion)
      expect(parsePromotionPolicy(block).rules.length).toBeGreaterThan(0);
  });

  test('signer policies are accepted', () => {
    for (const block of signers) expect(parseSignerPolicy(block).trusted.length).toBeGreaterThan(0);
  });
});
