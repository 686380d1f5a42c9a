import { Elysia } from 'elysia';
import { ModelsPage } from '../../../views/pages/models/show';
import { formatCredits } from '../../lib/money';
import { holdMicros } from '../../research/modes';
import { originOf } from '../origin';
import { page } from '../page';
import type { AppPagesDeps } from './deps';

/** Those modes that are models of the OpenAI API: each has a price that is known before. */
const RESEARCH_MODES = ['lite', 'standard', 'pro'] as const;

/** What can be asked beside research. */
export function modelPages({ browsers, hosts, baseUrl }: AppPagesDeps) {
  const research = RESEARCH_MODES.map((mode) => ({
    name: `sonde-${mode}`,
    price: `${formatCredits(holdMicros({ mode, maxCredits: null }))} credits an answer`,
  }));
  return new Elysia({ name: 'app-models', detail: { hide: true } }).get(
    '/app/models',
    async ({ request }) => {
      const viewer = await browsers.requireViewer(request);
      const origin = originOf(request, baseUrl);
      const shown = {
        viewer,
        origin,
        models: hosts.inference.models(),
        aliases: hosts.inference.aliases(),
        research,
      };
      return page((nonce) => ModelsPage({ nonce, ...shown }));
    },
  );
}
