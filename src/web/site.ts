import type { AnyElysia } from 'elysia';
import type { Auth } from '../accounts/auth';
import type { GoogleSignIn } from '../accounts/google';
import type { SignupPolicy } from '../accounts/types';
import type { WebSessions } from '../accounts/web-sessions';
import type { Billing } from '../billing/service';
import { listenUrl } from '../config/address';
import type { Options } from '../config/options';
import type { RateLimiter } from '../http/limits';
import type { Support } from '../support/service';
import type { AdminPagesDeps } from './admin/deps';
import { adminPages } from './admin/routes';
import { apiDocsRoutes } from './api-docs';
import type { AppPagesDeps } from './app/deps';
import { appPages } from './app/routes';
import { assetRoutes } from './assets';
import { createCookies } from './cookies';
import { discoveryRoutes } from './discovery';
import { createErrorPages } from './errors';
import { googleRoutes } from './google';
import { createHome, publicRoutes } from './public';
import { recoveryRoutes } from './recovery';
import { createBrowsers } from './session';
import { signInRoutes } from './sign-in';
import { signUpRoutes } from './sign-up';
import { supportFormRoutes } from './support';

/** What the pages need of the server. */
export interface SiteDeps
  extends Omit<
    AppPagesDeps & AdminPagesDeps,
    'auth' | 'browsers' | 'passwordMinLength' | 'baseUrl'
  > {
  options: Options;
  auth: Auth;
  billing: Billing;
  support: Support;
  webSessions: WebSessions;
  /** Undefined when it is not set up. */
  google: GoogleSignIn | undefined;
  limiter: RateLimiter | undefined;
  /** The API's description as JSON. */
  describe: () => Promise<string>;
}

/** Everything that a browser is shown. */
export interface Site {
  routes: AnyElysia[];
  home: ReturnType<typeof createHome>;
  errorPage: ReturnType<typeof createErrorPages>;
  hasSecureCookies: boolean;
}

export function openSite(deps: SiteDeps): Site {
  const { options, google, describe } = deps;
  // On every address it is not only this machine's browsers that come, and theirs refuse secure
  // cookies over plain http: so the host stays as it is.
  const baseUrl = options.baseUrl || listenUrl(options.host, options.port);
  const cookies = createCookies(baseUrl);
  const browsers = createBrowsers({ ...deps, cookies, baseUrl });
  const pages = {
    ...deps,
    browsers,
    cookies,
    viewerOf: browsers.viewerOf,
    // Empty: where the machine is reached by several names, each page names the one it was asked by.
    baseUrl: options.baseUrl,
    signup: options.signup as SignupPolicy,
    passwordMinLength: options.passwordMinLength,
    sendsMail: options.smtpUrl !== '',
    hasGoogle: google !== undefined,
  };
  return {
    errorPage: createErrorPages(browsers),
    home: createHome(pages),
    hasSecureCookies: cookies.isSecure,
    routes: [
      assetRoutes(),
      apiDocsRoutes(describe),
      publicRoutes(pages),
      discoveryRoutes(pages),
      signInRoutes(pages),
      googleRoutes(pages),
      signUpRoutes(pages),
      recoveryRoutes(pages),
      supportFormRoutes(pages),
      ...appPages(pages),
      ...adminPages(pages),
    ],
  };
}
