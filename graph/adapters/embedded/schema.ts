// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync } from 'node:sqlite';
import { excerpt, PedigreeError } from '../../../core/errors.ts';

/** Version of the tables below. A store of another version is refused, never guessed at. */
export const SCHEMA_VERSION = 1;

const TABLES = `
  CREATE TABLE schema_version (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL
  ) STRICT;

  -- where the log stands: exactly one row; frontier is hex roots with a space between
  CREATE TABLE head (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    size     INTEGER NOT NULL CHECK (size >= 0),
    frontier TEXT NOT NULL,
    time     TEXT
  ) STRICT;

  CREATE TABLE entry (
    position INTEGER PRIMARY KEY,
    event    TEXT NOT NULL,
    salt     TEXT NOT NULL
  ) STRICT;

  CREATE TABLE blob (
    digest     TEXT PRIMARY KEY,
    encoding   TEXT NOT NULL CHECK (encoding IN ('raw', 'zstd')),
    size_bytes INTEGER NOT NULL,
    bytes      BLOB NOT NULL
  ) STRICT;

  CREATE TABLE placement (
    project      TEXT NOT NULL,
    document     TEXT NOT NULL,
    ordinal      INTEGER NOT NULL UNIQUE,
    standing     TEXT NOT NULL,
    format       TEXT NOT NULL,
    source       TEXT NOT NULL,
    live         INTEGER NOT NULL CHECK (live IN (0, 1)),
    facts_digest TEXT REFERENCES blob (digest),
    PRIMARY KEY (project, document)
  ) STRICT, WITHOUT ROWID;

  INSERT INTO schema_version VALUES (1, ${SCHEMA_VERSION});
  INSERT INTO head VALUES (1, 0, '', NULL);
`;

/**
 * Creates the tables in an empty file, or checks that a file holds ours. Call inside a write transaction.
 * @throws {PedigreeError} ERR_STORE_UNSUPPORTED for tables of another version or another program
 */
export function ensureSchema(database: DatabaseSync, file: string): void {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  if (tables.length === 0) {
    database.exec(TABLES);
    return;
  }
  const version = tables.some((table) => table['name'] === 'schema_version')
    ? database.prepare('SELECT version FROM schema_version').get()?.['version']
    : undefined;
  if (version === SCHEMA_VERSION) return;
  throw new PedigreeError(
    'ERR_STORE_UNSUPPORTED',
    version === undefined
      ? `${excerpt(file, 200)} is a database of another program`
      : `${excerpt(file, 200)} has schema version ${String(version)}, this program reads ${SCHEMA_VERSION}`,
    { file, hint: 'use the program version that wrote it, or migrate' },
  );
}
