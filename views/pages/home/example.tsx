interface QuoteProps {
  text: string;
  source: string;
}

interface FindingProps {
  text: string;
  status: 'established' | 'contested' | 'reported';
  confidence: string;
  quotes: QuoteProps[];
  disputedBy?: QuoteProps[];
}

const PRESS_RELEASE = 'halden press release';
const ENCYCLOPEDIA = 'Halden Strait (encyclopedia)';
const INSPECTORATE = 'Grid Inspectorate: Report 2022/17, Halden Strait tidal power plant';
const CAPACITY = 'The Halden Strait tidal power plant has a capacity of 48 megawatts.';
const HOMES =
  'The Halden Strait tidal power plant supplies 31,000 homes with electricity, about as many as there are in Lysmark and Vessby together.';

/** What Sonde answers from the example library; of each finding's quotes the first ones. */
const FINDINGS: readonly FindingProps[] = [
  {
    text: CAPACITY,
    status: 'contested',
    confidence: '0.54',
    quotes: [
      { text: CAPACITY, source: PRESS_RELEASE },
      { text: 'Its capacity is given as 48 megawatts by its owner.', source: ENCYCLOPEDIA },
    ],
    disputedBy: [
      {
        text: 'The Inspectorate measured a capacity of 42 megawatts at the point of connection.',
        source: INSPECTORATE,
      },
    ],
  },
  {
    text: 'The Halden Strait tidal power plant delivered its first power to the grid on 3 June 2019.',
    status: 'established',
    confidence: '0.95',
    quotes: [
      {
        text: 'The Halden Strait tidal power plant delivered its first power to the grid on 3 June 2019, after four years of construction.',
        source: PRESS_RELEASE,
      },
      {
        text: 'The plant delivered its first power to the grid on 3 June 2019 and has been in regular operation since 1 October 2019.',
        source: INSPECTORATE,
      },
    ],
  },
  {
    text: HOMES,
    status: 'reported',
    confidence: '0.78',
    quotes: [{ text: HOMES, source: PRESS_RELEASE }],
  },
];

/** What an answer looks like: findings with their verdicts, and the quotes under each. */
export function ExampleAnswer() {
  return (
    <section aria-labelledby="example">
      <h2 id="example">What an answer looks like</h2>
      <p>
        Asked of the example library that comes with Sonde: what is the capacity of the Halden
        Strait tidal power plant, when did it deliver its first power, and how many homes does it
        supply? The plant is made up; the findings are what Sonde answers, shortened.
      </p>
      {FINDINGS.map((finding) => (
        <Finding {...finding} />
      ))}
    </section>
  );
}

function Finding({ text, status, confidence, quotes, disputedBy = [] }: FindingProps) {
  return (
    <article class={`finding ${status}`}>
      <p safe>{text}</p>
      <p class="verdict" safe>{`${status}, confidence ${confidence}`}</p>
      {quotes.map((quote) => (
        <Quote {...quote} />
      ))}
      {disputedBy.length > 0 ? <p class="note">Disputed by</p> : null}
      {disputedBy.map((quote) => (
        <Quote {...quote} />
      ))}
    </article>
  );
}

function Quote({ text, source }: QuoteProps) {
  return (
    <blockquote>
      <p safe>{`“${text}”`}</p>
      <cite safe>{source}</cite>
    </blockquote>
  );
}
