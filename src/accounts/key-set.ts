import { Type } from '@sinclair/typebox';
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { GuardedFetch } from '../net/types';
import { fetchPublished } from './issuer-fetch';

/** A key that an issuer has withdrawn is good for so much longer. */
const FRESH_MS = 10 * 60_000;
/** As long as the issuer cannot be asked, what it said before stands for so long. */
const USABLE_MS = 60 * 60_000;
/** A stranger's made-up key ids, or an issuer that is down, cause one request in this time. */
const COOL_DOWN_MS = 30_000;
const MAX_KEYS = 100;

/** RFC 7517, section 5. Of a key only its type is sure: jose looks at the rest when it is used. */
const KEY_SET = Type.Object({
  keys: Type.Array(Type.Object({ kty: Type.String() }), { maxItems: MAX_KEYS }),
});

export interface KeySetDeps {
  fetch: GuardedFetch;
  clock: Clock;
  /** Says where the keys are; asked before each time they are loaded. */
  locate(): Promise<string>;
}

interface Loaded {
  find: JWTVerifyGetKey;
  loadedMs: number;
}

/**
 * The keys that an issuer publishes, for jose: finds the one that a token's header names. They are
 * loaded at the first use, again when they are old or a token names one that is not among them, and
 * once for however many ask meanwhile. Throws Fault `unavailable` with the seconds to wait when they
 * cannot be had, and what jose throws when no key fits.
 */
export function createKeySet({ fetch, clock, locate }: KeySetDeps): JWTVerifyGetKey {
  let loaded: Loaded | undefined;
  let loading: Promise<Loaded> | undefined;
  let triedMs = Number.NEGATIVE_INFINITY;
  /** Of the last try; undefined when it went well. */
  let failure: unknown;

  async function load(): Promise<Loaded> {
    try {
      const published = await fetchPublished(fetch, await locate(), KEY_SET);
      const find = createLocalJWKSet(published);
      loaded = { find, loadedMs: clock.nowMs() };
      failure = undefined;
      return loaded;
    } catch (cause) {
      failure = cause;
      throw unavailable();
    } finally {
      loading = undefined;
    }
  }

  /** Undefined while it is too early to ask again. */
  function reload(): Promise<Loaded> | undefined {
    if (loading) return loading;
    if (clock.nowMs() - triedMs < COOL_DOWN_MS) return undefined;
    triedMs = clock.nowMs();
    loading = load();
    return loading;
  }

  function unavailable(): Fault {
    const waitMs = triedMs + COOL_DOWN_MS - clock.nowMs();
    return new Fault(
      'unavailable',
      'the keys of the sign-in server cannot be had: try again later',
      {
        cause: failure,
        retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
      },
    );
  }

  async function current(): Promise<Loaded> {
    const ageMs = loaded ? clock.nowMs() - loaded.loadedMs : Number.POSITIVE_INFINITY;
    if (loaded && ageMs < FRESH_MS) return loaded;
    const standing = ageMs < USABLE_MS ? loaded : undefined;
    try {
      const next = (await reload()) ?? standing;
      if (next) return next;
    } catch (cause) {
      if (standing) return standing;
      throw cause;
    }
    throw unavailable();
  }

  /** Keys that were loaded after these; undefined when there are none to be had now. */
  async function newerThan(known: Loaded): Promise<Loaded | undefined> {
    if (loaded !== known) return loaded;
    const next = await reload();
    // What a failing issuer would have said is not known: the token may well be good.
    if (!next && failure !== undefined) throw unavailable();
    return next;
  }

  return async (header, token) => {
    const known = await current();
    try {
      return await known.find(header, token);
    } catch (cause) {
      if (!(cause instanceof errors.JWKSNoMatchingKey)) throw cause;
      const newer = await newerThan(known);
      if (!newer) throw cause;
      return newer.find(header, token);
    }
  };
}
