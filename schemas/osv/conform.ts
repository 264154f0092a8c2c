// SPDX-License-Identifier: Apache-2.0
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import {
  allowed,
  anything,
  findFaults,
  list,
  record,
  required,
  text,
  type Shape,
} from '../tool-report/shape.ts';
import type { Place } from '../tool-report/place.ts';
import type { OsvAdvisory } from './model.ts';

/** Home databases and ecosystems, schema 1.7. */
const ID =
  /^(?:x_|(?:ASB-A|PUB-A|ALPINE|ALSA|ALBA|ALEA|AZL|BELL|BIT|CGA|CLEANSTART|CLSA|CURL|CVE|DEBIAN|DHI|DRUPAL|DSA|DLA|ELA|DTSA|ECHO|EEF|FreeBSD|GHSA|GO|GSD|HSEC|JLSEC|KUBE|LBSEC|LSN|MAL|MINI|MGASA|OESA|OSEC|OSV|openSUSE-SU|PHSA|PSF|PYSEC|RHBA|RHEA|RHSA|RLSA|RXSA|RSEC|ROOT|RUSTSEC|SUSE-[SRFO]U|UBUNTU|USN|V8)-)/;
const ECOSYSTEMS = new Set([
  ...['AlmaLinux', 'Alpaquita', 'Alpine', 'Android', 'Azure Linux', 'BellSoft Hardened Containers'],
  ...['Bioconductor', 'Bitnami', 'Chainguard', 'CleanStart', 'ConanCenter', 'CRAN', 'crates.io'],
  ...['Debian', 'Docker Hardened Images', 'Echo', 'FreeBSD', 'GHC', 'GIT', 'GitHub Actions', 'Go'],
  ...[
    'Hackage',
    'Hex',
    'Julia',
    'Kubernetes',
    'Linux',
    'Mageia',
    'Maven',
    'MinimOS',
    'npm',
    'NuGet',
  ],
  ...[
    'opam',
    'openEuler',
    'openSUSE',
    'OSS-Fuzz',
    'Packagist',
    'Photon OS',
    'Pub',
    'PyPI',
    'Red Hat',
  ],
  ...[
    'Rocky Linux',
    'Root',
    'RubyGems',
    'SUSE',
    'SwiftURL',
    'TuxCare',
    'Ubuntu',
    'VSCode',
    'Wolfi',
  ],
]);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,12})?Z$/;
const COMMIT = /^(?:0|[0-9a-f]{40}|[0-9a-f]{64})$/;
const EVENTS = ['introduced', 'fixed', 'last_affected', 'limit'];

const SEVERITY = list(
  record(
    { type: required(text(['CVSS_V2', 'CVSS_V3', 'CVSS_V4', 'Ubuntu'])), score: required(text()) },
    { open: true },
  ),
  { orNull: true },
);

const EVENT = record(Object.fromEntries(EVENTS.map((name) => [name, allowed(text())])), {
  open: true,
  also: (event, faults) => {
    const count = EVENTS.filter((name) => event.at(name).value !== undefined).length;
    if (count !== 1) addProblem(faults, 'schema:oneOf', event.pointer, 'not exactly one event');
  },
});

const RANGE = record(
  {
    type: required(text(['GIT', 'SEMVER', 'ECOSYSTEM'])),
    repo: allowed(text()),
    events: required(list(EVENT, { minItems: 1 })),
    database_specific: allowed(record({}, { open: true })),
  },
  { open: true, also: checkRange },
);

const PACKAGE = record(
  { ecosystem: required(ecosystem), name: required(text()), purl: allowed(text()) },
  { open: true },
);

const AFFECTED = record(
  {
    package: allowed(PACKAGE),
    severity: allowed(SEVERITY),
    ranges: allowed(list(RANGE)),
    versions: allowed(list(text())),
    ecosystem_specific: allowed(record({}, { open: true })),
    database_specific: allowed(record({}, { open: true })),
  },
  { open: true },
);

const ADVISORY: Shape = record({
  schema_version: allowed(text()),
  id: required(text(ID)),
  modified: required(text(TIME)),
  published: allowed(text(TIME)),
  withdrawn: allowed(text(TIME)),
  aliases: allowed(list(text(), { orNull: true })),
  related: allowed(list(text())),
  upstream: allowed(list(text())),
  summary: allowed(text()),
  details: allowed(text()),
  severity: allowed(SEVERITY),
  affected: allowed(list(AFFECTED, { orNull: true })),
  references: allowed(
    list(record({ type: required(text()), url: required(text()) }, { open: true }), {
      orNull: true,
    }),
  ),
  credits: allowed(
    list(record({ name: required(text()), contact: allowed(anything) }, { open: true })),
  ),
  database_specific: allowed(record({}, { open: true })),
});

/**
 * What is wrong with an advisory by the OSV schema 1.7, CVSS vectors left out.
 * @see https://ossf.github.io/osv-schema/
 */
export function findOsvFaults(root: Place): readonly SchemaProblem[] {
  return findFaults(root, ADVISORY);
}

/**
 * What schema and linter of the project find together: a range that ends where it begins holds nothing.
 * @see https://github.com/ossf/osv-schema/tree/main/tools/osv-linter (`range-is-distinct`)
 */
export function findOsvLint({ affected }: OsvAdvisory): readonly SchemaProblem[] {
  const faults: SchemaProblem[] = [];
  for (const { ranges } of affected) {
    for (const { isDistinct, pointer } of ranges) {
      if (isDistinct) continue;
      addProblem(faults, 'nondistinct', pointer, 'introduced and fixed in one version');
    }
  }
  return faults;
}

function ecosystem(place: Place, faults: SchemaProblem[]): void {
  const { value } = place;
  if (typeof value !== 'string') addProblem(faults, 'schema:type', place.pointer, 'not text');
  else if (!ECOSYSTEMS.has(value.split(':', 1)[0] ?? '') || value.endsWith(':')) {
    addProblem(faults, 'schema:pattern', place.pointer, 'no such ecosystem');
  }
}

function checkRange(range: Place, faults: SchemaProblem[]): void {
  const events = range.at('events').items;
  const has = (kind: string): boolean => events.some((event) => event.at(kind).exists);
  if (!has('introduced')) {
    addProblem(faults, 'schema:contains', range.pointer, 'nothing is introduced');
  }
  if (has('fixed') && has('last_affected')) {
    addProblem(faults, 'schema:not', range.pointer, 'fixed and last_affected exclude each other');
  }
  if (range.at('type').text !== 'GIT') return;
  if (!range.at('repo').exists) {
    addProblem(faults, 'schema:required', range.pointer, 'a GIT range needs a repo');
  }
  const texts = events.flatMap((event) => EVENTS.flatMap((kind) => event.at(kind).text ?? []));
  if (texts.some((commit) => !COMMIT.test(commit))) {
    addProblem(faults, 'schema:pattern', range.pointer, 'not a full commit id');
  }
}
