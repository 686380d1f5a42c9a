/**
 * What is worked out of a text alone is kept with it, so that the next wave of a job finds what it
 * worked out of the same pages before. At most `maxUnits` of texts, in UTF-16 units: what was not
 * asked for the longest time goes first. A text must not be cut from a longer one, which it would
 * keep in memory.
 */
export function keptByText<Result extends object>(
  work: (text: string) => Result,
  maxUnits: number,
): (text: string) => Result {
  // In the order in which they were last asked for.
  const kept = new Map<string, Result>();
  let units = 0;
  return (text) => {
    const earlier = kept.get(text);
    const result = earlier ?? work(text);
    if (earlier) kept.delete(text);
    else units += text.length;
    kept.set(text, result);
    for (const oldest of kept.keys()) {
      if (units <= maxUnits) break;
      kept.delete(oldest);
      units -= oldest.length;
    }
    return result;
  };
}
