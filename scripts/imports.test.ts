import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dir, '..');

interface Import {
  from: string;
  to: string;
  /** The rule that must refuse it; null when it is allowed. */
  refusedBy: string | null;
}

const IMPORTS: Import[] = [
  { from: 'src/lib/a.ts', to: 'src/db/client.ts', refusedBy: 'lib-imports-nothing-of-ours' },
  { from: 'src/db/a.ts', to: 'src/keys/types.ts', refusedBy: 'foundation-knows-no-feature' },
  {
    from: 'src/jobs/a.ts',
    to: 'src/research/service.ts',
    refusedBy: 'foundation-knows-no-feature',
  },
  { from: 'src/net/a.ts', to: 'src/core.ts', refusedBy: 'foundation-knows-no-feature' },
  {
    from: 'src/config/a.ts',
    to: 'src/settings/types.ts',
    refusedBy: 'foundation-knows-no-feature',
  },
  {
    from: 'src/compute/a.ts',
    to: 'src/library/types.ts',
    refusedBy: 'foundation-knows-no-feature',
  },
  { from: 'src/jobs/b.ts', to: 'src/db/client.ts', refusedBy: null },
  { from: 'src/accounts/a.ts', to: 'src/keys/service.ts', refusedBy: null },
  { from: 'src/accounts/b.ts', to: 'src/keys/store.ts', refusedBy: 'accounts-enters-by-doors' },
  { from: 'src/keys/a.ts', to: 'src/accounts/service.ts', refusedBy: 'keys-enters-by-doors' },
  { from: 'src/credits/a.ts', to: 'src/accounts/types.ts', refusedBy: 'credits-enters-by-doors' },
  { from: 'src/billing/a.ts', to: 'src/keys/service.ts', refusedBy: 'billing-enters-by-doors' },
  { from: 'src/audit/a.ts', to: 'src/accounts/types.ts', refusedBy: 'audit-enters-by-doors' },
  { from: 'src/mail/a.ts', to: 'src/accounts/types.ts', refusedBy: 'mail-enters-by-doors' },
  { from: 'src/library/a.ts', to: 'src/research/types.ts', refusedBy: 'library-enters-by-doors' },
  { from: 'src/hosts/a.ts', to: 'src/research/types.ts', refusedBy: 'hosts-enters-by-doors' },
  { from: 'src/research/a.ts', to: 'src/library/types.ts', refusedBy: null },
  { from: 'src/research/b.ts', to: 'src/credits/jobs.ts', refusedBy: null },
  { from: 'src/research/c.ts', to: 'src/jobs/queue.ts', refusedBy: null },
  {
    from: 'src/research/d.ts',
    to: 'src/accounts/service.ts',
    refusedBy: 'research-enters-by-doors',
  },
  {
    from: 'src/research/stages/a.ts',
    to: 'src/library/chunks.ts',
    refusedBy: 'research-enters-by-doors',
  },
  { from: 'src/webhooks/a.ts', to: 'src/http/app.ts', refusedBy: 'webhooks-enters-by-doors' },
  { from: 'src/support/a.ts', to: 'src/web/pages.ts', refusedBy: 'support-enters-by-doors' },
  { from: 'src/settings/a.ts', to: 'views/layout.tsx', refusedBy: 'settings-enters-by-doors' },
  { from: 'src/support/b.ts', to: 'src/api/jobs.ts', refusedBy: 'support-enters-by-doors' },
  { from: 'src/support/c.ts', to: 'src/cli/serve.ts', refusedBy: 'support-enters-by-doors' },
  { from: 'src/support/d.ts', to: 'elysia', refusedBy: 'services-know-no-http' },
  { from: 'src/http/a.ts', to: 'elysia', refusedBy: null },
  { from: 'views/a.tsx', to: 'src/research/service.ts', refusedBy: 'views-take-props' },
  { from: 'views/b.tsx', to: 'src/research/types.ts', refusedBy: null },
  { from: 'views/pages/a.tsx', to: 'src/lib/money.ts', refusedBy: null },
  { from: 'src/api/a.ts', to: 'views/layout.tsx', refusedBy: 'api-renders-no-html' },
  { from: 'src/web/a.ts', to: 'views/layout.tsx', refusedBy: null },
  { from: 'src/api/infrence/a.ts', to: 'src/api/mcp/b.ts', refusedBy: 'dialects-are-strangers' },
  { from: 'src/api/infrence/c.ts', to: 'src/api/infrence/d.ts', refusedBy: null },
  { from: 'src/api/infrence/e.ts', to: 'src/api/jobs.ts', refusedBy: null },
  { from: 'src/api/all.ts', to: 'src/api/mcp/b.ts', refusedBy: null },
  { from: 'src/keys/c.ts', to: 'drizzle-orm', refusedBy: 'sql-in-stores-only' },
  { from: 'src/web/b.ts', to: 'drizzle-orm', refusedBy: 'sql-in-stores-only' },
  { from: 'src/keys/store.ts', to: 'drizzle-orm', refusedBy: null },
  { from: 'src/hosts/inference/store-leases.ts', to: 'drizzle-orm', refusedBy: null },
  { from: 'src/db/schema.ts', to: 'drizzle-orm', refusedBy: null },
  { from: 'src/main.ts', to: 'src/lib/money.test.ts', refusedBy: 'no-tests-in-production' },
  { from: 'src/core.ts', to: 'tests/support/clock.ts', refusedBy: 'no-tests-in-production' },
  { from: 'src/web/round.ts', to: 'src/web/trip.ts', refusedBy: 'no-cycles' },
  // A cycle is reported once, at the file where it was first met.
  { from: 'src/web/trip.ts', to: 'src/web/round.ts', refusedBy: null },
  { from: 'src/lib/c.test.ts', to: 'src/keys/store.ts', refusedBy: null },
  { from: 'src/keys/d.test.ts', to: 'drizzle-orm', refusedBy: null },
];

