/**
 * Fragmented MP4 on standard input, its first picture as a JPEG on standard output. No sound is decoded, and nothing
 * says which program made it: what is in the file is ours.
 */
export const PHOTO_ARGUMENTS: readonly string[] = [
  ...['-hide_banner', '-loglevel', 'error', '-f', 'mp4', '-i', 'pipe:0', '-map', '0:v:0', '-frames:v', '1'],
  ...['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p', '-bitexact', '-f', 'image2pipe', 'pipe:1'],
];
