// SPDX-License-Identifier: Apache-2.0

/** One entry of package-lock.json (lockfile version 3), as far as we read it. */
export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly dev?: boolean;
  readonly license?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** package-lock.json; `packages` by path, the project itself under the empty path. */
export interface Lockfile {
  readonly packages?: Readonly<Record<string, LockedPackage>>;
}

/** A package for some platform that another package may need and the lockfile does not have. */
export interface MissingPlatform {
  readonly name: string;
  readonly version: string;
  /** The package that names it. */
  readonly owner: LockedPackage;
}

/**
 * npm leaves packages for other platforms out of the lockfile where the registry does not have them; `npm ci` then refuses
 * the lockfile, here and everywhere.
 */
export function findMissingPlatforms(lock: Lockfile): readonly MissingPlatform[] {
  const packages = lock.packages ?? {};
  return Object.entries(packages).flatMap(([path, owner]) =>
    Object.entries(owner.optionalDependencies ?? {})
      .filter(([name]) => !isLocked(packages, path, name))
      .map(([name, version]) => ({ name, version, owner })),
  );
}

/** Where Node would look for `name` from the package at `path`: beside it, and in each folder above. */
function isLocked(
  packages: Readonly<Record<string, LockedPackage>>,
  path: string,
  name: string,
): boolean {
  let folder = path;
  for (;;) {
    const candidate = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (Object.hasOwn(packages, candidate)) return true;
    if (folder === '') return false;
    const above = folder.lastIndexOf('/node_modules/');
    folder = above < 0 ? '' : folder.slice(0, above);
  }
}

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

/** The lockfile with an entry for each missing platform package, in npm's order. @throws for a name without a platform */
export function completeLockfile(lock: Lockfile): Lockfile {
  const added = findMissingPlatforms(lock).map(
    (missing) => [`node_modules/${missing.name}`, platformEntry(missing)] as const,
  );
  const entries = [...Object.entries(lock.packages ?? {}), ...added];
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...lock, packages: Object.fromEntries(entries) };
}

/** What npm would write, without the digest, which only the registry knows. */
function platformEntry({ name, version, owner }: MissingPlatform): LockedPackage {
  const words = name.split(/[/-]/);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  if (os === undefined || cpu === undefined) throw new Error(`${name} names no platform`);
  if (!/^\d/.test(version))
    throw new Error(`${name} is asked for as ${version}, not in one version`);
  return {
    version,
    cpu: [cpu],
    ...(owner.dev === true ? { dev: true } : {}),
    ...(os === 'linux' ? findLibc(words) : {}),
    ...(owner.license === undefined ? {} : { license: owner.license }),
    optional: true,
    os: [os],
  };
}

function findLibc(words: readonly string[]): { readonly libc?: readonly string[] } {
  if (words.some((word) => word.startsWith('musl'))) return { libc: ['musl'] };
  if (words.some((word) => word.startsWith('gnu'))) return { libc: ['glibc'] };
  return {};
}
