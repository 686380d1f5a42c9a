import { Layout, type PageProps } from '../../layout';
import { QUESTIONS } from './questions';

export function FaqPage({ nonce, viewer }: PageProps) {
  return (
    <Layout
      title="Questions and answers"
      description="How quotes are checked, what verdicts mean, what happens to documents and money."
      nonce={nonce}
      viewer={viewer}
      path="/faq"
    >
      <h1>Questions and answers</h1>
      {QUESTIONS.map(({ question, answer }) => (
        <details>
          <summary safe>{question}</summary>
          <p safe>{answer}</p>
        </details>
      ))}
      <p>
        Something else? <a href="/support">Ask</a>.
      </p>
    </Layout>
  );
}
