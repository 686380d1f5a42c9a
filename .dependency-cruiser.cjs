// Who imports whom: the table of src/README.md, as rules. `scripts/check` runs them, and
// scripts/imports.test.ts shows that each of them can fail.

/** What stands under the features and knows none of them. */
const FOUNDATION = ['db', 'jobs', 'net', 'config', 'compute'];

/** Each feature, and those that it may enter. The foundation is open to all. */
const MAY_ENTER = {
  accounts: ['keys', 'credits', 'billing', 'mail'],
  keys: ['credits', 'billing'],
  credits: ['billing'],
  billing: ['audit'],
  audit: [],
  mail: [],
  library: [],
  hosts: ['keys', 'credits'],
  research: ['keys', 'credits', 'hosts', 'library'],
  webhooks: ['mail'],
  support: ['audit', 'mail'],
  settings: [],
};

const FEATURES = Object.keys(MAY_ENTER);
const OURS = '^(src|views|migrations|scripts|tests)/';
const IS_TEST = '\\.test\\.tsx?$';

const anyOf = (names) => `(${names.join('|')})`;
const inRooms = (names) => `^src/${anyOf(names)}/`;
const doorsOf = (names) => `^src/${anyOf(names)}/(service|types|jobs)\\.ts$`;

/** Tests may import anything. */
const production = (path) => ({ path, pathNot: IS_TEST });

const rule = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

const featureRules = FEATURES.map((feature) =>
  rule(
    `${feature}-enters-by-doors`,
    `${feature} enters ${MAY_ENTER[feature].join(', ') || 'no other feature'} by service, types or jobs, and otherwise stands on lib and the foundation alone`,
    production(inRooms([feature])),
    {
      path: OURS,
      pathNot: [
        inRooms([feature, 'lib', ...FOUNDATION]),
        ...(MAY_ENTER[feature].length > 0 ? [doorsOf(MAY_ENTER[feature])] : []),
      ],
    },
  ),
);

module.exports = {
  forbidden: [
    rule(
      'lib-imports-nothing-of-ours',
      'lib holds no domain nouns: it would have to be true anywhere',
      production('^src/lib/'),
      { path: OURS, pathNot: '^src/lib/' },
    ),
    rule(
      'foundation-knows-no-feature',
      'db, jobs, net, config and compute import lib and each other',
      production(inRooms(FOUNDATION)),
      { path: OURS, pathNot: inRooms(['lib', ...FOUNDATION]) },
    ),
    ...featureRules,
    rule(
      'services-know-no-http',
      'a service never knows who asked it: elysia belongs to http, api and web',
      production(inRooms(['lib', ...FOUNDATION, ...FEATURES])),
      { path: 'node_modules/(elysia|@elysiajs)/' },
    ),
    rule(
      'views-take-props',
      'a view imports views, types and the plain helpers of lib; what it shows is passed to it',
      production('^views/'),
      { path: OURS, pathNot: ['^views/', '^src/lib/', '^src/[^/]+/types\\.ts$'] },
    ),
    rule('api-renders-no-html', 'HTML is for web', production('^src/api/'), { path: '^views/' }),
    rule(
      'dialects-are-strangers',
      'what two dialects share stands in src/api itself',
      production('^src/api/([^/]+)/'),
      { path: '^src/api/[^/]+/', pathNot: '^src/api/$1/' },
    ),
    rule(
      'sql-in-stores-only',
      'drizzle belongs to src/db and to the store files of features',
      {
        path: OURS,
        pathNot: [IS_TEST, '^src/db/', '^src/jobs/sqlite/', '^src/.+/store[^/]*\\.ts$'],
      },
      { path: 'node_modules/drizzle-orm/' },
    ),
    rule(
      'no-tests-in-production',
      'what is shipped imports no test, no script and no support of tests',
      production('^(src|views|migrations)/'),
      { path: ['^(scripts|tests)/', IS_TEST] },
    ),
    rule(
      'no-cycles',
      'of two files that need each other, one is in the wrong place',
      {},
      {
        circular: true,
      },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports of types bind rooms to each other too.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { conditionNames: ['import', 'require', 'bun', 'node', 'default'] },
  },
};
