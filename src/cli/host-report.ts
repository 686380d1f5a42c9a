import type { AgentEvent } from '../hosts/agent/agent';
import { json, note, printableText } from './output';

/** Says one thing: the data for scripts, the words for people. */
export type Report = (data: { event: string } & Record<string, unknown>, words: string) => void;

export function reporter(isJson: boolean): Report {
  return (data, words) => {
    if (isJson) json(data);
    note(printableText(words));
  };
}

/** What the agent tells, reported. */
export function agentReporter(report: Report): {
  onEvent: (event: AgentEvent) => void;
  onStatus: (status: string) => void;
} {
  let lastStatus = '';
  return {
    onEvent(event) {
      report(dataOf(event), wordsOf(event));
    },
    onStatus(status) {
      if (status === lastStatus) return;
      lastStatus = status;
      const words = STATUSES[status] ?? `The server calls this host ${status}.`;
      report({ event: 'status', status }, words);
    },
  };
}

const STATUSES: Record<string, string> = {
  pending: 'Registered as pending: it gets jobs once an admin of the server has approved it.',
  active: 'Active: waiting for jobs.',
  draining: 'Draining: it gets no new jobs until an admin of the server makes it active again.',
};

function dataOf(event: AgentEvent): { event: string } & Record<string, unknown> {
  const { type, ...rest } = event;
  if (event.type === 'job_started') return { event: type, job_id: event.jobId, model: event.model };
  if (event.type !== 'job_ended') return { event: type, ...rest };
  const { outcome, pieces, error } = event.end;
  const { jobId: job_id, model, seconds } = event;
  return { event: type, job_id, model, seconds, outcome, tokens: pieces, error };
}

function wordsOf(event: AgentEvent): string {
  switch (event.type) {
    case 'job_started':
      return `${event.jobId}  started  ${event.model}`;
    case 'job_ended': {
      const { outcome, pieces, error } = event.end;
      const what = `${event.jobId}  ${outcome}  ${pieces} tokens in ${event.seconds.toFixed(1)} s`;
      return error === null ? what : `${what}: ${error}`;
    }
    case 'models_changed':
      return `Offering ${event.models.map(({ name }) => name).join(', ') || 'no model'}`;
    case 'backend_lost':
      return `The backend is away: ${event.error}`;
    case 'server_lost':
      return `The server is away: ${event.error}. Running jobs go on.`;
    case 'server_found':
      return 'The server is back.';
    case 'draining':
      return `Ending: ${event.running} jobs are still running.`;
  }
}
