// SPDX-License-Identifier: Apache-2.0
// What Intel and AMD really published, served again: it is kept under the pinned roots, and makes real evidence verify.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Endorsements } from '../../../../attest/tee/scheme.ts';
import { sevSnpScheme } from '../../../../attest/tee/sev-snp/scheme.ts';
import { parseSnpReport } from '../../../../attest/tee/sev-snp/abi.ts';
import { instantFromMs, instantToMs, parseInstant } from '../../../../core/instant.ts';
import type { Instant } from '../../../../core/instant.ts';
import { createBoundedFetch } from '../../../../ingest/collectors/bounded-fetch.ts';
import { publicationOf } from '../../../../ingest/endorsements/publication.ts';
import type { PublicationRequest } from '../../../../ingest/endorsements/publication.ts';
import { refreshEndorsements } from '../../../../ingest/endorsements/refresh.ts';
import type { RefreshRow } from '../../../../ingest/endorsements/refresh.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import { startServer, type TestServer } from '../../../support/test-server.ts';
import {
  amdAnswers,
  answering,
  intelAnswers,
  type VendorAnswers,
} from '../../../support/vendor-mirror.ts';
import { readGenuineCase } from '../../attest/tee/dcap/genuine.ts';

let answers: VendorAnswers;
let server: TestServer;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pedigree-refresh-'));
  server = await startServer((request, response) => answering(answers)(request, response));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function refresh(
  request: Omit<PublicationRequest, 'baseUrl'>,
  at: Instant,
): Promise<readonly RefreshRow[]> {
  const publication = publicationOf({ ...request, baseUrl: server.url('/') });
  const signal = new AbortController().signal;
  const fetch = createBoundedFetch({ hosts: publication.hosts, clock: () => at, signal });
  return refreshEndorsements(publication, { folder, fetch, at });
}

describeShared('Intel', () => {
  test.each(['tdx-phala-v4-ok', 'tdx-gotdx-v5-feb-2026', 'sgx-phala-v3-allowed'])(
    '%s',
    async (id) => {
      const { scheme, evidence, collateral, at, policy } = readGenuineCase(id);
      const tee = scheme.kind === 'sgx' ? 'sgx' : 'tdx';
      answers = intelAnswers(collateral, tee);
      const instant = parseInstant(at);
      const [row] = await refresh({ kind: tee, evidence }, instant);
      expect(row).toMatchObject({ state: 'new', why: null, nextUpdate: expect.any(String) });
      const kept = readFileSync(join(folder, row?.file ?? ''));
      expect(JSON.parse(kept.toString())).toMatchObject({
        tcb_info: collateral['tcb_info'],
        qe_identity: collateral['qe_identity'],
      });
      const anchors = scheme.pinnedAnchors();
      const endorsements: Endorsements = new Map([['collateral', [kept]]]);
      const outcome = scheme.run({
        evidence,
        endorsements,
        anchors,
        at: instant,
        policy,
        binding: 'ignore',
      });
      expect(outcome.verdict).toBe('passed');
      // years later the same answer is out of its window: refused, and the file stays
      const later = instantFromMs(instantToMs(instant) + 5 * 365 * 86_400_000);
      expect((await refresh({ kind: tee, evidence }, later))[0]?.state).toBe('refused');
      expect(readFileSync(join(folder, row?.file ?? ''))).toEqual(kept);
    },
  );
});

describeShared('AMD', () => {
  interface SnpCase {
    readonly id: string;
    readonly evidence: string;
    readonly files: Readonly<Record<string, string>>;
    readonly verifyAt: string;
  }

  function readCase(id: string): SnpCase {
    const text = Buffer.from(readShared('vectors', 'tee', 'manifest.json')).toString();
    const found = (JSON.parse(text) as SnpCase[]).find((one) => one.id === id);
    if (found === undefined) throw new Error(id);
    return found;
  }

  // of Genoa no revocation list of the time was at hand: what came in its place is refused
  test.each([
    ['snp-virtee-milan-v2-crl-fresh', 'Milan', 'new', 'checked'],
    ['snp-oak-genoa-v5-ok', 'Genoa', 'refused', 'not-checked'],
  ])('%s', async (id, product, crlState, revocation) => {
    const { evidence: path, files, verifyAt } = readCase(id);
    const evidence = readShared('vectors', 'tee', path);
    const roles = Object.entries(files).map(
      ([role, file]) => [role, [readShared('vectors', 'tee', file)]] as const,
    );
    const chip = Buffer.from(parseSnpReport(evidence).chipId).toString('hex');
    answers = amdAnswers(new Map(roles), product, chip);
    const at = parseInstant(verifyAt);
    const rows = await refresh({ kind: 'sev-snp', evidence, product }, at);
    expect(rows.map(({ state }) => state)).toEqual([crlState, 'new', 'new']);
    const outcome = sevSnpScheme.run({
      evidence,
      endorsements: readRoles(),
      anchors: sevSnpScheme.pinnedAnchors(),
      at,
      policy: { allowDebug: true },
      binding: 'ignore',
    });
    expect(outcome).toMatchObject({ verdict: 'passed', claims: { revocation } });
  });

  function readRoles(): Endorsements {
    const roles = new Map<string, Uint8Array[]>();
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name));
      const role = sevSnpScheme.findRole(name, bytes) ?? 'none';
      roles.set(role, [...(roles.get(role) ?? []), bytes]);
    }
    expect([...roles.keys()]).not.toContain('none');
    return roles;
  }
});
