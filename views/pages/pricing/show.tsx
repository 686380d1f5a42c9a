import type { Pack, Plan } from '../../../src/billing/types';
import { Layout, type PageProps } from '../../layout';
import {
  count,
  dollars,
  type ModeFigures,
  modePrice,
  type Pricing,
  planPrice,
  USD_MICROS_PER_CENT,
} from './figures';

export function PricingPage({ nonce, viewer, pricing }: PageProps & { pricing: Pricing }) {
  return (
    <Layout
      title="Pricing"
      description="What a credit is, what each research mode costs, plans and credit packs."
      nonce={nonce}
      viewer={viewer}
      path="/pricing"
    >
      <h1>Pricing</h1>
      <p class="lead" safe>
        {`Work is paid in credits. One credit is ${dollars(pricing.creditUsdMicros)} at the list price.`}
      </p>
      <p>
        The price of a job is set aside when it is accepted, and settled once when it ends. A job
        that fails costs nothing; one that is canceled costs the sources it has read.
      </p>
      <Modes pricing={pricing} />
      <h2 id="models">Models of the pool</h2>
      <p>
        Each host names its price for a token; <a href="/app/models">what is in force</a> is shown
        to whoever has an account, and <code>GET /models</code> tells it to everybody. Credits are
        set aside for the most that an answer can have, and charged for the tokens that came.
      </p>
      <h2>Plans</h2>
      <ul class="cards">
        {pricing.plans.map((plan) => (
          <PlanCard plan={plan} />
        ))}
      </ul>
      <Packs packs={pricing.packs} />
    </Layout>
  );
}

function Modes({ pricing }: { pricing: Pricing }) {
  return (
    <>
      <h2 id="modes">Research modes</h2>
      <section class="scroll" aria-labelledby="modes" tabindex="0">
        <table>
          <caption>A mode is a budget and its price.</caption>
          <thead>
            <tr>
              <th scope="col">Mode</th>
              <th scope="col">Price</th>
              <th scope="col">Sources, at most</th>
              <th scope="col">Waves, at most</th>
              <th scope="col">Minutes, at most</th>
              <th scope="col">Critic</th>
            </tr>
          </thead>
          <tbody>
            {pricing.modes.map((mode) => (
              <ModeRow mode={mode} meteredSourceCredits={pricing.meteredSourceCredits} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function ModeRow(props: { mode: ModeFigures; meteredSourceCredits: number }) {
  const { mode, meteredSourceCredits } = props;
  return (
    <tr>
      <th scope="row">{mode.mode}</th>
      <td safe>{modePrice(mode, meteredSourceCredits)}</td>
      <td>{mode.maxSources}</td>
      <td>{mode.maxWaves}</td>
      <td>{mode.maxMinutes}</td>
      <td>{mode.hasCritic ? 'yes' : 'no'}</td>
    </tr>
  );
}

function PlanCard({ plan }: { plan: Plan }) {
  return (
    <li class="card">
      <h3 safe>{plan.name}</h3>
      <p class="price" safe>
        {planPrice(plan)}
      </p>
      <p safe>{plan.blurb}</p>
      <ul>
        {plan.features.map((feature) => (
          <li safe>{feature}</li>
        ))}
      </ul>
    </li>
  );
}

function Packs({ packs }: { packs: readonly Pack[] }) {
  return (
    <>
      <h2>Credit packs</h2>
      <p>Bought once. They do not expire, and are used after the credits of a plan.</p>
      <ul class="cards">
        {packs.map((pack) => (
          <li class="card">
            <h3 safe>{pack.name}</h3>
            <p class="price" safe>
              {dollars(pack.priceCents * USD_MICROS_PER_CENT)}
            </p>
            <p safe>{`${count(pack.credits)} credits`}</p>
            <p safe>{pack.blurb}</p>
          </li>
        ))}
      </ul>
      <p class="note">
        Where this server has no payment provider, credits are granted by its admin: ask them on the{' '}
        <a href="/support">support</a> page.
      </p>
    </>
  );
}
