// SPDX-License-Identifier: Apache-2.0
import { styleText } from 'node:util';

/** Where a command writes. `--json` goes to out; everything that is only for people goes to err. */
export interface Terminal {
  readonly out: (text: string) => void;
  /** Resolves when the reader of out can take more, or has gone. Whoever writes much waits for it, or all of it is kept. */
  readonly outTaken: () => Promise<void>;
  readonly err: (text: string) => void;
  /** True where err is a terminal that a progress bar may redraw. */
  readonly isInteractive: boolean;
  readonly columns: number;
  readonly color: boolean;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export function styled(terminal: Terminal, style: Style, text: string): string {
  return terminal.color ? styleText(style, text, { validateStream: false }) : text;
}

/** Control characters, and those that change the direction of text. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const UNSAFE_BUT_NEWLINE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const LONGEST_NAME = 48;
const LONGEST_REF = 36;

/** A name for a screen: nothing in it is obeyed, digests and the middle of long ones are cut. `--json` has all of it. */
export function shortName(name: string, width = LONGEST_NAME): string {
  return clipMiddle(printable(shortenDigests(name)), width);
}

/** Untrusted text on a terminal: control characters are shown, never obeyed. */
export function printable(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

/** The same for text of several lines. Applied to JSON it gives the same value, as only strings hold such characters. */
export function printableLines(text: string): string {
  return text.replace(UNSAFE_BUT_NEWLINE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A ref for a screen: the first characters of a digest are enough to tell it from others. */
export function shortRef(ref: string): string {
  return printable(shortenDigests(ref));
}

/**
 * The ref beside a name, two spaces before it; nothing where it says no more than the name does, or means nothing outside
 * its document.
 */
export function refBeside(name: string, ref: string): string {
  if (/^(?:local|evaluation):/.test(ref) || ref.includes(name)) return '';
  return `  ${clipMiddle(shortRef(ref), LONGEST_REF)}`;
}

/** Cuts every long run of hex digits in a text to its first twelve. */
export function shortenDigests(text: string): string {
  return text.replace(/(?<![0-9a-f])([0-9a-f]{12})[0-9a-f]{20,}(?![0-9a-f])/g, '$1…');
}

/** At most `width` characters; what is left out is the middle, as the end tells most paths apart. */
export function clipMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const tail = Math.floor((width - 1) * 0.6);
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/** Text broken between words into lines of at most `width` characters; a longer word has a line of its own. */
export function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && indent.length + longer.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  lines.push(line);
  return lines.map((one) => `${indent}${one}\n`).join('');
}

/** Rows as aligned columns, two spaces apart; the last column is not padded. */
export function table(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) => {
      const cells = row.map((cell, at) =>
        at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0),
      );
      return `${`${indent}${cells.join('  ')}`.trimEnd()}\n`;
    })
    .join('');
}

/** A progress bar on a terminal; elsewhere one line at the end. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #label: string;
  #total: number;
  #done = 0;
  #shownPercent = -1;
  #shownWidth = 0;

  constructor(terminal: Terminal, label: string, total: number) {
    this.#terminal = terminal;
    this.#label = label;
    this.#total = total;
  }

  advance(by = 1): void {
    this.show(this.#done + by, this.#total);
  }

  /** Where the total becomes known on the way. */
  show(done: number, total: number): void {
    this.#done = done;
    this.#total = total;
    const percent = Math.min(100, Math.floor((100 * this.#done) / Math.max(1, this.#total)));
    if (!this.#terminal.isInteractive || percent === this.#shownPercent) return;
    this.#shownPercent = percent;
    const width = 30;
    const filled = Math.round((width * percent) / 100);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`;
    const line = `${this.#label} ${bar} ${String(percent).padStart(3)} %  ${this.#count()}`;
    this.#shownWidth = line.length;
    this.#terminal.err(`\r${line}`);
  }

  end(): void {
    this.#terminal.err(
      this.#terminal.isInteractive
        ? `\r${' '.repeat(this.#shownWidth)}\r`
        : `${this.#label}: ${this.#count()}\n`,
    );
  }

  #count(): string {
    return `${this.#done} of ${this.#total}`;
  }
}
