// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../../core/errors.ts';
import { LIMITS } from '../../../core/limits.ts';
import { decode } from '../../../schemas/decoded.ts';
import { detectOciManifest } from '../../../schemas/oci-manifest/detect.ts';
import { isManifestType } from '../../../schemas/oci-manifest/media-types.ts';
import type { OciDescriptor, OciManifest } from '../../../schemas/oci-manifest/model.ts';
import { parseOciManifest } from '../../../schemas/oci-manifest/parse.ts';
import {
  evidenceLayers,
  isEvidenceManifest,
  titleOf,
} from '../../../schemas/oci-manifest/roles.ts';
import type { CollectContext, Collected, Collector } from '../collector.ts';
import { withEndCursor } from '../end-cursor.ts';
import { tooLarge } from '../../receive/files.ts';
import { Misses, refusedThing } from '../misses.ts';
import { Seen } from '../seen.ts';
import type { CollectorKind } from '../source-spec.ts';
import { parseOciReference, type OciReference } from './reference.ts';
import { RegistryClient, type FetchedManifest } from './registry-client.ts';

/** A repository of an OCI registry: its manifests, and the evidence that lies in them or is attached to them. */
export const ociKind: CollectorKind = {
  kind: 'oci',
  schemes: ['oci:'],
  hostsOf: (spec) => [parseOciReference(spec).base.host],
  create: (spec) => createOciCollector(parseOciReference(spec)),
};

/** Manifests of one run, and how deep they lie in or behind one another. */
const MAX_MANIFESTS = 100_000;
const MAX_DEPTH = 12;
/** Where cosign puts what it attaches, beside the manifest. @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md */
const COSIGN_ENDINGS = ['att', 'sig', 'sbom'];
const ATTACHED_TAG = /^sha(?:256|512)-[0-9a-f]{64,128}(?:\.(?:att|sig|sbom))?$/;

export function createOciCollector(place: OciReference): Collector {
  const { label, reference } = place;
  const end = reference === undefined ? '' : `${reference.includes(':') ? '@' : ':'}${reference}`;
  return {
    kind: 'oci',
    source: `${label}${end}`,
    collect: (context) => {
      const seen = new Seen(context.cursor);
      const walk = new RegistryWalk(place, context, seen);
      return withEndCursor(walk.run(), context.signal, () => seen.cursor());
    },
  };
}

/** A manifest that is still to be looked at. */
interface Pending {
  /** A tag or a digest. */
  readonly reference: string;
  readonly depth: number;
  /** True for a tag that may well not be there. */
  readonly isGuess: boolean;
}

class RegistryWalk {
  readonly #place: OciReference;
  readonly #context: CollectContext;
  readonly #client: RegistryClient;
  readonly #seen: Seen;
  readonly #misses = new Misses();
  readonly #visited = new Set<string>();
  /** False once the registry has said that it does not know the question. */
  #hasReferrers = true;
  #done = 0;

  constructor(place: OciReference, context: CollectContext, seen: Seen) {
    this.#place = place;
    this.#context = context;
    this.#client = new RegistryClient(context, place);
    this.#seen = seen;
  }

