import { PUBLIC_PAGES } from '../../views/navigation';

/** What crawlers may read, and where they find it. */
export function robotsText(origin: string): string {
  return `User-agent: *
Allow: /
Allow: /api/docs
Allow: /api/openapi.json
Disallow: /api/
Disallow: /app
Disallow: /v1/

Sitemap: ${origin}/sitemap.xml
`;
}

export function sitemapXml(origin: string): string {
  const urls = PUBLIC_PAGES.map(
    ({ path }) => `  <url><loc>${Bun.escapeHTML(`${origin}${path}`)}</loc></url>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${urls.join('\n')}
</urlset>
`;
}
