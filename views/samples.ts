/** Samples for pages and for agents. `origin` is where this server is found. */

const KEY = 'inf_live_…';

/** The first question, as a command to copy. */
export function firstQuestion(origin: string): string {
  return `export SONDE_KEY='${KEY}'

curl -sS ${origin}/v1/research \\
  -H "Authorization: Bearer $SONDE_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"question": "When did line 4 of the Lysmark tram open?", "mode": "lite"}'`;
}

/** Accepts a job, and follows it to its end. */
export function followedQuestion(origin: string): string {
  return `curl -sS ${origin}/v1/research \\
  -H "Authorization: Bearer $SONDE_KEY" \\
  -H 'Content-Type: application/json' \\
  -H "Idempotency-Key: $(uuidgen)" \\
  -d '{"question": "Who built the Vessby bridge?", "async": true}'

# 202 {"id": "…", "status": "pending", "status_url": "/v1/research/…", "events_url": …}

curl -sSN ${origin}/v1/research/JOB_ID/events -H "Authorization: Bearer $SONDE_KEY"`;
}

export function typescriptQuestion(origin: string): string {
  return `const key = 'inf_live_…'; // made at ${origin}/app

const answer = await fetch('${origin}/v1/research', {
  method: 'POST',
  headers: {
    authorization: \`Bearer \${key}\`,
    'content-type': 'application/json',
    'idempotency-key': crypto.randomUUID(),
  },
  body: JSON.stringify({
    question: 'When did line 4 of the Lysmark tram open?',
    mode: 'lite',
  }),
});
const result = await answer.json();
if (!answer.ok) throw new Error(\`\${result.code}: \${result.detail}\`);
if (answer.status === 202) throw new Error(\`not finished yet: poll \${result.status_url}\`);

for (const finding of result.findings) {
  console.log(finding.status, finding.confidence, finding.text);
  for (const quote of finding.quotes) console.log(\`  [\${quote.source}] \${quote.text}\`);
}`;
}

export function pythonQuestion(origin: string): string {
  return `import json, os, urllib.request, uuid

request = urllib.request.Request(
    "${origin}/v1/research",
    data=json.dumps({
        "question": "When did line 4 of the Lysmark tram open?",
        "mode": "lite",
    }).encode(),
    headers={
        "Authorization": "Bearer " + os.environ["SONDE_KEY"],
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
    },
)
with urllib.request.urlopen(request) as answer:  # raises HTTPError for 4xx and 5xx
    result = json.load(answer)
if answer.status == 202:
    raise SystemExit("not finished yet: poll " + result["status_url"])

for finding in result["findings"]:
    print(finding["status"], finding["confidence"], finding["text"])
    for quote in finding["quotes"]:
        print(f'  [{quote["source"]}] {quote["text"]}')`;
}

export function typedQuestion(origin: string): string {
  return `curl -sS ${origin}/v1/research \\
  -H "Authorization: Bearer $SONDE_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{
    "question": "When did line 4 of the Lysmark tram open?",
    "mode": "lite",
    "response_schema": {
      "type": "object",
      "required": ["opened"],
      "properties": {"opened": {"type": ["string", "null"], "format": "date"}}
    }
  }'`;
}

export function addedDocument(origin: string): string {
  return `curl -sS ${origin}/v1/library \\
  -H "Authorization: Bearer $SONDE_KEY" -F file=@report.pdf

curl -sS "${origin}/v1/library/search?q=tram&limit=5" -H "Authorization: Bearer $SONDE_KEY"`;
}
