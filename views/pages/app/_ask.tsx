import type { ResearchMode } from '../../../src/research/types';
import { Check, Select } from '../../components/choice';
import { Field } from '../../components/field';
import { Flash } from '../../components/flash';
import { errorOf, flashOf, type Refusal } from '../../refusal';

/** What was asked for, as it was typed. */
export interface AskValues {
  question: string;
  mode: string;
  maxCredits: string;
  library: boolean;
  web: boolean;
}

interface AskProps {
  csrfToken: string;
  /** Makes sending the same form twice one job. */
  idempotencyKey: string;
  /** What each mode costs, in words. */
  modes: readonly { mode: ResearchMode; price: string }[];
  values: AskValues;
  refusal?: Refusal;
}

const FIELDS = ['question', 'max_credits'];

/** Runs research: in this page with scripts, on the page of the job without. */
export function AskForm({ csrfToken, idempotencyKey, modes, values, refusal }: AskProps) {
  const error = flashOf(refusal, FIELDS);
  return (
    <section aria-labelledby="ask">
      <h2 id="ask">Ask a question</h2>
      {error ? <Flash kind="error" text={error} /> : null}
      <form
        method="post"
        action="/app/jobs"
        hx-post="/app/jobs"
        hx-target="#run"
        hx-swap="innerHTML"
        hx-disable="find button"
      >
        <input type="hidden" name="csrf_token" value={csrfToken} />
        <IdempotencyKey value={idempotencyKey} />
        <Field
          name="question"
          label="Question"
          type="textarea"
          required
          maxlength={4000}
          value={values.question}
          {...errorOf(refusal, 'question')}
        />
        <Select
          name="mode"
          label="How thorough"
          selected={values.mode}
          options={modes.map(({ mode, price }) => ({ value: mode, text: `${mode}: ${price}` }))}
        />
        <Field
          name="max_credits"
          label="Most it may cost, in credits"
          type="number"
          value={values.maxCredits}
          hint="Mode max needs it; the others have their price."
          {...errorOf(refusal, 'max_credits')}
        />
        <Check name="library" label="Search the library" checked={values.library} />
        <Check name="web" label="Search the web" checked={values.web} />
        <button type="submit">Run it</button>
      </form>
      <div id="run" />
    </section>
  );
}

/** With `isSwapped`, for the form in the page that is open: its next question is another job. */
export function IdempotencyKey({
  value,
  isSwapped = false,
}: {
  value: string;
  isSwapped?: boolean;
}) {
  return (
    <input
      type="hidden"
      id="idempotency-key"
      name="idempotency_key"
      value={value}
      hx-swap-oob={isSwapped ? 'true' : undefined}
    />
  );
}
