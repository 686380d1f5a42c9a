import type { PoolModel } from '../../../src/hosts/types';
import { count } from '../pricing/figures';
import { priceRange } from './prices';

/** For users: what a model costs, and whether somebody answers now. */
export function ModelTable({ models }: { models: PoolModel[] }) {
  return (
    <section class="scroll" aria-label="Models" tabindex="0">
      <table>
        <caption>Prices are for a million tokens.</caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Hosts</th>
            <th scope="col">Prompt</th>
            <th scope="col">Answer</th>
            <th scope="col">Longest answer</th>
            <th scope="col">Features</th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <ModelRow model={model} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ModelRow({ model }: { model: PoolModel }) {
  const { name, availableHosts, lowestPrice, highestPrice, maxTokens, features } = model;
  return (
    <tr>
      <th scope="row">
        <code safe>{name}</code>
      </th>
      <td safe>{availableHosts === 0 ? 'none now: jobs wait' : String(availableHosts)}</td>
      <td safe>{priceRange(lowestPrice, highestPrice, 'inputMicros')}</td>
      <td safe>{priceRange(lowestPrice, highestPrice, 'outputMicros')}</td>
      <td safe>{`${count(maxTokens)} tokens`}</td>
      <td safe>{features.join(', ') || 'plain text'}</td>
    </tr>
  );
}
