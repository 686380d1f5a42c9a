/** Plain text: one paragraph an answer. */
export const QUESTIONS: readonly { question: string; answer: string }[] = [
  {
    question: 'How can I check a quote?',
    answer:
      'Each quote names a snapshot by the SHA-256 of its text, and the offsets where it stands. On the machine itself, `sonde verify JOB` compares every quote of a job with its stored snapshot, without any network.',
  },
  {
    question: 'What do established, reported and contested mean?',
    answer:
      'Established: two independent sources or more say so. Reported: one does. Contested: sources disagree, and the quotes of the other side stand beside it. Copies of one text count as one source. A verdict is about what sources say; it does not make them right.',
  },
  {
    question: 'What happens when nothing is found?',
    answer:
      'Sonde says so, and where it looked. It does not fill the gap with a guess. A fixed price is charged all the same, for the work was done; a job that fails is not charged.',
  },
  {
    question: 'Does it need a language model?',
    answer:
      'No. The answer is built from sentences of the sources by rules. That makes it plain reading, and nothing in it can be invented.',
  },
  {
    question: 'Can it use the GPUs that we have?',
    answer:
      'Yes. Run `sonde host` on a machine with Ollama, vLLM or llama.cpp and a join token from an admin: its models are then part of the pool, for everybody here and for whatever speaks the OpenAI API. The quick start shows how to ask them.',
  },
  {
    question: 'Where do my documents go?',
    answer:
      'Into the database file of this server, and nowhere else. What leaves the machine are searches and the fetching of web pages; a request with "search": {"web": false} and no addresses among its sources causes neither.',
  },
  {
    question: 'Who sees my documents and jobs?',
    answer:
      'Your own account; a document that an admin shares is read by the whole team. Admins see jobs with their questions and costs. Whoever runs the machine can read its files.',
  },
  {
    question: 'What if I lose a key?',
    answer:
      'A key is shown once and stored as a hash, so nobody can look it up. Reset it in the dashboard: the old one stops at once, and you are shown a new one.',
  },
  {
    question: 'Can a job cost more than I expect?',
    answer:
      'No. Its price, or for max your max_credits, is set aside before it starts, and no more can be charged. If the balance is too small the job is refused. A key can have a monthly cap besides.',
  },
  {
    question: 'Do credits expire?',
    answer:
      'Those of a plan at the end of the month (UTC), those that were bought or granted on top never. A job uses the credits of the plan first.',
  },
  {
    question: 'Which pages does it fetch?',
    answer:
      'Those you name, and those that searches find, on public addresses only. robots.txt is heard, and what it forbids is left unread.',
  },
];
