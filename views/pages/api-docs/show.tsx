/** Swagger UI over our own API description, all of it from this origin. */
export function ApiDocsPage() {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Sonde API</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
      </head>
      <body>
        <main id="swagger-ui" aria-label="API reference">
          <noscript>
            This page needs JavaScript; the description itself is at{' '}
            <a href="/api/openapi.json">/api/openapi.json</a>.
          </noscript>
        </main>
        <script src="/api/docs/swagger-ui.js" />
        <script src="/api/docs/start.js" />
      </body>
    </html>
  );
}
