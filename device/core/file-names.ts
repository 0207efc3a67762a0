/** Footage files are named before their content is known: by recording and place in it. */
export function segmentFile(recording: string, index: number): string {
  return `${recording}.${String(index).padStart(6, '0')}.age`;
}

export function keyFile(recording: string): string {
  return `${recording}.key.age`;
}

/** The recording a file would be of. */
export function recordingOfFile(file: string): string | undefined {
  return /^([0-9a-f]{32})\.(?:[0-9]{6,}|key)\.age$/.exec(file)?.[1];
}

/** What of a begun segment could not be named, kept for whoever can make something of it. */
export function restFile(file: string): string {
  return `${file}.rest`;
}

/** The recording it would be the rest of. */
export function recordingOfRest(file: string): string | undefined {
  return file.endsWith('.rest') ? recordingOfFile(file.slice(0, -'.rest'.length)) : undefined;
}

export function isKeyFile(file: string): boolean {
  return file.endsWith('.key.age') && recordingOfFile(file) !== undefined;
}
