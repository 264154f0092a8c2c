// SPDX-License-Identifier: Apache-2.0
import { placeOf } from '../tool-report/place.ts';
import { findCvssFaults } from './conform/cvss.ts';
import { findDocumentFaults } from './conform/document.ts';
import { findProfileFaults } from './conform/profiles.ts';
import { findProductFaults } from './conform/products.ts';
import { findTrackingFaults } from './conform/tracking.ts';
import { findVulnerabilityFaults } from './conform/vulnerabilities.ts';
import type { JsonDocument } from '../../core/json.ts';
import type { SchemaProblem } from '../intoto/problem.ts';

/**
 * What is wrong with a CSAF document by the mandatory tests of its specification (section 6.1) that can be told from the
 * document alone. The code of a fault is the number of the test. Not looked at: languages of three letters (6.1.12),
 * temporal and environmental scores and those of CVSS 4 (6.1.9, 6.1.10), and what is new in the 2.1 draft and not listed here.
 * @see https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#61-mandatory-tests
 */
export function findCsafFaults(json: JsonDocument): readonly SchemaProblem[] {
  const root = placeOf(json);
  return [
    findDocumentFaults,
    findProfileFaults,
    findTrackingFaults,
    findProductFaults,
    findVulnerabilityFaults,
    findCvssFaults,
  ].flatMap((find) => find(root));
}
