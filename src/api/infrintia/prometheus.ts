/** One measurement, with what tells it from others of its name. */
interface Sample {
  labels?: Record<string, string>;
  value: number;
}

export interface Metric {
  /** A counter's ends in `_total`. */
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  samples: Sample[];
}

export type MetricsFormat = 'json' | 'prometheus' | 'openmetrics';

/**
 * What a scraper wants, by its `Accept`. A client of the JSON may take plain text besides, as
 * axios does: a scraper never asks for JSON.
 */
export function formatOf(accept: string): MetricsFormat {
  if (accept.includes('application/json')) return 'json';
  // Every scraper that prefers OpenMetrics reads the older text too, where nothing is lost.
  if (accept.includes('text/plain')) return 'prometheus';
  return accept.includes('application/openmetrics-text') ? 'openmetrics' : 'json';
}

const CONTENT_TYPE = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/**
 * The text formats of Prometheus (0.0.4) and OpenMetrics (1.0.0), which differ in how a counter is
 * named above its samples and in the mark of the end. Two dozen lines: a client library would bring
 * its own registry and collectors beside the figures that the services keep already.
 */
export function metricsText(metrics: Metric[], format: 'prometheus' | 'openmetrics'): Response {
  const isOpen = format === 'openmetrics';
  const blocks = metrics.map(({ name, type, help, samples }) => {
    const family = isOpen && type === 'counter' ? name.replace(/_total$/, '') : name;
    const lines = samples.map(({ labels, value }) => `${name}${labelsText(labels)} ${value}`);
    return [`# HELP ${family} ${help}`, `# TYPE ${family} ${type}`, ...lines].join('\n');
  });
  const text = [...blocks, ...(isOpen ? ['# EOF'] : [])].join('\n');
  return new Response(`${text}\n`, {
    headers: { 'content-type': CONTENT_TYPE[format], vary: 'Accept' },
  });
}

function labelsText(labels: Record<string, string> = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Names of models come from hosts, and may hold anything. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
