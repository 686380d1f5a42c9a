/** A reader that has seen enough, as `head` has, is no failure of ours. */
export function toleratePipeEnd(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}

/** Results go to standard output, everything else to standard error. */
export function line(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function errorLine(message: string): void {
  process.stderr.write(`sonde: ${message.replace(/\s*\n\s*/g, ' ')}\n`);
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The stable shape that scripts read. */
export function json(value: unknown): void {
  line(JSON.stringify(value));
}

/** Aligned columns under their names; says so when there is nothing. */
export function table(names: string[], rows: string[][], empty: string): void {
  if (rows.length === 0) {
    if (empty !== '') note(empty);
    return;
  }
  const printable = [names, ...rows].map((row) => row.map(printableText));
  const widths = names.map((_, column) =>
    Math.max(...printable.map((row) => (row[column] ?? '').length)),
  );
  for (const row of printable) {
    line(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text of documents and pages may hold escape sequences: none reaches the terminal. */
export function printableText(text: string): string {
  return text.replace(CONTROL, '');
}

export function shortened(text: string, length: number): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length <= length ? flat : `${flat.slice(0, length - 1)}…`;
}