/** The part that is used of what `depcruise --output-type json` prints. */
interface Report {
  summary: { violations: { from: string; to: string; rule: { name: string } }[] };
}

let folder: string;
let violations: Report['summary']['violations'];

async function write(path: string, text: string): Promise<void> {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  await Bun.write(join(folder, path), text);
}

function specifier({ from, to }: Import): string {
  if (!/\.tsx?$/.test(to)) return to;
  const path = relative(dirname(from), to).replace(/\.tsx?$/, '');
  return path.startsWith('.') ? path : `./${path}`;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sonde-imports-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
    await write(name, await Bun.file(join(ROOT, name)).text());
  }
  const froms = new Set(IMPORTS.map(({ from }) => from));
  for (const { to } of IMPORTS) {
    if (/\.tsx?$/.test(to) && !froms.has(to)) await write(to, 'export interface It {}\n');
  }
  for (const row of IMPORTS) {
    await write(row.from, `import type { It } from '${specifier(row)}';\nexport type { It };\n`);
  }
  const cruise = Bun.spawn(
    [process.execPath, 'x', '--bun', 'depcruise', '--output-type', 'json', 'src', 'views'],
    { cwd: folder, stdout: 'pipe', stderr: 'inherit' },
  );
  const report = (await new Response(cruise.stdout).json()) as Report;
  violations = report.summary.violations;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

for (const { from, to, refusedBy } of IMPORTS) {
  test(`${from} ${refusedBy ? 'may not' : 'may'} import ${to}`, () => {
    const found = violations.filter((violation) => violation.from === from);
    const rules = found.map(({ rule }) => rule.name);
    expect(rules).toEqual(refusedBy ? [refusedBy] : []);
  });
}

test('every rule is shown to fail', async () => {
  const { default: config } = await import(join(ROOT, '.dependency-cruiser.cjs'));
  const names = config.forbidden.map((rule: { name: string }) => rule.name);
  const shown = new Set(IMPORTS.map(({ refusedBy }) => refusedBy));
  expect(names.filter((name: string) => !shown.has(name))).toEqual([]);
});
