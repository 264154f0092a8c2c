// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** One layer, and the layers it may import besides itself. */
export interface Layer {
  readonly name: string;
  readonly imports: readonly string[];
}

/** A folder that only a few places may import. */
export interface Wall {
  readonly folder: string;
  readonly importedBy: readonly string[];
  readonly why: string;
}

/** npm packages (`*` at the end stands for any rest) and the only folders that may import them. */
export interface PackageRule {
  readonly names: readonly string[];
  readonly only: readonly string[];
}

/** Files of pure folders that may import some of the forbidden modules after all. */
export interface PureException {
  readonly files: string;
  readonly modules: readonly string[];
  readonly why: string;
}

/** The one table of who may import what: tools/layers.json. Folders and files are relative to the project, with `/`. */
export interface LayerTable {
  /** From left to right. */
  readonly layers: readonly Layer[];
  /** Folders beside the layers: they may import every layer, no layer may import them. */
  readonly open: readonly string[];
  readonly walls: readonly Wall[];
  readonly packages: readonly PackageRule[];
  readonly pure: {
    readonly folders: readonly string[];
    /** Node modules without the `node:` prefix. */
    readonly modules: readonly string[];
    readonly globals: readonly string[];
    readonly exceptions: readonly PureException[];
  };
  /** Where clock, randomness and environment of the process may be reached. */
  readonly ambient: { readonly allowed: readonly string[] };
}

/** The table of the project at `root`. */
export function readLayerTable(root: string): LayerTable {
  return JSON.parse(readFileSync(join(root, 'tools/layers.json'), 'utf8')) as LayerTable;
}

/** True where `path` is `place` itself or lies below it. */
export function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

/** The layer that a file or folder belongs to; undefined outside the layers. */
export function findLayer(table: LayerTable, path: string): Layer | undefined {
  return table.layers.find(({ name }) => isWithin(path, name));
}

/** Folders that no file at `path` may import, with the reason. */
export function forbiddenFolders(table: LayerTable, path: string): Map<string, string> {
  const forbidden = new Map<string, string>();
  const layer = findLayer(table, path);
  if (layer === undefined) return forbidden;
  for (const { name } of table.layers) {
    if (name === layer.name || layer.imports.includes(name)) continue;
    forbidden.set(name, `${layer.name} must not import ${name}: imports go leftwards only`);
  }
  for (const folder of table.open) {
    forbidden.set(folder, `${layer.name} must not import ${folder}`);
  }
  for (const wall of table.walls) {
    if (wall.importedBy.some((place) => isWithin(path, place))) continue;
    forbidden.set(wall.folder, wall.why);
  }
  return forbidden;
}

/** Package names (patterns) that no file at `path` may import, with the reason. */
export function forbiddenPackages(table: LayerTable, path: string): Map<string, string> {
  const forbidden = new Map<string, string>();
  if (findLayer(table, path) === undefined) return forbidden;
  for (const { names, only } of table.packages) {
    if (only.some((place) => isWithin(path, place))) continue;
    const where = only.length === 0 ? 'tests' : only.join(' and ');
    for (const name of names) forbidden.set(name, `${name} belongs to ${where}`);
  }
  return forbidden;
}

/** Node modules (without prefix) that no file at `path` may import. A path with a glob stands for all files it matches. */
export function forbiddenModules(table: LayerTable, path: string): readonly string[] {
  if (!isPure(table, path)) return [];
  const exception = table.pure.exceptions.find(
    ({ files }) => files === path || posix.matchesGlob(path, files),
  );
  return table.pure.modules.filter((name) => exception?.modules.includes(name) !== true);
}

/** True for code without I/O: what it needs is handed to it. */
export function isPure(table: LayerTable, path: string): boolean {
  return table.pure.folders.some((folder) => isWithin(path, folder));
}

/** True where an imported package `specifier` falls under a pattern of the table. */
export function matchesPackage(specifier: string, pattern: string): boolean {
  if (pattern.endsWith('*')) return specifier.startsWith(pattern.slice(0, -1));
  return specifier === pattern || specifier.startsWith(`${pattern}/`);
}
