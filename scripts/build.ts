import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../package.json';

const ROOT = join(import.meta.dir, '..');
const BINARY = join(ROOT, 'dist/sonde');
/** What the binary was built from. Written last, so an interrupted build is done again. */
const STAMP = join(ROOT, 'dist/sonde.inputs');

const INPUTS = [
  'src/**/*',
  'views/**/*',
  'migrations/*',
  'docs/examples/*',
  'scripts/build.ts',
  '{package,tsconfig}.json',
  'bun.lock',
];
const NOT_INPUTS = /\.test\.tsx?$/;

/** One hash over the names and contents of all inputs, the compiler and the commit. */
function hashOfInputs(commit: string): string {
  const paths = INPUTS.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: ROOT })]);
  const hash = new Bun.CryptoHasher('sha256').update(
    `${Bun.version} ${process.platform} ${commit}`,
  );
  for (const path of paths.filter((path) => !NOT_INPUTS.test(path)).sort()) {
    const bytes = readFileSync(join(ROOT, path));
    hash.update(`\n${path} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

/** `SONDE_COMMIT` names it where there is no repository, as in an image build. */
function commitOfCheckout(): string {
  if (process.env.SONDE_COMMIT) return process.env.SONDE_COMMIT;
  if (!existsSync(join(ROOT, '.git')) || !Bun.which('git')) return 'unknown';
  const git = Bun.spawnSync(
    ['git', 'describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'],
    { cwd: ROOT, stderr: 'ignore' },
  );
  return git.success ? git.stdout.toString().trim() : 'unknown';
}

/**
 * Compiles into a folder of its own and renames: a running binary keeps its file, and a build that
 * fails leaves the old one. `linked` source maps are embedded too, so a stack trace names our
 * lines; the files beside the binary are not needed for that and go away with the folder.
 */
async function compile(commit: string): Promise<void> {
  const folder = join(ROOT, `dist/.build-${process.pid}`);
  const outfile = join(folder, 'sonde');
  mkdirSync(folder, { recursive: true });
  try {
    await Bun.build({
      entrypoints: [join(ROOT, 'src/main.ts'), join(ROOT, 'src/worker.ts')],
      minify: true,
      bytecode: true,
      format: 'esm',
      sourcemap: 'linked',
      define: {
        SONDE_VERSION: JSON.stringify(packageJson.version),
        SONDE_COMMIT: JSON.stringify(commit),
      },
      // Nothing in the folder that the binary is started in may change what it does.
      compile: { outfile, autoloadBunfig: false, autoloadDotenv: false },
    });
    renameSync(outfile, BINARY);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const commit = commitOfCheckout();
const inputs = hashOfInputs(commit);
const isFresh =
  existsSync(BINARY) && existsSync(STAMP) && readFileSync(STAMP, 'utf8').trim() === inputs;

if (!isFresh || process.argv.includes('--force')) {
  const startedMs = performance.now();
  rmSync(STAMP, { force: true });
  await compile(commit);
  writeFileSync(STAMP, `${inputs}\n`);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.error(`Built dist/sonde ${packageJson.version} (${commit}) in ${seconds} s`);
}
