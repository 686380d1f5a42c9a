/** Names and what they mean; `code` in a meaning is set as such. */
export function FactList({ facts }: { facts: Record<string, string> }) {
  return (
    <dl class="facts">
      {Object.entries(facts).map(([name, meaning]) => (
        <div>
          <dt>
            <code safe>{name}</code>
          </dt>
          <dd>
            {meaning
              .split('`')
              .map((part, index) =>
                index % 2 === 0 ? <span safe>{part}</span> : <code safe>{part}</code>,
              )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
