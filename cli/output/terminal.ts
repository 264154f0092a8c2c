// SPDX-License-Identifier: Apache-2.0
import { styleText } from 'node:util';

/** Where a command writes. `--json` goes to out; everything that is only for people goes to err. */
export interface Terminal {
  readonly out: (text: string) => void;
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

/** Untrusted text on a terminal: control characters are shown, never obeyed. */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (c) => {
      return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
    },
  );
}

/** The first characters of a digest or ref, enough to tell it from others on a screen. */
export function shortRef(ref: string): string {
  const match =
    /^((?:document:|local:)?(?:sha256|sha384|sha512|blake3|oms):)([0-9a-f]{12})[0-9a-f]+(.*)$/.exec(
      ref,
    );
  return printable(match === null ? ref : `${match[1]}${match[2]}…${match[3]}`);
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
      return `${indent}${cells.join('  ')}\n`;
    })
    .join('');
}

/** A progress bar on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #label: string;
  readonly #total: number;
  #done = 0;
  #shown = -1;

  constructor(terminal: Terminal, label: string, total: number) {
    this.#terminal = terminal;
    this.#label = label;
    this.#total = Math.max(1, total);
  }

  advance(by = 1): void {
    this.#done += by;
    const percent = Math.min(100, Math.floor((100 * this.#done) / this.#total));
    if (percent === this.#shown) return;
    this.#shown = percent;
    if (!this.#terminal.isInteractive) return;
    const width = 30;
    const filled = Math.round((width * percent) / 100);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`;
    this.#terminal.err(
      `\r${this.#label} ${bar} ${String(percent).padStart(3)} %  ${this.#done} of ${this.#total}`,
    );
  }

  end(): void {
    const line = `${this.#label}: ${this.#done} of ${this.#total}`;
    this.#terminal.err(
      this.#terminal.isInteractive ? `\r${' '.repeat(this.#terminal.columns - 1)}\r` : `${line}\n`,
    );
  }
}
