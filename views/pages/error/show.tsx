import { Layout, type PageProps } from '../../layout';

const TITLES: Record<number, string> = {
  403: 'Not allowed',
  404: 'Nothing is here',
  413: 'Too large',
  429: 'Too many at once',
  500: 'Our mistake',
};

interface ErrorPageProps extends PageProps {
  status: number;
  /** What is wrong, and the remedy. */
  message: string;
}

export function ErrorPage({ nonce, viewer, status, message }: ErrorPageProps) {
  const title = TITLES[status] ?? 'This did not work';
  return (
    <Layout title={title} nonce={nonce} viewer={viewer} path="">
      <h1 safe>{title}</h1>
      <p class="lead" safe>
        {message}
      </p>
      <p>
        {viewer ? <a href="/app">To your dashboard</a> : <a href="/">To the start page</a>}, or{' '}
        <a href="/support">get help</a>.
      </p>
    </Layout>
  );
}
