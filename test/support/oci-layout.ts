// SPDX-License-Identifier: Apache-2.0
// An OCI layout as image builders write it: an image of one platform, its attestation manifest beside it, an SBOM attached.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

export interface LayoutContent {
  /** Path inside the layout to content. */
  readonly files: Map<string, Uint8Array>;
  readonly image: string;
  readonly statement: Uint8Array;
  readonly sbom: Uint8Array;
  readonly statementPath: string;
  readonly layerPath: string;
}

export function makeLayout(sbomText: string): LayoutContent {
  const files = new Map<string, Uint8Array>();
  const put = (content: string | Uint8Array, mediaType: string, more: object = {}) => {
    const bytes = new Uint8Array(Buffer.from(content as string));
    const hex = createHash('sha256').update(bytes).digest('hex');
    files.set(`blobs/sha256/${hex}`, bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length, ...more };
  };
  const json = JSON.stringify;
  // a file system layer with something in it that looks like a document
  const layer = put(
    gzipSync('{"bomFormat":"CycloneDX"}'),
    'application/vnd.oci.image.layer.v1.tar+gzip',
  );
  const config = put(
    '{"architecture":"amd64","os":"linux"}',
    'application/vnd.oci.image.config.v1+json',
  );
  const image = put(
    json({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] }),
    MANIFEST,
    {
      platform: { os: 'linux', architecture: 'amd64' },
    },
  );
  const statement = Buffer.from(
    json({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'image', digest: { sha256: image.digest.slice(7) } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: { buildType: 'https://example.org/build/v1', externalParameters: {} },
        runDetails: { builder: { id: 'https://example.org/builder' } },
      },
    }),
  );
  const inToto = put(statement, 'application/vnd.in-toto+json', {
    annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v1' },
  });
  const attestation = put(
    json({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [inToto] }),
    MANIFEST,
    {
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': image.digest,
      },
    },
  );
  const sbomLayer = put(sbomText, 'application/vnd.cyclonedx+json');
  const attached = put(
    json({
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: 'application/vnd.cyclonedx+json',
      config,
      layers: [sbomLayer],
      subject: image,
    }),
    MANIFEST,
  );
  const inner = put(
    json({ schemaVersion: 2, mediaType: INDEX, manifests: [image, attestation] }),
    INDEX,
  );
  files.set('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  files.set('index.json', Buffer.from(json({ schemaVersion: 2, manifests: [inner, attached] })));
  const pathOf = ({ digest }: { digest: string }): string => `blobs/${digest.replace(':', '/')}`;
  return {
    files,
    image: image.digest,
    statement: new Uint8Array(statement),
    sbom: new TextEncoder().encode(sbomText),
    statementPath: pathOf(inToto),
    layerPath: pathOf(layer),
  };
}

export function writeLayout(folder: string, { files }: LayoutContent): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}
