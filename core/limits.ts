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
