import type { HostView, PoolModel } from '../../../src/hosts/types';
import { hostStateText, NOT_LOADED } from '../hosts/words';
import { perMillion, priceRange } from '../models/prices';
import { count } from '../pricing/figures';

/** A model, and every host in force that offers it. */
export interface OfferedModel {
  model: PoolModel;
  hosts: HostView[];
  nowMs: number;
}

export function OfferedModels({ models }: { models: OfferedModel[] }) {
  if (models.length === 0) {
    return (
      <p>
        No host in force has a model yet. <a href="/app/admin/hosts">Add a host</a>
      </p>
    );
  }
  return (
    <section class="scroll" aria-label="Models" tabindex="0">
      <table>
        <caption>Prices are for a million tokens.</caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Available hosts</th>
            <th scope="col">Prompt</th>
            <th scope="col">Answer</th>
            <th scope="col">Longest answer</th>
            <th scope="col">Hosts</th>
          </tr>
        </thead>
        <tbody>
          {models.map((offered) => (
            <OfferedRow {...offered} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function OfferedRow({ model, hosts, nowMs }: OfferedModel) {
  const { name, availableHosts, lowestPrice, highestPrice, maxTokens } = model;
  return (
    <tr>
      <th scope="row">
        <code safe>{name}</code>
      </th>
      <td>{availableHosts}</td>
      <td safe>{priceRange(lowestPrice, highestPrice, 'inputMicros')}</td>
      <td safe>{priceRange(lowestPrice, highestPrice, 'outputMicros')}</td>
      <td safe>{`${count(maxTokens)} tokens`}</td>
      <td>
        <ul>
          {hosts.map((host) => (
            <li safe>{hostText(host, name, nowMs)}</li>
          ))}
        </ul>
      </td>
    </tr>
  );
}

function hostText(host: HostView, model: string, nowMs: number): string {
  const parts = [perMillion(host.price.outputMicros), hostStateText(host, nowMs)];
  const isAbsent = host.models.some((each) => each.name === model && each.absentSinceMs !== null);
  return `${host.gpu}: ${(isAbsent ? [...parts, NOT_LOADED] : parts).join(', ')}`;
}
