import type { JobState } from '../../../src/jobs/types';
import { chargeText, jobPath, STATE_WORDS } from '../job/words';
import { momentOf } from './times';

export interface JobRowProps {
  id: string;
  question: string;
  state: JobState;
  chargedMicros: number;
  createdMs: number;
}

export function JobRow({ id, question, state, chargedMicros, createdMs }: JobRowProps) {
  return (
    <tr id={`row-${id}`}>
      <td>
        <a href={jobPath(id)} safe>
          {question}
        </a>
      </td>
      <td safe>{STATE_WORDS[state]}</td>
      <td safe>{chargeText({ state, chargedMicros })}</td>
      <td safe>{momentOf(createdMs)}</td>
    </tr>
  );
}
