// SPDX-License-Identifier: Apache-2.0
// image-spec, image-layout.md: a folder or archive with oci-layout, index.json and blobs.
import { mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { countFiles, receivePath, type Received } from '../../../../ingest/receive/files.ts';
import { unpackArchive } from '../../../../ingest/unpack/unpack-archive.ts';
import { ARCHIVE_LIMITS } from '../../../../schemas/archive/model.ts';
import { makeBom } from '../../../cli/support/documents.ts';
import { makeZip } from '../../../support/archives.ts';
import { makeLayout, writeLayout, type LayoutContent } from '../../../support/oci-layout.ts';
import { inWorld } from '../../../support/world.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pedigree-layout-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function receiveAll(): Promise<Received[]> {
  const found: Received[] = [];
  for await (const one of receivePath(folder)) found.push(one);
  return found;
}

function zipOf({ files }: LayoutContent): Uint8Array {
  return makeZip([...files].map(([name, data]) => ({ name, data })));
}

function digestsOf(found: readonly Received[]): string[] {
  return found.flatMap((one) => ('bytes' in one ? [sha256(one.bytes)] : []));
}

describe('a folder', () => {
  test('gives index, manifests and evidence; parts of images stay where they are', async () => {
    const layout = makeLayout(makeBom(1));
    writeLayout(folder, layout);
    const found = await receiveAll();
    expect(found).toHaveLength(7);
    expect(digestsOf(found)).toEqual(
      expect.arrayContaining([layout.image, sha256(layout.statement), sha256(layout.sbom)]),
    );
    expect(found.map(({ source }) => source)).not.toContain(layout.layerPath);
    expect(await countFiles(folder)).toBe(7);
  });

  test('gives what else lies beside the layout', async () => {
    writeLayout(folder, makeLayout(makeBom(1)));
    writeFileSync(join(folder, 'notes.json'), makeBom(2));
    expect(digestsOf(await receiveAll())).toContain(sha256(makeBom(2)));
  });

  test('says what is missing, and what is not what its name says', async () => {
    const layout = makeLayout(makeBom(1));
    writeLayout(folder, layout);
    writeFileSync(join(folder, layout.statementPath), makeBom(3));
    unlinkSync(join(folder, `blobs/${sha256(layout.sbom).replace(':', '/')}`));
    const refused = (await receiveAll()).flatMap((one) =>
      'refused' in one ? [[one.source, one.refused.code]] : [],
    );
    expect(refused).toHaveLength(2);
    expect(refused).toContainEqual([layout.statementPath, 'ERR_PARSE_DOCUMENT']);
    expect(refused.map(([, code]) => code)).toContain('ERR_NOT_FOUND');
  });

  test('is not led out of itself by a link', async () => {
    const layout = makeLayout(makeBom(1));
    const outside = mkdtempSync(join(tmpdir(), 'pedigree-outside-'));
    writeLayout(folder, layout);
    writeFileSync(join(outside, 'x'), layout.statement);
    unlinkSync(join(folder, layout.statementPath));
    symlinkSync(join(outside, 'x'), join(folder, layout.statementPath));
    const refused = (await receiveAll()).flatMap((one) =>
      'refused' in one ? [one.refused.code] : [],
    );
    rmSync(outside, { recursive: true });
    expect(refused).toEqual(['ERR_PATH_OUTSIDE']);
  });

  test.each(['not JSON', '{}', '{"schemaVersion":2,"manifests":[]}', '[{"manifests":7}]'])(
    'whose index says nothing (%s) is no reason to stop',
    async (index) => {
      writeLayout(folder, makeLayout(makeBom(1)));
      writeFileSync(join(folder, 'index.json'), index);
      expect((await receiveAll()).map(({ source }) => source)).toEqual(['index.json']);
    },
  );

  test('whose index leads to itself is read once', async () => {
    writeLayout(folder, makeLayout(makeBom(1)));
    const descriptor = {
      mediaType: 'application/vnd.oci.image.index.v1+json',
      digest: `sha256:${'0'.repeat(64)}`,
      size: 2,
    };
    const index = { schemaVersion: 2, manifests: Array.from({ length: 50 }, () => descriptor) };
    writeFileSync(join(folder, 'index.json'), JSON.stringify(index));
    const found = await receiveAll();
    expect(found).toHaveLength(2);
    expect(found.filter((one) => 'refused' in one)).toHaveLength(1);
  });
});

describe('an archive', () => {
  test('gives the same', async () => {
    const layout = makeLayout(makeBom(1));
    const { members, problems } = await unpackArchive(zipOf(layout), ARCHIVE_LIMITS);
    expect(problems).toEqual([]);
    expect(members).toHaveLength(7);
    expect(members.map(({ name }) => name)).not.toContain(layout.layerPath);
  });

  test('says what is missing, and what is not what its name says', async () => {
    const layout = makeLayout(makeBom(1));
    layout.files.set(layout.statementPath, Buffer.from('{}'));
    layout.files.delete(`blobs/${sha256(layout.sbom).replace(':', '/')}`);
    const { members, problems } = await unpackArchive(zipOf(layout), ARCHIVE_LIMITS);
    expect(problems.map(({ code }) => code).sort()).toEqual(['blob-missing', 'digest-mismatch']);
    expect(members).toHaveLength(5);
  });

  test('without the mark is an archive like any other', async () => {
    const layout = makeLayout(makeBom(1));
    layout.files.delete('oci-layout');
    const { members } = await unpackArchive(zipOf(layout), ARCHIVE_LIMITS);
    expect(members).toHaveLength(layout.files.size);
  });

  test('becomes evidence about the image: provenance and SBOM are documents of their own', async () => {
    const layout = makeLayout(makeBom(1));
    await inWorld({}, async (world) => {
      const outcomes = await world.ingest([zipOf(layout)]);
      const formats = outcomes.map(({ format, standing }) => `${standing} ${format}`);
      expect(formats).toContain('accepted slsa-provenance');
      expect(formats).toContain('accepted cyclonedx-json');
      expect(formats.filter((one) => one === 'accepted oci-manifest')).toHaveLength(5);
      expect(formats.filter((one) => one.includes('opaque'))).toEqual([]);
      expect(world.ledger.index.find(layout.image)).toBeDefined();
    });
  });
});
