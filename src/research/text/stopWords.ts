/** English function words: they say how a sentence is built, not what it is about. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above after again all also although am among an and any are as at be because been before
  being below between both but by can could did do does doing down during each either else ever every
  few for from further had has have having he her here hers herself him himself his how however i if
  in into is it its itself just let many may me might more most much must my myself neither no nor not
  now of off often on once one only onto or other our ours out over own per please same shall she
  should since so some such tell than that the their theirs them themselves then there these they this
  those through thus to too under until up upon us very was we were what whatever when where whether
  which while who whom whose why will with within without would yet you your yours s t d ll re ve`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** Words that turn what a sentence says into its opposite. */
export const NEGATION =
  /\b(?:not|never|no longer|none|nobody|neither|nor|cannot|without|fails? to|failed to)\b|n['’]t\b/i;
