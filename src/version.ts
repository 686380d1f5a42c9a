declare const SONDE_VERSION: string | undefined;
declare const SONDE_COMMIT: string | undefined;

/** Baked in by the build; a run from source says so. */
export const version = typeof SONDE_VERSION === 'string' ? SONDE_VERSION : '0.0.0-source';
export const commit = typeof SONDE_COMMIT === 'string' ? SONDE_COMMIT : 'unknown';
