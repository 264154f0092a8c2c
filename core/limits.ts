// SPDX-License-Identifier: Apache-2.0

/** Limits enforced before anything is parsed. One table, so that a reader can see what an outsider can cost us. */
export const LIMITS = {
  /** One document, in bytes. Larger files are refused before they are read. */
  documentBytes: 128 * 1024 * 1024,
  /** JSON and XML nesting. Real documents stay under 40. */
  depth: 200,
  /** Members of one archive, and bytes they may unpack to in total. */
  archiveMembers: 10_000,
  archiveBytes: 512 * 1024 * 1024,
  /** Unpacked bytes for one packed byte. A zip bomb is above 1000. */
  archiveRatio: 200,
  /** Envelopes and archives inside one another. */
  unpackDepth: 6,
  /** Files of one folder ingest. */
  folderFiles: 1_000_000,
  /** Nodes and edges of one document. */
  nodes: 1_000_000,
  edges: 4_000_000,
  /** Problems kept a document; the rest are counted. */
  problems: 200,
  /** Characters of one ref or name. */
  refChars: 2048,
  /** One answer of a source that is read as it comes in, in bytes. */
  streamBytes: 8 * 1024 * 1024 * 1024,
  /** One commit of a git repository as it is fetched, in bytes. */
  repositoryBytes: 4 * 1024 * 1024 * 1024,
  /** Asking a source: redirects of one request, requests for one thing, waiting for the next byte, and for all of them. */
  fetchRedirects: 5,
  fetchAttempts: 4,
  fetchIdleMs: 30_000,
  fetchTotalMs: 10 * 60_000,
  fetchStreamMs: 2 * 60 * 60_000,
  /** Longest wait that a source may ask for; past it the source counts as unavailable. */
  fetchRetryAfterMs: 2 * 60_000,
  /** HTTP bodies, in bytes. */
  bodyBytes: 128 * 1024 * 1024,
  jsonBodyBytes: 1024 * 1024,
  /** Nesting of a JSON body: ours are flat. */
  jsonBodyDepth: 20,
  /** Bytes of all request bodies being read at one time. */
  bodiesInFlightBytes: 512 * 1024 * 1024,
  /** Refs that one question may name. */
  questionRefs: 100,
  /** GraphQL. */
  graphqlDepth: 12,
  graphqlAliases: 30,
  graphqlTokens: 2000,
  /** Fields that one query may make us compute, lists counted by their pages. */
  graphqlCost: 100_000,
  pageItems: 500,
  requestMs: 30_000,
} as const;

/**
 * What a YAML text may cost. Tighter than the limits of JSON: a YAML parser keeps a syntax tree of about a hundred bytes for
 * each character, and an alias writes a whole subtree in two characters.
 */
export const YAML_LIMITS = {
  /** Characters of one text. Real cards, locks and manifests stay under 1 MiB. */
  chars: 4 * 1024 * 1024,
  /** Pieces that the text is cut into: scalars, marks, runs of spaces; half a million take about a second. Real text has 3 to 11 characters a piece. */
  pieces: 500_000,
  /** Nesting, aliases followed. */
  depth: LIMITS.depth,
  /** Values of one text once every alias is written out. */
  values: 500_000,
  /** Documents of one stream. */
  documents: 10_000,
} as const;

/** What an XML text may cost. Elements and attributes are kept as objects, so their number is bounded beside the size of the text. */
export const XML_LIMITS = {
  /** Characters of one text. */
  chars: LIMITS.documentBytes,
  depth: LIMITS.depth,
  elements: 2_000_000,
  /** Attributes of one element, namespace declarations included. Real ones have fewer than ten. */
  attributes: 256,
  /** Characters that are read to find the root element, past a prolog of comments. */
  peekChars: 64 * 1024,
} as const;
