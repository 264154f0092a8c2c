// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { verifyEvidenceCases } from '../../../../../cli/commands/evidence-verify.ts';
import { describeShared, sharedPath } from '../../../../support/shared.ts';

const MANIFEST = sharedPath('vectors', 'tee', 'manifest.json');

describeShared('genuine and altered SEV-SNP reports', () => {
  test('all 51 verdicts are the expected ones', async () => {
    const lines: string[] = [];
    const counts = await verifyEvidenceCases(MANIFEST, (line) => lines.push(line), {
      kind: 'sev-snp',
    });
    expect(lines.filter((line) => !line.startsWith('agrees'))).toEqual([]);
    expect(counts).toEqual({ agreed: 51, disagreed: 0 });
  });

  test('each refusal is at the stage that the manifest names, freshness and chain details aside', async () => {
    const { readFile } = await import('node:fs/promises');
    const manifest = JSON.parse(await readFile(MANIFEST, 'utf8')) as {
      id: string;
      stage?: string;
      fields: { measurement?: string };
    }[];
    const lines: string[] = [];
    await verifyEvidenceCases(MANIFEST, (line) => lines.push(line), {
      kind: 'sev-snp',
      format: 'json',
    });
    const reports = lines.map((line) => JSON.parse(line) as Report);
    // R+n does not fit its field any more, so that it is found when the report is read
    const elsewhere = new Set(['snp-virtee-milan-v2-sig-r-plus-n']);
    let compared = 0;
    for (const report of reports.filter((one) => one.verdict !== 'passed')) {
      const stage = manifest.find((one) => one.id === report.id)?.stage;
      if (stage === undefined || elsewhere.has(report.id)) continue;
      expect(`${report.id} ${report.stage}`).toBe(`${report.id} ${stage}`);
      compared++;
    }
    expect(compared).toBeGreaterThan(30);
    for (const report of reports.filter((one) => one.verdict === 'passed')) {
      const fields = manifest.find((one) => one.id === report.id)?.fields;
      expect(report.claims).toMatchObject({ measurement: fields?.measurement, simulated: false });
      expect(report.stage).toBeNull();
    }
  });
});

interface Report {
  readonly id: string;
  readonly verdict: string;
  readonly stage: string | null;
  readonly claims: Record<string, unknown> | null;
}
