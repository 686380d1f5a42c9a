import { Elysia } from 'elysia';
import type { Hosts } from '../../hosts/types';
import { version } from '../../version';
import { createMetrics, type MetricsDeps } from './metrics';
import { aliasDto, hostDto, modelDto } from './present';
import { answers } from './schemas';

/** The site's part in `/`, which browsers ask for as well. */
export interface Home {
  page(request: Request): Promise<Response>;
  /** Where people read. Throws Fault `invalid_request` for a Host that is none. */
  docsUrl(request: Request): string;
}

export interface PlatformDeps extends MetricsDeps {
  hosts: Hosts;
  home: Home;
}

const detail = { tags: ['platform'] };

/** What everybody may know. */
export function platformRoutes(deps: PlatformDeps) {
  const { hosts, home } = deps;
  const { inference, registry } = hosts;
  const metrics = createMetrics(deps);
  return new Elysia({ name: 'infrintia.platform' })
    .get(
      '/',
      async ({ request }) => {
        const answer = asksForPage(request.headers)
          ? await home.page(request)
          : Response.json({ name: 'Sonde', version, docs: home.docsUrl(request) });
        answer.headers.append('vary', 'Accept');
        return answer;
      },
      {
        detail: {
          ...detail,
          operationId: 'platform',
          summary: 'What this is; to a browser, the home page',
          responses: answers({ 200: ['Name, version and documentation', 'Platform'] }),
        },
      },
    )
    .get(
      '/models',
      () => ({
        models: inference.models().map(modelDto),
        aliases: inference.aliases().map(aliasDto),
      }),
      {
        detail: {
          ...detail,
          operationId: 'list_models',
          summary: 'List the models that hosts have',
          responses: answers({ 200: ['By name', 'ModelList'] }),
        },
      },
    )
    .get('/hosts', () => ({ hosts: registry.list().map(hostDto) }), {
      detail: {
        ...detail,
        operationId: 'list_hosts',
        summary: 'List the hosts that are registered',
        responses: answers({ 200: ['In the order they came', 'HostList'] }),
      },
    })
    .get('/metrics', ({ request }) => metrics(request.headers.get('accept') ?? ''), {
      detail: {
        ...detail,
        operationId: 'metrics',
        summary: 'Figures of the platform; as text to a Prometheus scraper',
        responses: answers({ 200: ['Figures', 'Metrics'] }),
      },
    });
}

function asksForPage(headers: Headers): boolean {
  return headers.get('accept')?.includes('text/html') ?? false;
}
