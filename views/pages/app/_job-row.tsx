import type { JobState } from '../../../src/jobs/types';
import { chargeText, jobPath, STATE_WORDS } from '../job/words';
import { momentOf } from './times';

export interface JobRowProps {
  id: string;
  /** What was asked, or the model that was. */
  title: string;
  kind: string;
  state: JobState;
  /** Of prompt and answer; null for what is not counted in tokens. */
  tokens: number | null;
  chargedMicros: number;
  createdMs: number;
}

export function JobRow({ id, title, kind, state, tokens, chargedMicros, createdMs }: JobRowProps) {
  return (
    <tr id={`row-${id}`}>
      <td>
        <a href={jobPath(id)} safe>
          {title}
        </a>
      </td>
      <td safe>{kind}</td>
      <td safe>{STATE_WORDS[state]}</td>
      <td safe>{tokens === null ? '' : String(tokens)}</td>
      <td safe>{chargeText({ state, chargedMicros })}</td>
      <td safe>{momentOf(createdMs)}</td>
    </tr>
  );
}
