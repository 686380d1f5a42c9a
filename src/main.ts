import { toleratePipeEnd } from './cli/output';
import { runCommandLine } from './cli/program';

toleratePipeEnd();
process.exitCode = await runCommandLine(process.argv.slice(2));
