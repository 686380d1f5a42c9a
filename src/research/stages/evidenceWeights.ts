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
  /** So many signs come first that all sentences on one assertion have in common. */
  general: 13,
  /** Log odds against "neither": what is general, then the signs of the sentence. */
  supports: [
    -4.31, -0.887, -0.539, -0.184, 0.415, 0.355, -0.151, -0.433, -0.179, 0.228, 3.65, 0.262, -0.756,
    0.425, 0.919, 1.97, -1.57, 1.11, -0.148, 0.324, -1.86, 0.0096, 0.481, -0.721, 0.181, 0.103,
    1.62,
  ],
  refutes: [
    -1.27, 1.33, 0.319, 0.627, -0.279, -0.0248, 0.498, 0.537, 0.535, -1.14, 1.86, -0.194, 1.08, 1.5,
    1.16, 0.916, -2.18, -0.522, -0.495, -0.151, 1.79, 0.00486, 0.131, 0.302, 0.0959, -2.57, 2.11,
  ],
  /**
   * What it is worth to find one: stances are rarer than their absence, and whoever asks for
   * evidence misses more by an oversight than by a look too many.
   */
  worth: { supports: 1.7, refutes: 3 },
} as const;