  async *run(): AsyncGenerator<Collected> {
    for await (const reference of this.#roots()) {
      if (this.#context.signal.aborted) return;
      yield* this.#walk(reference);
    }
  }

  /** What is attached by its tag is reached from what it is attached to. */
  async *#roots(): AsyncGenerator<string> {
    const { reference } = this.#place;
    if (reference !== undefined) {
      yield reference;
      return;
    }
    for await (const tag of this.#client.tags()) if (!ATTACHED_TAG.test(tag)) yield tag;
  }

  async *#walk(root: string): AsyncGenerator<Collected> {
    const pending: Pending[] = [{ reference: root, depth: 0, isGuess: false }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (this.#context.signal.aborted) return;
      if (this.#visited.has(next.reference)) continue;
      if (next.depth > MAX_DEPTH || this.#visited.size >= MAX_MANIFESTS) {
        yield this.#refused(
          next.reference,
          'ERR_LIMIT_ITEMS',
          'too many manifests behind one another',
        );
        return;
      }
      pending.push(...(yield* this.#visit(next)));
    }
  }

  /** Hands in one manifest and its evidence. @returns what it leads to */
  async *#visit(at: Pending): AsyncGenerator<Collected, Pending[]> {
    const label = this.#labelOf(at.reference);
    this.#visited.add(at.reference);
    let found: FetchedManifest | undefined;
    try {
      found = await this.#client.findManifest(at.reference);
      this.#misses.clear();
    } catch (error) {
      if (at.depth === 0 && this.#place.reference !== undefined) throw error;
      yield this.#misses.refuse(label, error);
      return [];
    }
    this.#context.onProgress({ done: ++this.#done });
    if (found === undefined) {
      if (!at.isGuess)
        yield this.#refused(at.reference, 'ERR_NOT_FOUND', 'there is no such manifest');
      return [];
    }
    if (this.#visited.has(found.digest) && found.digest !== at.reference) return [];
    this.#visited.add(found.digest);
    return yield* this.#open(found, at);
  }

  async *#open(found: FetchedManifest, at: Pending): AsyncGenerator<Collected, Pending[]> {
    const manifest = findManifest(found.bytes);
    if (manifest === undefined) {
      yield this.#refused(
        found.digest,
        'ERR_PARSE_DOCUMENT',
        'no image manifest or index of schema 2',
      );
      return [];
    }
    if (!this.#seen.has(found.digest)) {
      this.#seen.add(found.digest);
      yield {
        received: { source: this.#labelOf(found.digest), bytes: found.bytes },
        cursor: null,
      };
    }
    for (const layer of evidenceLayers(manifest)) {
      if (this.#context.signal.aborted) return [];
      yield* this.#layer(layer);
    }
    const members = manifest.manifests.filter(({ mediaType }) => isManifestType(mediaType));
    const attached = yield* this.#attachedTo(found.digest);
    const isSubject = !isEvidenceManifest(manifest);
    return [
      ...[...members, ...attached].map(({ algorithm, hex }) => ({
        reference: `${algorithm}:${hex}`,
        depth: at.depth + 1,
        isGuess: false,
      })),
      ...(isSubject ? cosignTags(found.digest) : []).map((reference) => ({
        reference,
        depth: at.depth + 1,
        isGuess: true,
      })),
    ];
  }

  async *#layer(layer: OciDescriptor): AsyncGenerator<Collected> {
    const digest = `${layer.algorithm}:${layer.hex}`;
    if (this.#seen.has(digest)) return;
    const title = titleOf(layer);
    const label = `${this.#labelOf(digest)}${title === undefined ? '' : ` (${excerpt(title)})`}`;
    if ((layer.sizeBytes ?? 0) > LIMITS.documentBytes) {
      yield { received: { source: label, refused: tooLarge(label) }, cursor: null };
      return;
    }
    try {
      const bytes = await this.#client.getBlob(layer, LIMITS.documentBytes);
      this.#misses.clear();
      this.#context.onProgress({ done: ++this.#done });
      this.#seen.add(digest);
      yield { received: { source: label, bytes }, cursor: this.#seen.findCursor() };
    } catch (error) {
      yield this.#misses.refuse(label, error);
    }
  }

  /** By the referrers API, or by the tag that stands for it where a registry has none. */
  async *#attachedTo(digest: string): AsyncGenerator<Collected, readonly OciDescriptor[]> {
    try {
      const pages = await this.#referrerPages(digest);
      const lists = pages.flatMap((bytes) => findManifest(bytes)?.manifests ?? []);
      return lists.slice(0, MAX_MANIFESTS);
    } catch (error) {
      yield this.#misses.refuse(`${this.#labelOf(digest)} (referrers)`, error);
      return [];
    }
  }

  async #referrerPages(digest: string): Promise<readonly Uint8Array[]> {
    if (this.#hasReferrers) {
      const pages = await this.#client.findReferrers(digest);
      if (pages !== undefined) return pages;
      this.#hasReferrers = false;
    }
    const list = await this.#client.findManifest(referrersTag(digest));
    return list === undefined ? [] : [list.bytes];
  }

  #labelOf(reference: string): string {
    return `${this.#place.label}${reference.includes(':') ? '@' : ':'}${reference}`;
  }

  #refused(
    reference: string,
    code: 'ERR_LIMIT_ITEMS' | 'ERR_NOT_FOUND' | 'ERR_PARSE_DOCUMENT',
    why: string,
  ): Collected {
    return refusedThing(this.#labelOf(reference), code, why);
  }
}

/** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema */
function referrersTag(digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  return `${algorithm.slice(0, 32)}-${hex.slice(0, 64)}`;
}

function cosignTags(digest: string): string[] {
  return COSIGN_ENDINGS.map((ending) => `${digest.replace(':', '-')}.${ending}`);
}

/** Undefined for bytes that are no manifest of a shape that is read. */
function findManifest(bytes: Uint8Array): OciManifest | undefined {
  try {
    const decoded = decode(bytes);
    if (decoded.kind !== 'json' || detectOciManifest(decoded) === undefined) return undefined;
    return parseOciManifest(decoded.json.value);
  } catch (error) {
    if (error instanceof PedigreeError) return undefined;
    throw error;
  }
}
