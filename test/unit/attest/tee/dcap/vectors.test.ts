// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { verifyEvidenceCases } from '../../../../../cli/commands/evidence-verify.ts';
import { describeShared, sharedPath } from '../../../../support/shared.ts';
import { readManifest } from './genuine.ts';

const MANIFEST = sharedPath('vectors', 'tee', 'manifest.json');

interface Report {
  readonly id: string;
  readonly verdict: string;
  readonly stage: string | null;
  readonly claims: Readonly<Record<string, unknown>> | null;
}

async function readReports(kind: string): Promise<Report[]> {
  const lines: string[] = [];
  await verifyEvidenceCases(MANIFEST, (line) => lines.push(line), { kind, format: 'json' });
  return lines.map((line) => JSON.parse(line) as Report);
}

describeShared('genuine and altered quotes of TDX and SGX', () => {
  test.each([
    ['tdx', 58],
    ['sgx', 6],
  ])('%s: all %i verdicts are the expected ones', async (kind, agreed) => {
    const lines: string[] = [];
    const counts = await verifyEvidenceCases(MANIFEST, (line) => lines.push(line), { kind });
    expect(lines.filter((line) => !line.startsWith('agrees'))).toEqual([]);
    expect(counts).toEqual({ agreed, disagreed: 0 });
  });

  test.each(['tdx', 'sgx'])(
    '%s: each refusal is at the stage that the manifest names',
    async (kind) => {
      const cases = readManifest();
      const refused = (await readReports(kind)).filter(({ verdict }) => verdict !== 'passed');
      expect(refused.length).toBeGreaterThan(4);
      for (const { id, stage } of refused) {
        const expected = cases.find((one) => one.id === id)?.stage;
        expect(`${id} ${stage}`).toBe(`${id} ${expected}`);
      }
    },
  );

  test.each(['tdx', 'sgx'])('%s: the claims are what other tools read', async (kind) => {
    const cases = readManifest();
    const genuine = (await readReports(kind)).filter(({ claims }) => claims !== null);
    expect(genuine.length).toBeGreaterThan(0);
    for (const { id, claims } of genuine) {
      const fields = cases.find((one) => one.id === id)?.fields ?? {};
      const names =
        kind === 'tdx'
          ? { mrtd: 'measurement', tee_tcb_svn: 'teeTcbSvn', mrseam: 'mrSeam' }
          : { mrenclave: 'measurement', mrsigner: 'mrSigner' };
      for (const [field, claim] of Object.entries({ ...names, reportData: 'binding' })) {
        expect(`${id} ${field} ${String(claims?.[claim])}`).toBe(
          `${id} ${field} ${String(fields[field])}`,
        );
      }
      expect(claims?.['debug']).toBe(fields['debug']);
      expect(claims).toMatchObject({ kind, simulated: false });
    }
  });
});
