// SPDX-License-Identifier: Apache-2.0
import type { SchemaProblem } from '../intoto/problem.ts';

/** What points to content in a registry. */
export interface OciDescriptor {
  readonly mediaType: string;
  readonly algorithm: string;
  readonly hex: string;
  /** As the document says; undefined where it says none that can be meant. */
  readonly sizeBytes: number | undefined;
  readonly artifactType?: string;
  /** `os/architecture[/variant]` of a platform's image. */
  readonly platform?: string;
  readonly annotations: ReadonlyMap<string, string>;
  readonly pointer: string;
}

/** An image manifest, an image index, or their older spellings. */
export interface OciManifest {
  readonly shape: 'manifest' | 'index';
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config?: OciDescriptor;
  /** Empty for an index. */
  readonly layers: readonly OciDescriptor[];
  /** Empty for a manifest. */
  readonly manifests: readonly OciDescriptor[];
  /** What this manifest is attached to. */
  readonly subject?: OciDescriptor;
  readonly annotations: ReadonlyMap<string, string>;
  readonly problems: readonly SchemaProblem[];
}
