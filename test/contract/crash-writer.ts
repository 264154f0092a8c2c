// SPDX-License-Identifier: Apache-2.0
// Commits one document after the other into the store folder given as argument, until somebody kills it.
// Prints the size of the log after each commit that was acknowledged.
import { writeSync } from 'node:fs';
import { openEmbeddedStore } from '../../graph/adapters/embedded/store.ts';
import { TestLog } from './store-documents.ts';
import { crashDocument } from './crash-documents.ts';

const store = await openEmbeddedStore(process.argv[2] ?? '');
const log = new TestLog();
log.head = await store.head();
for (;;) {
  await log.accept(store, [crashDocument(log.head.size)]);
  // written through at once: an acknowledgement must not wait in a buffer when the process dies
  writeSync(1, `${log.head.size}\n`);
}
