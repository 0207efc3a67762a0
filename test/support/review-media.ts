import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BoxSplitter, concat, readRuns, readTracks, splitInit } from '@mingjing/protocol';

const run = promisify(execFile);

export interface ReviewMedia {
  readonly init: Uint8Array;
  readonly segments: readonly { readonly seconds: number; readonly bytes: Uint8Array }[];
}

/** Real footage: a moving test pattern and a tone, H.264 and AAC, in fragments of one second. */
export async function makeMedia(options: {
  seconds: number;
  segmentSeconds: number;
  size?: string;
  picture?: boolean;
}): Promise<ReviewMedia> {
  const { seconds, segmentSeconds, size = '640x360', picture = true } = options;
  const video = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=15`];
  const encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '15', '-bf', '0'];
  const { stdout } = await run(
    'ffmpeg',
    [
      ...['-v', 'error', ...(picture ? video : [])],
      ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-t', String(seconds)],
      ...(picture ? encode : []),
      ...['-c:a', 'aac', '-b:a', '64k', '-f', 'mp4'],
      ...[
        '-movflags',
        picture ? 'frag_keyframe+empty_moov+default_base_moof' : 'empty_moov+default_base_moof',
      ],
      ...(picture ? [] : ['-frag_duration', '1000000']),
      '-',
    ],
    { encoding: 'buffer', maxBuffer: 256 * 1024 * 1024 },
  );
  return cut(stdout, segmentSeconds);
}

function cut(mp4: Uint8Array, segmentSeconds: number): ReviewMedia {
  const { init, fragments } = splitInit(mp4);
  const tracks = readTracks(init);
  const pace = tracks.find((track) => track.kind === 'video') ?? tracks[0];
  if (pace === undefined) throw new Error('ffmpeg wrote no track');
  const segments: { seconds: number; boxes: Uint8Array[] }[] = [];
  let boxes: Uint8Array[] = [];
  let seconds = 0;
  for (const box of new BoxSplitter().push(fragments)) {
    if (box.type !== 'moof' && box.type !== 'mdat') continue;
    boxes.push(box.bytes);
    if (box.type === 'moof') {
      const own = readRuns(box.bytes).filter(({ track }) => track === pace.id);
      seconds += own.reduce((sum, { duration }) => sum + Number(duration) / pace.timescale, 0);
    } else if (seconds >= segmentSeconds - 0.05) {
      segments.push({ seconds, boxes });
      boxes = [];
      seconds = 0;
    }
  }
  if (boxes.length > 0) segments.push({ seconds, boxes });
  return { init, segments: segments.map((one) => ({ seconds: one.seconds, bytes: concat(one.boxes) })) };
}
