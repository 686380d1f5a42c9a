/**
 * Logistic regressions, each the intercept and then a weight for every sign. They were fitted with
 * a quadratic penalty on two public sets of claims: relevance and support on WiCE, stances on
 * Climate-FEVER. Which signs there are was decided by cross-validation over claims; the numbers
 * are those of all claims together. No sign names a topic.
 */
export const EVIDENCE_WEIGHTS = {
  /** Names, values, pairs, rare terms, their square root, the better neighbour's rare terms. */
  relevance: [-3.22, 0.346, 1.74, 0.689, 1.15, 7.75, 3.44],
  /** The best passage's share, and that of all sentences together. */
  support: [-2.88, 7.35, 3.53],
  /** Log odds against "neither": the signs of the assertion, then those of the sentence. */
  supports: [
    -4.22, -0.785, -0.459, -0.303, -0.218, 0.398, 0.302, 0.104, -0.39, -0.205, 0.0472, 0.441, 4.76,
    2.21, -4.36, 1.13, 0.751, 0.485, -2.03, -0.234, 0.453, -0.728, 0.311, 0.0265,
  ],
  refutes: [
    -0.906, 1.24, 0.249, -0.0224, 0.581, -0.325, -0.0502, 0.502, 0.629, 0.466, 0.266, -0.978, 4.54,
    1.44, -4.78, -0.467, -0.221, -0.207, 1.51, 0.39, 0.234, 0.157, 0.509, -2.82,
  ],
  /**
   * What it is worth to find one: stances are rarer than their absence, and whoever asks for
   * evidence misses more by an oversight than by a look too many.
   */
  worth: { supports: 1.7, refutes: 3 },
} as const;
