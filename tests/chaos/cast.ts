import type { HostBackend } from '../../src/hosts/types';

/** How a backend goes on from what was accepted. */
export type Style =
  /** Continues the last message of a chat. */
  | 'chat'
  /** Knows no chat: a text is continued. */
  | 'base'
  /** Answers anew, from the beginning. */
  | 'anew';

/** One of the hosts. Prices are whole micro-credits a token, so that nothing is rounded. */
export interface Part {
  name: string;
  models: string[];
  /** Different for each: see `cut`. One that answers anew has 1, so that no token of its is cut. */
  tokenLength: number;
  usdPerToken: number;
  usdPerPromptToken: number;
  slots: number;
}

/** A host with a scripted backend. */
export interface BackedPart extends Part {
  kind: HostBackend;
  style: Style;
}

export const ALIAS = 'anything';
export const MODELS = ['tiny', 'middle', 'large'] as const;

/** `sonde host` beside their backends. */
export const AGENTS: BackedPart[] = [
  {
    name: 'talker',
    models: ['tiny', 'middle'],
    tokenLength: 2,
    usdPerToken: 0.00001,
    usdPerPromptToken: 0,
    slots: 6,
    kind: 'vllm',
    style: 'chat',
  },
  {
    name: 'writer',
    models: ['tiny', 'middle', 'large'],
    tokenLength: 3,
    usdPerToken: 0.00002,
    usdPerPromptToken: 0.000001,
    slots: 6,
    kind: 'llamacpp',
    style: 'base',
  },
  {
    name: 'starter',
    models: ['tiny', 'middle'],
    tokenLength: 1,
    usdPerToken: 0.000005,
    usdPerPromptToken: 0,
    slots: 6,
    kind: 'openai',
    style: 'anew',
  },
];

/** The server calls it. */
export const PUSHED: BackedPart = {
  name: 'called',
  models: ['middle', 'large'],
  tokenLength: 6,
  usdPerToken: 0.000015,
  usdPerPromptToken: 0.000003,
  slots: 6,
  kind: 'vllm',
  style: 'chat',
};

/** Hosts that keep to nothing, and speak the protocol by hand. */
export const ROGUES: Part[] = [
  {
    name: 'liar',
    models: ['tiny', 'large'],
    tokenLength: 4,
    usdPerToken: 0.00003,
    usdPerPromptToken: 0,
    slots: 8,
  },
  {
    name: 'sloth',
    models: ['tiny', 'middle'],
    tokenLength: 5,
    usdPerToken: 0.00001,
    usdPerPromptToken: 0.000002,
    slots: 8,
  },
];
