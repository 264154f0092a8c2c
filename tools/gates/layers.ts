// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import {
  findLayer,
  forbiddenFolders,
  forbiddenModules,
  forbiddenPackages,
  isWithin,
  matchesPackage,
  readLayerTable,
} from '../layers.ts';
import { lintConfigText } from '../lint/config.ts';
import { listCode } from './files.ts';
import type { LayerTable } from '../layers.ts';
import type { Gate } from './gate.ts';

const ROOT_FILES = /^[^/]+$/;

/**
 * Every import, dynamic and type-only ones too, goes where tools/layers.json allows it. The linter checks how imports are
 * written, while the author types; this gate resolves them.
 */
export const layersGate: Gate = {
  name: 'layers',
  run(root) {
    const table = readLayerTable(root);
    const files = listCode(root);
    const problems = [...configProblems(root, table)];
    let looked = 0;
    for (const file of files) {
      problems.push(...placeProblems(table, file));
      for (const specifier of importsOf(join(root, file))) {
        looked += 1;
        problems.push(...importProblems(table, file, specifier));
      }
    }
    return { looked, unit: 'imports', problems };
  },
};

function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

function configProblems(root: string, table: LayerTable): readonly string[] {
  const written = readFileSync(join(root, '.oxlintrc.json'), 'utf8');
  if (written === lintConfigText(table)) return [];
  return ['.oxlintrc.json: differs from tools/layers.json: run `npm run lint:config`'];
}

/** Code lies in a folder of the table, and no folder inside a layer bears a layer's name: patterns would match it. */
function placeProblems(table: LayerTable, file: string): readonly string[] {
  if (ROOT_FILES.test(file)) return [];
  const folders = dirname(file).split('/');
  const isOpen = table.open.some((folder) => isWithin(file, folder));
  if (isOpen) return [];
  if (findLayer(table, file) === undefined)
    return [`${file}: its folder is not in tools/layers.json`];
  const doubled = folders
    .slice(1)
    .find((name) => table.layers.some((layer) => layer.name === name));
  return doubled === undefined ? [] : [`${file}: folder ${doubled} bears a layer's name`];
}

function importProblems(table: LayerTable, file: string, specifier: string): readonly string[] {
  const reasons = specifier.startsWith('.')
    ? relativeReasons(table, file, posix.join(dirname(file), specifier))
    : outsideReasons(table, file, specifier);
  return reasons.map((reason) => `${file}: imports ${specifier}: ${reason}`);
}

function relativeReasons(table: LayerTable, file: string, target: string): readonly string[] {
  const reasons = [...forbiddenFolders(table, file)]
    .filter(([folder]) => isWithin(target, folder))
    .map(([, why]) => why);
  if (findLayer(table, file) === undefined) return reasons;
  if (target.startsWith('../')) reasons.push('it lies outside the project');
  if (isForeignPrivate(file, target)) reasons.push('names with _ are private to their folder');
  if (/^[^/]+\/index\.ts$/.test(target)) {
    reasons.push("a layer's index.ts is for users of the package");
  }
  return reasons;
}

/** `a/_b/c.ts` and `a/_b.ts` are for what lies below `a`. */
function isForeignPrivate(file: string, target: string): boolean {
  const parts = target.split('/');
  const owners = parts.flatMap((part, i) =>
    part.startsWith('_') ? [parts.slice(0, i).join('/')] : [],
  );
  return owners.some((owner) => !isWithin(file, owner));
}

function outsideReasons(table: LayerTable, file: string, specifier: string): readonly string[] {
  const packages = [...forbiddenPackages(table, file)]
    .filter(([pattern]) => matchesPackage(specifier, pattern))
    .map(([, why]) => why);
  const module = specifier.replace(/^node:/, '');
  if (!forbiddenModules(table, file).includes(module)) return packages;
  return [...packages, 'no files, processes or network here: bytes are handed in'];
}
