import { DAY_MS } from '../lib/calendar';
import type { Preset, ResearchRequest, ResearchSettings } from './types';

const DEFAULTS: Omit<ResearchSettings, 'preset'> = {
  posture: 'narrow',
  subQuestions: [],
  hasFacets: false,
  maxCostUsdMicros: null,
  sourceContent: null,
  resultsPerQuery: 20,
  maxAgeMs: null,
  channel: 'web',
  sites: { include: [], exclude: [] },
  keepsPdfs: true,
  keepsRoundUps: true,
  hasStrictTriage: false,
  readLength: 120_000,
};

/** What a preset says, where it differs from the defaults. */
const PRESETS: Record<Preset, Partial<ResearchSettings>> = {
  general: {},
  news: {
    maxAgeMs: 7 * DAY_MS,
    channel: 'hybrid',
    keepsPdfs: false,
    keepsRoundUps: false,
    hasStrictTriage: true,
  },
  // A paper is long, and what it found may stand anywhere in it.
  scientific: { readLength: 360_000 },
};

/** How a request's job works: the defaults, the preset over them, the asker's word over both. */
export function settingsOf({ settings = {} }: Pick<ResearchRequest, 'settings'>): ResearchSettings {
  const preset = settings.preset ?? 'general';
  return { ...DEFAULTS, ...PRESETS[preset], ...settings, preset };
}
