// SPDX-License-Identifier: Apache-2.0
import { findScheme } from '../../attest/tee/registry.ts';
import type { RunInput, RunnableScheme, TrustAnchor } from '../../attest/tee/scheme.ts';
import type { JsonObject } from '../../core/canonical-json-jcs.ts';
import { parseInstant } from '../../core/instant.ts';
import { readShared } from './shared.ts';

/** A case of other people's TEE evidence, ready to run. */
export interface TeeCase {
  readonly id: string;
  readonly scheme: RunnableScheme;
  readonly input: RunInput;
  readonly expect: 'accept' | 'reject';
  /** The other answer, where it is defensible too. */
  readonly alsoAllowed?: 'accept' | 'reject';
}

interface ManifestEntry {
  readonly id: string;
  readonly kind: string;
  readonly evidence: string;
  readonly files: Readonly<Record<string, string>>;
  readonly verifyAt: string;
  readonly policy: JsonObject & { readonly trustRootOverride?: boolean };
  readonly expect: 'accept' | 'reject';
  readonly alsoAllowed?: 'accept' | 'reject';
}

/** Cases that every verifier must take. */
export function readGenuineCases(): readonly TeeCase[] {
  return readTeeCases().filter((one) => one.expect === 'accept' && one.alsoAllowed !== 'reject');
}

/** The cases whose kind is supported, in the order of the manifest. */
export function readTeeCases(): readonly TeeCase[] {
  const text = Buffer.from(readShared('vectors', 'tee', 'manifest.json')).toString('utf8');
  const entries = JSON.parse(text) as readonly ManifestEntry[];
  return entries.flatMap((entry) => {
    const scheme = findScheme(entry.kind);
    return scheme === undefined ? [] : [toCase(entry, scheme)];
  });
}

function toCase(entry: ManifestEntry, scheme: RunnableScheme): TeeCase {
  const files = Object.entries(entry.files).map(([role, path]) => [role, read(path)] as const);
  const { trustRootOverride = false, ...policy } = entry.policy;
  return {
    id: entry.id,
    scheme,
    expect: entry.expect,
    ...(entry.alsoAllowed === undefined ? {} : { alsoAllowed: entry.alsoAllowed }),
    input: {
      evidence: read(entry.evidence),
      endorsements: new Map(
        files.filter(([role]) => scheme.roles.has(role)).map(([role, bytes]) => [role, [bytes]]),
      ),
      anchors: anchorsOf(scheme, new Map(files), trustRootOverride),
      at: parseInstant(entry.verifyAt),
      policy,
      binding: 'ignore',
    },
  };
}

function anchorsOf(
  scheme: RunnableScheme,
  files: ReadonlyMap<string, Uint8Array>,
  trustRootOverride: boolean,
): readonly TrustAnchor[] {
  const pinned = scheme.pinnedAnchors();
  const named = trustRootOverride ? files.get('root') : files.get('key');
  const isPinned = !trustRootOverride && (pinned.length > 0 || named === undefined);
  return isPinned ? pinned : [{ name: 'the case', bytes: named ?? new Uint8Array() }];
}

function read(path: string): Uint8Array {
  return readShared('vectors', 'tee', ...path.split('/'));
}
