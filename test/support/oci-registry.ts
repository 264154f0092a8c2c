// SPDX-License-Identifier: Apache-2.0
// Pushes to a registry over plain HTTP, as its owner would.
import { sha256 } from '../../core/digest.ts';

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';
export const EMPTY_CONFIG = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
  size: 2,
};

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
}

export function descriptorOf(
  bytes: Uint8Array,
  mediaType: string,
  more: Partial<Descriptor> = {},
): Descriptor {
  return { mediaType, digest: sha256(bytes), size: bytes.length, ...more };
}

export class Pusher {
  readonly #base: URL;
  readonly #authorization: string | undefined;

  constructor(base: URL, authorization?: string) {
    this.#base = base;
    this.#authorization = authorization;
  }

  async blob(repository: string, bytes: Uint8Array, mediaType: string): Promise<Descriptor> {
    const descriptor = descriptorOf(bytes, mediaType);
    const begun = await this.#send('POST', `/v2/${repository}/blobs/uploads/`);
    const location = new URL(begun.headers.get('location') ?? '', this.#base);
    location.searchParams.set('digest', descriptor.digest);
    await this.#send('PUT', location, bytes, 'application/octet-stream');
    return descriptor;
  }

  /** @param reference a tag; absent: by digest alone */
  async manifest(repository: string, manifest: object, reference?: string): Promise<Descriptor> {
    const bytes = bytesOf(manifest);
    const mediaType = 'manifests' in manifest ? INDEX : MANIFEST;
    const descriptor = descriptorOf(bytes, mediaType);
    const path = `/v2/${repository}/manifests/${reference ?? descriptor.digest}`;
    await this.#send('PUT', path, bytes, mediaType);
    return descriptor;
  }

  /** An artefact of one layer, attached to a subject where one is given. */
  async artifact(
    repository: string,
    layer: { readonly bytes: Uint8Array; readonly mediaType: string; readonly title?: string },
    options: { readonly subject?: Descriptor; readonly type?: string; readonly tag?: string } = {},
  ): Promise<Descriptor> {
    await this.blob(repository, bytesOf('{}'), EMPTY_CONFIG.mediaType);
    const pushed = await this.blob(repository, layer.bytes, layer.mediaType);
    const annotations =
      layer.title === undefined ? {} : { 'org.opencontainers.image.title': layer.title };
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: options.type ?? layer.mediaType,
      config: EMPTY_CONFIG,
      layers: [{ ...pushed, annotations }],
      ...(options.subject === undefined ? {} : { subject: options.subject }),
    };
    return this.manifest(repository, manifest, options.tag);
  }

  /** An image with one layer that is no evidence. */
  async image(repository: string, layer: Uint8Array, tag?: string): Promise<Descriptor> {
    const type = 'application/vnd.oci.image.config.v1+json';
    const config = await this.blob(
      repository,
      bytesOf({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }),
      type,
    );
    const pushed = await this.blob(
      repository,
      layer,
      'application/vnd.oci.image.layer.v1.tar+gzip',
    );
    const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [pushed] };
    return this.manifest(repository, manifest, tag);
  }

  async #send(
    method: string,
    path: string | URL,
    body?: Uint8Array,
    type?: string,
  ): Promise<Response> {
    const answer = await fetch(new URL(path, this.#base), {
      method,
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
      headers: {
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
      },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${String(path)}: ${answer.status} ${text}`);
    return answer;
  }
}
