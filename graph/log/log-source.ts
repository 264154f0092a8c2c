// SPDX-License-Identifier: Apache-2.0
import type { GraphStore } from '../port/store.ts';

/** Where log entries are read: a store, or anything that keeps entries as a store does. */
export type LogSource = Pick<GraphStore, 'head' | 'entries'>;
