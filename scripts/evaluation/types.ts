/** One line of the result table. */
export interface Row {
  name: string;
  value: number;
  /** `share` is 0 to 1 and shown with three digits. */
  unit: 'share' | 'ms' | 's' | 'words' | 'pages/s' | 'count';
}

/** Takes what the engine answered, one JSON object a line, so that anybody can score it anew. */
export interface Writer {
  write(record: object): void;
}

export interface Context {
  /** A file of the measure's format, or a folder that holds some; it exists. */
  data: string;
  /** Absent without `--out`. */
  out: Writer | undefined;
  /** Progress, on standard error. */
  log(line: string): void;
}

/** One subcommand: what it measures, and how. */
export interface Measure {
  name: string;
  /** One line for `--help`: the format it reads and what it gives. */
  help: string;
  run(context: Context): Promise<Row[]>;
}
