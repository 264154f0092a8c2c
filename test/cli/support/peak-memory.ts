// SPDX-License-Identifier: Apache-2.0
// Runs one command line and prints the peak of its memory, in kilobytes, as the last line of standard error.
import { main } from '../../../cli/main.ts';

process.exitCode = await main(process.argv.slice(2));
process.stderr.write(`\n${process.resourceUsage().maxRSS}\n`);
