/** What the NVIDIA driver says of the first card. */
export interface Gpu {
  name: string;
  /** 0 to 1. */
  utilization: number;
}

const QUERY = ['--query-gpu=name,utilization.gpu', '--format=csv,noheader,nounits'];
const TIMEOUT_MS = 5_000;
const MAX_NAME_LENGTH = 200;

/** Null on a machine without one. */
export async function readGpu(command = 'nvidia-smi'): Promise<Gpu | null> {
  const path = Bun.which(command);
  if (path === null) return null;
  const child = Bun.spawn([path, ...QUERY], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'ignore',
    timeout: TIMEOUT_MS,
  });
  const said = await child.stdout.text();
  return (await child.exited) === 0 ? gpuOf(said) : null;
}

function gpuOf(said: string): Gpu | null {
  const line = said.split('\n', 1)[0] ?? '';
  const comma = line.lastIndexOf(',');
  const name = line.slice(0, comma).trim().slice(0, MAX_NAME_LENGTH);
  const percent = Number(line.slice(comma + 1));
  if (comma < 1 || name === '') return null;
  return { name, utilization: percent >= 0 && percent <= 100 ? percent / 100 : 0 };
}
