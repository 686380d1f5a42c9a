/** A page that anybody may read; also what the sitemap and llms.txt list. */
export interface PublicPage {
  path: string;
  /** Its name in the navigation. */
  name: string;
  /** One sentence on what it holds. */
  summary: string;
  /** A page for those who have no session yet. */
  isSignIn?: boolean;
}

export const PUBLIC_PAGES: readonly PublicPage[] = [
  {
    path: '/',
    name: 'Home',
    summary: 'What Sonde is, what an answer looks like, and how to ask the first question.',
  },
  {
    path: '/docs',
    name: 'Docs',
    summary:
      'A quick start for the API: keys, research jobs, events, typed output, errors, models.',
  },
  {
    path: '/pricing',
    name: 'Pricing',
    summary: 'What a credit is, what each research mode costs, plans and credit packs.',
  },
  {
    path: '/faq',
    name: 'FAQ',
    summary: 'How quotes are checked, what the verdicts mean, what happens to documents and money.',
  },
  { path: '/support', name: 'Support', summary: 'How to get help from whoever runs this server.' },
  {
    path: '/login',
    name: 'Sign in',
    summary: 'Sign in to see credits, keys and jobs.',
    isSignIn: true,
  },
  {
    path: '/signup',
    name: 'Sign up',
    summary: 'Make an account; the Free plan needs no card.',
    isSignIn: true,
  },
];

/** Of who is signed in. */
export function ownPages({ isAdmin }: { isAdmin: boolean }): { path: string; name: string }[] {
  return [
    { path: '/app', name: 'Dashboard' },
    { path: '/app/jobs', name: 'Jobs' },
    { path: '/app/models', name: 'Models' },
    ...(isAdmin ? [{ path: '/app/admin/hosts', name: 'Hosts' }] : []),
  ];
}
