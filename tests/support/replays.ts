import { expect } from 'bun:test';
import { sonde, sondeJson } from './binary';

const AT_ONCE = 2;

/** Replays every job of a data folder that has ended, with no network; answers how many. */
export async function expectReplays(data: string): Promise<number> {
  const jobs = await sondeJson(['job', 'list', '--limit', '10000'], { data });
  const ended = jobs.filter(({ status }: { status: string }) =>
    ['completed', 'failed', 'canceled'].includes(status),
  );
  const left: { id: string; question: string }[] = [...ended];
  const replayNext = async () => {
    for (let job = left.pop(); job; job = left.pop()) await expectReplay(data, job);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, replayNext));
  return ended.length;
}

async function expectReplay(data: string, { id, question }: { id: string; question: string }) {
  const env = { http_proxy: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' };
  const { code, json, stderr } = await sonde(['replay', id, '--json'], { data, env });
  const { identical, problems, differences } = json ?? {};
  expect({ question, code, stderr, identical, problems, differences }).toEqual({
    question,
    code: 0,
    stderr: '',
    identical: true,
    problems: [],
    differences: [],
  });
}
