// SPDX-License-Identifier: Apache-2.0
import { optional } from '../../tool-report/optional.ts';
import type { PredicateAdapter } from '../adapter.ts';

/** cosign's vulnerability scans: the scanner's own report, whole, about the subject. @see https://github.com/sigstore/cosign/blob/main/specs/COSIGN_VULN_ATTESTATION_SPEC.md */
export const cosignVuln: PredicateAdapter = {
  prefixes: [
    'https://cosign.sigstore.dev/attestation/vuln/v',
    'cosign.sigstore.dev/attestation/vuln/v',
  ],
  statementKind: 'report',
  read({ place }) {
    const metadata = place.at('metadata');
    const report = place.at('scanner', 'result');
    return {
      ...optional('tool', place.at('scanner', 'uri').text),
      ...optional('toolVersion', place.at('scanner', 'version').text),
      ...optional('time', metadata.at('scanFinishedOn').text ?? metadata.at('scanStartedOn').text),
      stages: [5],
      results: [],
      ...optional('embedded', report.isObject ? report.pointer : undefined),
      summary: { ...optional('invocation', place.at('invocation', 'uri').text) },
    };
  },
};
