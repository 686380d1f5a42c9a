/** What an article of the local web says; `fact` is the sentence that a test looks for. */
export interface Article {
  title: string;
  fact: string;
  /** Elements for the page's head. */
  head?: string;
}

const FILLER = [
  'Work on the site began after a winter in which the old ferry could not run for nine weeks.',
  'The masons came from three villages, and were paid by the day, with bread and lamp oil added.',
  'A flood in the second year carried off the scaffolding, which was found eleven miles downstream.',
];

/** An article in the frame that pages have: navigation, a share bar, comments, a cookie notice. */
export function articlePage({ title, fact, head = '' }: Article): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>${head}
    </head><body>
    <nav><a href="/">Front page</a> <a href="/sport">Sport</a> <a href="/shop">Our shop</a></nav>
    <div class="cookie-notice"><p>We and our 412 partners value your privacy, and store cookies.</p></div>
    <main><article><h1>${title}</h1><p class="byline">By A. Reporter, 4 hours ago</p>
    <div class="share-bar"><a href="/f">Share this on every network that there is</a></div>
    <p>${fact}</p>${FILLER.map((line) => `<p>${line}</p>`).join('')}</article>
    <section class="related"><h2>Read next</h2><ul><li><a href="/x">Ten towers that lean more than
    you would think they do</a></li></ul></section>
    <section id="comments"><p>First! I have seen that bridge and it is not even that long.</p></section>
    </main><footer>Imprint, terms and the usual words about rights</footer></body></html>`;
}

export function article(of: Article, headers: Record<string, string> = {}): Response {
  return new Response(articlePage(of), {
    headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  });
}

/** The words that only the frame holds. */
export const FRAME_WORDS = /Front page|partners|Share this|leans? more|First!|Imprint|A\. Reporter/;
