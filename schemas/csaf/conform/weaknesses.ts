// SPDX-License-Identifier: Apache-2.0
import { addProblem, type SchemaProblem } from '../../intoto/problem.ts';
import catalogue from './cwe-names.json' with { type: 'json' };
import type { Place } from '../../tool-report/place.ts';

/** Every name that a weakness has borne in some version of the list: a document may be older than the newest one. */
const NAMES: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(catalogue.names));

/**
 * 6.1.11: the weakness exists and bears the name that the document gives it. `cwe` in 2.0, `cwes` in the 2.1 draft.
 * @see https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#6111-cwe
 */
export function checkWeaknesses(vulnerability: Place, faults: SchemaProblem[]): void {
  const single = vulnerability.at('cwe');
  const all = [...(single.isObject ? [single] : []), ...vulnerability.at('cwes').items];
  for (const weakness of all) {
    const names = NAMES.get(weakness.at('id').text ?? '');
    if (names?.includes(weakness.at('name').text ?? '') === true) continue;
    const message =
      names === undefined ? 'there is no such weakness' : 'not the name of the weakness';
    addProblem(faults, '6.1.11', weakness.pointer, message);
  }
}
