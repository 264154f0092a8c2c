// SPDX-License-Identifier: Apache-2.0
// `npm run differential [-- --build-only | --no-build]`: builds the other verifiers, asks them and us, prints who agrees.
import { main } from './report.ts';

process.exitCode = await main(process.argv.slice(2));
