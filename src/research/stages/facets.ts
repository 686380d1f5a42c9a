/** What can be asked of any topic, the most telling first. The topic stands apart from the words
 * around it, so that no grammar has to bend it. */
const FACETS: Record<string, readonly string[]> = {
  en: [
    'what is it?',
    'why does it matter?',
    'who is involved?',
    'when did it begin?',
    'how large is it?',
    'where is it?',
    'what are its effects?',
    'what is disputed?',
    'what comes next?',
  ],
  pl: [
    'co to jest?',
    'dlaczego to ważne?',
    'kto bierze w tym udział?',
    'kiedy się zaczęło?',
    'jak duże to jest?',
    'gdzie to jest?',
    'jakie są skutki?',
    'co jest sporne?',
    'co dalej?',
  ],
};

/** English and Polish: what asks by itself needs no facets. */
const ASKS =
  /\?\s*$|^\s*(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|can|could|should|will|would|has|have|kto|kogo|komu|co|czego|kiedy|gdzie|skąd|dokąd|dlaczego|po co|jak|jaki|jaka|jakie|ile|czy|który|która|które)\s/iu;

/** Up to `count` sub-questions of a topic that asks nothing by itself; none for a question. In a
 * language without a list of its own they are asked in English. */
export function facets(topic: string, language: string, count: number): string[] {
  if (ASKS.test(topic)) return [];
  const subject = topic.trim().replace(/[.:;,!]+$/, '');
  const asked = FACETS[language] ?? FACETS.en ?? [];
  return asked.slice(0, count).map((facet) => `${subject}: ${facet}`);
}
