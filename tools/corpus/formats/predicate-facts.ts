// SPDX-License-Identifier: Apache-2.0
import type { PreparedDocument } from '../../../ingest/prepare.ts';
import type { FoundFacts } from '../comparer.ts';

type Attributes = Readonly<Record<string, string>>;

/** Attributes of the run that a statement tells of. */
export function attributesOfRun(document: PreparedDocument | undefined): Attributes {
  return document?.facts?.nodes.find(({ kinds }) => kinds.includes('Run'))?.attributes ?? {};
}

/** Attributes of the statement's own node: what its predicate says. */
function attributesOfStatement(document: PreparedDocument | undefined): Attributes {
  const ref = `document:${document?.digest}`;
  return document?.facts?.nodes.find((node) => node.ref === ref)?.attributes ?? {};
}

/** What summaries, attribute reports, scans, collections and embedded documents say, from the graph's facts. */
export function predicateFacts(
  document: PreparedDocument | undefined,
  inner: readonly PreparedDocument[],
): FoundFacts {
  const attributes = attributesOfStatement(document);
  const results = namesUnder(attributes, 'result.');
  const outcomes = ['fail', 'warn', 'pass', 'info'].map((name) => attributes[`count.${name}`]);
  const run = attributesOfRun(document);
  const embedded = inner[0];
  const isSpdx = embedded?.format.startsWith('spdx') === true;
  return {
    attributes: results,
    scanner: attributes['tool'],
    results: outcomes.reduce((sum, count) => sum + Number(count ?? 0), 0),
    vsa: {
      verifier: attributes['tool'],
      result: resultOf(document),
      resource_uri: attributes['summary.resource'],
      levels: results.flatMap((name) => (name.startsWith('level ') ? [name.slice(6)] : [])),
    },
    collection: {
      name: run['step'],
      attestation_types: run['attestations']?.split(' '),
    },
    embedded_document: {
      spdxVersion: isSpdx ? embedded.version : undefined,
      specVersion: isSpdx ? undefined : embedded?.version,
    },
  };
}

/** What the statement says of its first subject. */
function resultOf(document: PreparedDocument | undefined): string | undefined {
  return document?.facts?.edges.find(({ relation }) => relation === 'attests')?.qualifiers[
    'result'
  ];
}

function namesUnder(attributes: Attributes, prefix: string): string[] {
  return Object.keys(attributes).flatMap((key) =>
    key.startsWith(prefix) ? [key.slice(prefix.length)] : [],
  );
}
