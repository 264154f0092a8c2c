// SPDX-License-Identifier: Apache-2.0

/** What a manifest calls the asset it is about, or an ingredient. */
export interface C2paAsset {
  readonly title?: string;
  /** Media type. */
  readonly format?: string;
  readonly instanceId?: string;
  readonly documentId?: string;
  /** `c2pa.types.model.onnx`, `c2pa.types.dataset`… */
  readonly types: readonly string[];
}

export interface C2paDigest {
  readonly algorithm: string;
  readonly hex: string;
}

/** Something that the asset was made from, with or of. */
export interface C2paIngredient extends C2paAsset {
  /** `parentOf`, `componentOf` or `inputTo`, as written. */
  readonly relationship?: string;
  /** Label of the manifest about it, where the store holds one. */
  readonly manifest?: string;
  readonly pointer: string;
}

export interface C2paAction {
  readonly action: string;
  readonly when?: string;
  readonly agent?: string;
  readonly sourceType?: string;
}

/** A file of a collection. */
export interface C2paMember {
  readonly uri: string;
  readonly digest?: C2paDigest;
  readonly pointer: string;
}

export interface C2paManifest extends C2paAsset {
  /** `urn:c2pa:…`: unique for each manifest. */
  readonly label: string;
  readonly pointer: string;
  readonly generator?: string;
  readonly generatorVersion?: string;
  /** Digest of all bytes of the asset; absent where the manifest says less. */
  readonly digest?: C2paDigest;
  readonly ingredients: readonly C2paIngredient[];
  readonly actions: readonly C2paAction[];
  /** What the asset may be used for: entry (`cawg.ai_training`) and use (`notAllowed`). */
  readonly uses: readonly (readonly [entry: string, use: string])[];
  readonly members: readonly C2paMember[];
}

/** Manifests that travel together: the active one is about the asset at hand, the others about its ingredients. */
export interface C2paStore {
  readonly active: string;
  readonly manifests: readonly C2paManifest[];
}
