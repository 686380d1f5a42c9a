import type { InferenceView } from '../../../src/hosts/types';
import { formatCredits } from '../../../src/lib/money';
import { isOver } from '../job/words';

const MS_PER_SECOND = 1_000;

/** Who answered, how fast, and for how much. */
export function InferenceFacts({
  view,
  hostName,
}: {
  view: InferenceView;
  hostName: string | undefined;
}) {
  return (
    <>
      <h3>Figures</h3>
      <dl class="facts">
        {factsOf(view, hostName).map(([name, value]) => (
          <div>
            <dt safe>{name}</dt>
            <dd safe>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function factsOf(view: InferenceView, hostName: string | undefined): [string, string][] {
  const { servedModel, model, finishReason, startedMs, firstTokenMs, endedMs } = view;
  const facts: [string, string | null][] = [
    ['Job', view.id],
    ['Model', servedModel === null || servedModel === model ? null : servedModel],
    ['Host', hostName ?? null],
    ['Tokens', tokensText(view)],
    ['At most', `${view.maxTokens} tokens of the answer`],
    ['Ended by', finishReason],
    ['Asked (UTC)', secondOf(view.createdMs)],
    ['Waited', startedMs === null ? null : seconds(startedMs - view.createdMs)],
    [
      'First token after',
      firstTokenMs === null || startedMs === null ? null : seconds(firstTokenMs - startedMs),
    ],
    ['Ended after', endedMs === null ? null : seconds(endedMs - view.createdMs)],
    ['Set aside', `${formatCredits(view.heldMicros)} credits`],
    ['Charged', isOver(view.state) ? `${formatCredits(view.chargedMicros)} credits` : null],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}

/** The prompt is counted when the job ends. */
function tokensText({ state, promptTokens, completionTokens }: InferenceView): string {
  if (!isOver(state)) return `${completionTokens} of the answer so far`;
  return `${promptTokens} of the prompt, ${completionTokens} of the answer`;
}

/** `2026-01-31 09:05:07`, UTC. */
function secondOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

function seconds(ms: number): string {
  return `${(Math.max(0, ms) / MS_PER_SECOND).toFixed(2)} s`;
}
