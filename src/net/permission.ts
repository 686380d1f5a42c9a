import { FetchFault } from './fetch-fault';
import {
  isHonoured,
  joinOptOuts,
  NO_OPT_OUT,
  type OptOut,
  type OptOutPosture,
  robotsOptOut,
  robotsTagOptOut,
  tdmOptOut,
} from './opt-out';
import type { Robots } from './robots';
import type { TdmReservations } from './tdm';

/** The header fields in which a page says what machines may do with it. */
export interface PageHeaders {
  robotsTag: string[];
  tdmReservation: string | undefined;
}

/** What one fetch asks before it visits a page and before it reads one. */
export interface Permission {
  mayVisit(url: URL): Promise<void>;
  mayRead(url: URL, headers: PageHeaders): void;
  /** Of the page that was read. */
  readonly optOut: OptOut;
}

/** Throws FetchFault `refused` with its `optOut` where the posture honours one. */
export function createPermission(
  { robots, tdm }: { robots: Robots; tdm: TdmReservations },
  posture: OptOutPosture,
): Permission {
  let reserved: string | null = null;
  let agents = NO_OPT_OUT;
  let optOut = NO_OPT_OUT;

  const settle = (url: URL, found: OptOut) => {
    if (isHonoured(found.tier, posture)) throw optedOut(url.hostname, found);
    optOut = found;
  };

  return {
    async mayVisit(url) {
      const [forbiddenAgents, file] = await Promise.all([robots.check(url), tdm.of(url)]);
      reserved = file;
      agents = robotsOptOut(forbiddenAgents);
      settle(url, agents);
    },
    /** The header field, nearer to the page, outweighs the site's file. */
    mayRead(url, { robotsTag, tdmReservation }) {
      const tdmFound =
        tdmReservation === undefined
          ? tdmOptOut(reserved ?? '', 'tdmrep.json')
          : tdmOptOut(tdmReservation, 'header');
      settle(url, joinOptOuts([agents, robotsTagOptOut(robotsTag), tdmFound]));
    },
    get optOut() {
      return optOut;
    },
  };
}

export function optedOut(hostname: string, optOut: OptOut): FetchFault {
  return new FetchFault(
    'refused',
    `${hostname} asks that this page is not used by AI services: ${optOut.signals.join('; ')}.`,
    { optOut },
  );
}
