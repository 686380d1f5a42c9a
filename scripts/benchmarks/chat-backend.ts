/** A backend that speaks the OpenAI API and has its answer ready: prints its address. */
const PIECES = Array.from({ length: 16 }, (_, index) => ` word${index}`);
const encoder = new TextEncoder();

function chunk(delta: object, finish: string | null = null): string {
  return `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'bench/model',
    choices: [{ index: 0, delta, finish_reason: finish }],
  })}\n\n`;
}

const STREAMED = encoder.encode(
  `${PIECES.map((content) => chunk({ content })).join('')}${chunk({}, 'stop')}data: [DONE]\n\n`,
);
const WHOLE = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'bench/model',
  choices: [
    { index: 0, message: { role: 'assistant', content: PIECES.join('') }, finish_reason: 'stop' },
  ],
  usage: { prompt_tokens: 4, completion_tokens: 16, total_tokens: 20 },
};

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  routes: {
    '/v1/models': () =>
      Response.json({ object: 'list', data: [{ id: 'bench/model', object: 'model' }] }),
    '/v1/chat/completions': {
      async POST(request) {
        const { stream } = (await request.json()) as { stream?: boolean };
        if (!stream) return Response.json(WHOLE);
        return new Response(STREAMED, { headers: { 'content-type': 'text/event-stream' } });
      },
    },
  },
});
console.log(JSON.stringify({ url: server.url.origin }));
