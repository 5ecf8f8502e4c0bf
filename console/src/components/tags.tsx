/** Tags of a node or device: `name: value`. */
export function Tags({ tags }: { readonly tags: Readonly<Record<string, string>> | undefined }) {
  const entries = Object.entries(tags ?? {});
  if (entries.length === 0) return null;
  return (
    <span class="tags">
      {entries.map(([name, value]) => (
        <span key={name} class="badge">
          {name}: {value}
        </span>
      ))}
    </span>
  );
}
