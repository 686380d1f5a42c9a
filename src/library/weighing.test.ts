import { describe, expect, test } from 'bun:test';
import { createWeighing, type FoundPassage } from './weighing';

const TERMS = [{ term: 'granite', chunkCount: 3 }];

function found(id: string, end: number): FoundPassage {
  return { documentId: id, title: '', snapshotHash: id, start: 0, end };
}

/** Resolves to the ids, best first, and to how many texts were asked for. */
async function weigh(weighing: ReturnType<typeof createWeighing>, texts: Map<string, string>) {
  let readCount = 0;
  const passages = [...texts].map(([id, text]) => found(id, Math.min(1_000, text.length)));
  const documents = await weighing(
    passages,
    async (hash) => {
      readCount += 1;
      return texts.get(hash);
    },
    TERMS,
    100,
  );
  return { ids: documents.map(({ passages: [first] }) => first?.documentId), readCount };
}

describe('weighing', () => {
  test('of many long documents only the best are unpacked, and the rest keep their order', async () => {
    const long = 'filler words '.repeat(20_000);
    const texts = new Map(Array.from({ length: 40 }, (_, at) => [`long-${at}`, long]));
    const { ids, readCount } = await weigh(createWeighing(), texts);
    expect(readCount).toBeGreaterThan(5);
    expect(readCount).toBeLessThan(15);
    expect(ids.slice(readCount)).toEqual([...texts.keys()].slice(readCount));
  });

  test('what is remembered of short documents changes nothing but the reading', async () => {
    const texts = new Map([
      ['none', 'slate and chalk'],
      ['once', 'granite and chalk'],
      ['twice', 'granite on granite'],
    ]);
    const weighing = createWeighing();
    const first = await weigh(weighing, texts);
    const again = await weigh(weighing, texts);
    expect(first).toEqual({ ids: ['twice', 'once', 'none'], readCount: 3 });
    expect(again).toEqual({ ids: first.ids, readCount: 0 });
  });
});
