/** One event a line on standard error. Values are data: secrets are masked before they are written. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export type LogFields = Record<string, unknown>;
export type LogLevel = 'info' | 'warn' | 'error' | 'silent';
export type LogFormat = 'text' | 'json';

const RANK: Record<LogLevel, number> = { info: 0, warn: 1, error: 2, silent: 3 };
const SECRET_NAME = /authorization|password|secret|token|cookie|plaintext|api[-_]?key/i;
const SECRET_VALUE = /\b(?:inf_live_|r2l_|hk_live_|sk_|whsec_)[\w-]+/g;

function masked(name: string, value: unknown): unknown {
  if (SECRET_NAME.test(name)) return '***';
  if (value instanceof Error) return masked(name, value.stack ?? value.message);
  if (typeof value === 'string') return value.replace(SECRET_VALUE, '***');
  if (typeof value === 'object' && value !== null) {
    return JSON.parse(
      JSON.stringify(value, (key, inner) => (key === '' ? inner : masked(key, inner))),
    );
  }
  return value;
}

export function createLog(options: {
  level: LogLevel;
  format: LogFormat;
  write: (line: string) => void;
  nowMs: () => number;
}): Log {
  const emit = (level: Exclude<LogLevel, 'silent'>, event: string, fields: LogFields) => {
    if (RANK[level] < RANK[options.level]) return;
    const time = new Date(options.nowMs()).toISOString();
    const entries = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, masked(name, value)] as const);
    const line =
      options.format === 'json'
        ? JSON.stringify({ time, level, event, ...Object.fromEntries(entries) })
        : [time, level.toUpperCase(), event, ...entries.map(([n, v]) => `${n}=${plain(v)}`)].join(
            ' ',
          );
    options.write(`${line}\n`);
  };
  return {
    info: (event, fields = {}) => emit('info', event, fields),
    warn: (event, fields = {}) => emit('warn', event, fields),
    error: (event, fields = {}) => emit('error', event, fields),
  };
}

function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(text);
}
