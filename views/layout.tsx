import type { PropsWithChildren } from '@kitajs/html';
import { ownPages, PUBLIC_PAGES } from './navigation';

/** Who looks at the page, and the token that each of their forms carries. */
export interface Viewer {
  email: string;
  isAdmin: boolean;
  csrfToken: string;
}

/** What every page is given, whatever it shows. */
export interface PageProps {
  nonce: string;
  /** Null for somebody who is not signed in. */
  viewer: Viewer | null;
}

interface LayoutProps extends PageProps {
  title: string;
  description?: string;
  /** Of this page, to mark it in the navigation. */
  path: string;
  /** Addresses under /assets. */
  scripts?: string[];
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%230b6e63'/%3E%3Cpath d='M8 3v7m0 2v1' stroke='white' stroke-width='2'/%3E%3C/svg%3E";

/** The whole document around what a page shows; `page` sends it. */
export function Layout(props: PropsWithChildren<LayoutProps>) {
  const { title, description, nonce, viewer, path, scripts = [] } = props;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title safe>{`${title} · Sonde`}</title>
        {description ? <meta name="description" content={description} /> : null}
        <link rel="icon" href={ICON} />
        <link rel="stylesheet" href="/assets/style.css" />
        {scripts.map((source) => (
          <script src={source} nonce={nonce} defer />
        ))}
      </head>
      <body>
        <a class="skip-link" href="#content">
          Skip to content
        </a>
        <Header viewer={viewer} path={path} />
        <main id="content" tabindex="-1">
          {props.children}
        </main>
        <Footer />
      </body>
    </html>
  );
}

function Header({ viewer, path }: { viewer: Viewer | null; path: string }) {
  const pages = PUBLIC_PAGES.filter((page) => page.path !== '/');
  const shown = viewer ? pages.filter((page) => !page.isSignIn) : pages;
  return (
    <header class="site-header">
      <a class="brand" href="/" aria-current={path === '/' ? 'page' : undefined}>
        Sonde
      </a>
      <nav aria-label="Main">
        <ul>
          {(viewer ? ownPages(viewer) : []).map((page) => (
            <NavigationLink to={page.path} name={page.name} path={path} />
          ))}
          {shown.map((page) => (
            <NavigationLink to={page.path} name={page.name} path={path} />
          ))}
        </ul>
      </nav>
      {viewer ? <SignOut viewer={viewer} /> : null}
    </header>
  );
}

function NavigationLink({ to, name, path }: { to: string; name: string; path: string }) {
  return (
    <li>
      <a href={to} aria-current={to === path ? 'page' : undefined} safe>
        {name}
      </a>
    </li>
  );
}

function SignOut({ viewer }: { viewer: Viewer }) {
  return (
    <form class="sign-out" method="post" action="/logout">
      <input type="hidden" name="csrf_token" value={viewer.csrfToken} />
      <span class="who" safe>
        {viewer.email}
      </span>
      <button type="submit" class="quiet">
        Sign out
      </button>
    </form>
  );
}

function Footer() {
  return (
    <footer class="site-footer">
      <nav aria-label="More">
        <ul>
          <li>
            <a href="/api/docs">API reference</a>
          </li>
          <li>
            <a href="/api/openapi.json">OpenAPI</a>
          </li>
          <li>
            <a href="/llms.txt">llms.txt</a>
          </li>
          <li>
            <a href="/support">Support</a>
          </li>
        </ul>
      </nav>
      <p>Every finding here has a quote that can be checked.</p>
    </footer>
  );
}
