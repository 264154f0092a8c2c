// SPDX-License-Identifier: Apache-2.0
// Ingests a folder into a home as the command does, and prints the digest of each document as soon as it is durable.
import { writeSync } from 'node:fs';
import { openPedigree } from '../../../cli/wire.ts';
import { receivePath } from '../../../ingest/receive/files.ts';

const [home = '', folder = ''] = process.argv.slice(2);
const opened = await openPedigree({ home, store: 'embedded', allowSimulated: false });
await opened.pedigree.ingest(receivePath(folder), {
  project: 'default',
  submittedBy: opened.home.owner.identity,
  onOutcome: ({ digest, standing }) => {
    // written through at once: an acknowledgement must not wait in a buffer when the process dies
    if (standing !== 'refused') writeSync(1, `${digest}\n`);
  },
});
await opened.close();
