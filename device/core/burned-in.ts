import type { Overlay } from './capture-plan.ts';

/** Where the burned-in lines come from: ffmpeg reads both files again for every picture. */
export interface BurnedIn {
  /** A font that shows Chinese. */
  readonly font: string | undefined;
  /** Holds {@link timeLine}; expanded by ffmpeg, so only we write it. */
  readonly timeFile: string;
  /** Holds {@link overlayLine}; shown as it is. */
  readonly linesFile: string;
}

const MAX_CHARACTERS = 80;
const STYLE = 'fontcolor=white:box=1:boxcolor=black@0.5:boxborderw=4:reload=1';

/** The filter that burns the lines in: time and device at the bottom, officer and position above it. */
export function burnInFilter({ font, timeFile, linesFile }: BurnedIn): string {
  const fontfile = font === undefined ? '' : `fontfile=${filterValue(font)}:`;
  const line = (file: string, rest: string): string =>
    `drawtext=${fontfile}textfile=${filterValue(file)}:fontsize=h/28:x=8:${STYLE}:${rest}`;
  // Heights by the picture, not the text: a line without letters that hang must not stand lower.
  return [line(timeFile, 'y=h-h/20:expansion=normal'), line(linesFile, 'y=h-h/20-h/18:expansion=none')].join(
    ',',
  );
}

/**
 * Device number and local time with milliseconds and zone, as text that drawtext expands. `offsetMs` is what the time
 * of a picture within ffmpeg lies behind the camera's own wall clock: so what is burned in is the clock of the stamps.
 * A device number holds a-z, 0-9 and - only.
 */
export function timeLine(device: string, offsetMs: number): string {
  const offset = (offsetMs / 1000).toFixed(3);
  const seconds = `%{pts:localtime:${offset}:%Y-%m-%d %H\\:%M\\:%S}`;
  // The sum is formed as for the seconds, so that both turn over with the same picture.
  const millis = `%{eif:min(999,floor(mod(t+${offset},1)*1000+0.001)):d:3}`;
  return `${device}  ${seconds}.${millis} %{pts:localtime:${offset}:%z}`;
}

/** Officer and position: whatever was given, on one line of bounded length. Never empty: drawtext takes no empty file. */
export function overlayLine({ officer, position }: Overlay): string {
  const parts = [officer, position].map((part) => plainText(part ?? '')).filter((part) => part !== '');
  return parts.length === 0 ? ' ' : parts.join('  ');
}

/** Letters only: nothing that breaks the line, turns its direction or hides in it. */
function plainText(text: string): string {
  const plain = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return Array.from(plain).slice(0, MAX_CHARACTERS).join('');
}

/**
 * A value within a filter description is read twice: as an option (`\`, `'`, `:`) and as part of a graph.
 * ffmpeg-filters(1), "Notes on filtergraph escaping".
 */
export function filterValue(text: string): string {
  return text.replaceAll(/[\\':]/g, '\\$&').replaceAll(/[\\'[\],;]/g, '\\$&');
}
