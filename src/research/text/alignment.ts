/** What stands in one place of two word sequences that agree around it. */
export interface Substitution {
  left: string[];
  right: string[];
}

export interface Alignment {
  /** How many words stand in both, in the same order. */
  agreed: number;
  substitutions: Substitution[];
}

const MAX_WORDS = 160;

/** Two word sequences side by side, by their longest common subsequence (Wagner, Fischer 1974). */
export function align(left: readonly string[], right: readonly string[]): Alignment {
  const a = left.slice(0, MAX_WORDS);
  const b = right.slice(0, MAX_WORDS);
  const lengths = commonLengths(a, b);
  const width = b.length + 1;
  const substitutions: Substitution[] = [];
  let open: Substitution = { left: [], right: [] };
  let agreed = 0;
  const close = () => {
    if (open.left.length > 0 && open.right.length > 0) substitutions.push(open);
    open = { left: [], right: [] };
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const skipLeft = lengths[(i + 1) * width + j] ?? 0;
    const skipRight = lengths[i * width + j + 1] ?? 0;
    if (i < a.length && j < b.length && a[i] === b[j]) {
      close();
      agreed++;
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && skipLeft >= skipRight)) {
      open.left.push(a[i++] ?? '');
    } else {
      open.right.push(b[j++] ?? '');
    }
  }
  close();
  return { agreed, substitutions };
}

/** At `i * width + j`: the length of the longest common subsequence of what follows i and j. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint16Array {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 2) * width + 1);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const here = i * width + j;
      lengths[here] =
        a[i] === b[j]
          ? 1 + (lengths[here + width + 1] ?? 0)
          : Math.max(lengths[here + width] ?? 0, lengths[here + 1] ?? 0);
    }
  }
  return lengths;
}
