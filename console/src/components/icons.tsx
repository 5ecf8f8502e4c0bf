/** Lines of 24 by 24, drawn in the colour of the text around them. */
const PATHS = {
  overview: 'M4 4h7v7H4zM13 4h7v4h-7zM13 10h7v10h-7zM4 13h7v7H4z',
  volumes:
    'M5 6c0-1.7 3-3 7-3s7 1.3 7 3-3 3-7 3-7-1.3-7-3zM5 6v6c0 1.7 3 3 7 3s7-1.3 7-3V6M5 12v6c0 1.7 3 3 7 3s7-1.3 7-3v-6',
  create: 'M12 5v14M5 12h14',
  blockVolumes: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9',
  nodes: 'M4 4h16v6H4zM4 14h16v6H4zM8 7h.01M8 17h.01',
  operations: 'M20 12a8 8 0 1 1-2.3-5.6M20 4v4h-4',
  events: 'M4 12h4l3-8 3 16 3-8h3',
  differences: 'M9 4L4 9l5 5M4 9h11M15 10l5 5-5 5M20 15H9',
  audit: 'M7 3h10v18l-5-3-5 3zM10 8h4M10 12h4',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Bricks and mortar. */
export function Brand() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" fill="#a8401f" />
      <path fill="#fff4ec" d="M5 7h13v5H5zM20 7h7v5h-7zM5 13.5h7v5H5zM14 13.5h13v5H14zM5 20h13v5H5zM20 20h7v5h-7z" />
    </svg>
  );
}
