export interface ToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** Tool calls as the host sent them, put right: clients parse `arguments`, and answer by `id`. */
export function toolCallsOf(jobId: string, sent: unknown[] | null): ToolCall[] {
  return (sent ?? []).flatMap((call, index) => {
    const { id, function: called } = fieldsOf(call);
    const { name, arguments: given } = fieldsOf(called);
    if (typeof name !== 'string') return [];
    return {
      id: typeof id === 'string' && id !== '' ? id : `call_${jobId}_${index}`,
      type: 'function' as const,
      function: {
        name,
        arguments: typeof given === 'string' ? given : JSON.stringify(given ?? {}),
      },
    };
  });
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
