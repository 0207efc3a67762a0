import type { ReactNode } from 'react';

/** Shapes as well as colours: whoever cannot tell the colours apart sees the shapes. Words always stand beside. */
const SHAPES = {
  recording: <circle cx="8" cy="8" r="6" />,
  arriving: <path d="M8 1v8M4 6l4 4 4-4M2 14h12" fill="none" stroke="currentColor" strokeWidth="2" />,
  complete: <path d="M2 8l4 4 8-9" fill="none" stroke="currentColor" strokeWidth="2.4" />,
  standby: <circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" strokeWidth="2" />,
  docked: (
    <path d="M2 9h3v3h6V9h3v5H2zM8 1v8M5 6l3 3 3-3" fill="none" stroke="currentColor" strokeWidth="1.6" />
  ),
  offline: <path d="M3 3l10 10M13 3L3 13" fill="none" stroke="currentColor" strokeWidth="2.2" />,
  warning: <path d="M8 1l7 13H1zM7.2 6v4h1.6V6zm0 5.2v1.6h1.6v-1.6z" fillRule="evenodd" />,
  stop: <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5zM7.2 4v5h1.6V4zm0 6.4V12h1.6v-1.6z" fillRule="evenodd" />,
  info: (
    <path d="M8 .5a7.5 7.5 0 100 15 7.5 7.5 0 000-15zM7.1 7h1.8v5H7.1zm0-3h1.8v1.8H7.1z" fillRule="evenodd" />
  ),
  down: <path d="M3 5l5 6 5-6" fill="none" stroke="currentColor" strokeWidth="2" />,
  yes: (
    <path
      d="M8 .5a7.5 7.5 0 100 15 7.5 7.5 0 000-15zM3.6 8.4l1.3-1.3L7 9.2l4.2-4.4 1.3 1.3L7 11.8z"
      fillRule="evenodd"
    />
  ),
  mark: <path d="M4 1h8v14l-4-3.4L4 15z" />,
  key: <path d="M8 .8l2.2 4.7 5 .6-3.7 3.5 1 5.1L8 12.2l-4.5 2.5 1-5.1L.8 6.1l5-.6z" />,
  play: <path d="M4 2l10 6-10 6z" />,
  pause: <path d="M3 2h4v12H3zM9 2h4v12H9z" />,
  back: <path d="M8 3v10L1 8zM15 3v10L8 8z" />,
  forward: <path d="M1 3l7 5-7 5zM8 3l7 5-7 5z" />,
  sound: <path d="M1 6h3l4-4v12l-4-4H1zM10.5 5a4 4 0 010 6M12.5 3a7 7 0 010 10" stroke="currentColor" />,
  muted: <path d="M1 6h3l4-4v12l-4-4H1zM10 6l5 5M15 6l-5 5" stroke="currentColor" strokeWidth="1.5" />,
  full: <path d="M1 6V1h5M10 1h5v5M15 10v5h-5M6 15H1v-5" fill="none" stroke="currentColor" strokeWidth="2" />,
  film: <path d="M1 3h9v10H1zM11 7l4-3v8l-4-3z" />,
  microphone: (
    <path
      d="M8 1a2.5 2.5 0 00-2.5 2.5v4a2.5 2.5 0 005 0v-4A2.5 2.5 0 008 1zM3.2 7.5a4.8 4.8 0 009.6 0M8 12.3V15M5 15h6"
      stroke="currentColor"
      strokeWidth="1.4"
      fillOpacity="1"
    />
  ),
  photo: (
    <path
      d="M1 4h3.5L6 2h4l1.5 2H15v10H1zM8 6a3.2 3.2 0 100 6.4A3.2 3.2 0 008 6zm0 1.5a1.7 1.7 0 110 3.4 1.7 1.7 0 010-3.4z"
      fillRule="evenodd"
    />
  ),
  gap: <path d="M1 6h4v4H1zM11 6h4v4h-4zM7 7.2h2v1.6H7z" />,
  next: <path d="M2 2l8 6-8 6zM11 2h3v12h-3z" />,
} as const;

export type Shape = keyof typeof SHAPES;
export type Tone = 'good' | 'unsure' | 'bad' | 'busy' | 'quiet' | 'key';

export function Icon({ shape, size = 16 }: { readonly shape: Shape; readonly size?: number }): ReactNode {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="currentColor"
      aria-hidden="true"
    >
      {SHAPES[shape]}
    </svg>
  );
}

/** Colour, shape and words together. */
export function Badge(props: {
  readonly shape: Shape;
  readonly tone: Tone;
  readonly title?: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <span className={`badge tone-${props.tone}`} title={props.title}>
      <Icon shape={props.shape} size={13} />
      <span>{props.children}</span>
    </span>
  );
}

/** Something that is the same in every language: an identifier, a digest, a command. */
export function Verbatim({
  children,
  mono = false,
}: {
  readonly children: ReactNode;
  readonly mono?: boolean;
}): ReactNode {
  return (
    <bdi translate="no" className={mono ? 'mono' : undefined}>
      {children}
    </bdi>
  );
}
