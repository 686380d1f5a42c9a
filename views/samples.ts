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

/** The name as it may stand in a sample: hosts name their models, and a sample is pasted into a
 * shell. */
export function nameInSample(model: string): string {
  return /^[\w./:@+-]+$/.test(model) && !model.startsWith('-') ? model : 'MODEL';
}

/** A chat with a model, over the OpenAI API. */
export function firstChat(origin: string, model: string): string {
  return `curl -sS ${origin}/v1/chat/completions \\
  -H "Authorization: Bearer $SONDE_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"model": "${nameInSample(model)}", "messages": [{"role": "user", "content": "Say hello."}]}'`;
}

/** With the package that most programs use. */
export function openaiChat(origin: string, model: string): string {
  return `import os
from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key=os.environ["SONDE_KEY"])
stream = client.chat.completions.create(
    model="${nameInSample(model)}",
    messages=[{"role": "user", "content": "Say hello."}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)`;
}

/** A job that goes on when its reader leaves, and the stream of its tokens. */
export function firstRun(origin: string, model: string): string {
  return `curl -sS ${origin}/run/model \\
  -H "Authorization: Bearer $SONDE_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"model": "${nameInSample(model)}", "input_text": "Say hello.", "max_tokens": 64}'

curl -sSN ${origin}/jobs/JOB_ID/stream -H "Authorization: Bearer $SONDE_KEY"`;
}

/** What makes a machine with a GPU a host, run there. */
export function joinCommand(origin: string, joinToken: string): string {
  return `sonde host --server ${origin} --join-token ${joinToken}`;
}
