import type { Log, LogFields } from '../../src/lib/log';

export const silentLog: Log = { info() {}, warn() {}, error() {} };

export interface LogRecord {
  level: 'info' | 'warn' | 'error';
  event: string;
  fields: LogFields;
}

export interface RecordingLog extends Log {
  records: LogRecord[];
}

/** Keeps what was logged, for tests of what must be said. */
export function recordingLog(): RecordingLog {
  const records: LogRecord[] = [];
  const keep =
    (level: LogRecord['level']) =>
    (event: string, fields: LogFields = {}) => {
      records.push({ level, event, fields });
    };
  return { records, info: keep('info'), warn: keep('warn'), error: keep('error') };
}
