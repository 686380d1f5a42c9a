import type { Balance } from '../../../src/credits/types';
import { formatCredits } from '../../../src/lib/money';

export function BalanceSection({ balance }: { balance: Balance }) {
  const { availableMicros, planMicros, purchasedMicros, heldMicros } = balance;
  return (
    <section aria-labelledby="balance">
      <h2 id="balance">Credits</h2>
      <p class="price" safe>{`${formatCredits(availableMicros)} credits`}</p>
      <dl class="facts">
        <div>
          <dt>From your plan</dt>
          <dd safe>{`${formatCredits(planMicros)}, until the end of the month`}</dd>
        </div>
        <div>
          <dt>Purchased</dt>
          <dd safe>{`${formatCredits(purchasedMicros)}, which do not expire`}</dd>
        </div>
        <div>
          <dt>Set aside for running jobs</dt>
          <dd safe>{formatCredits(heldMicros)}</dd>
        </div>
      </dl>
      {availableMicros === 0 ? (
        <p>
          You have no credits to spend: the plan&apos;s come again each month, and{' '}
          <a href="/pricing">there is more to be had</a>.
        </p>
      ) : null}
    </section>
  );
}
