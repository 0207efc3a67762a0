import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A microphone for ALSA where there is no sound card: alsa-lib's own file plugin reads what ffmpeg writes into a FIFO, at
 * the pace of a card whose crystal gives `perSecond` samples in a true second and says 48,000. It beeps at the beginning
 * of every second of the wall clock.
 */
export async function withMicrophone<T>(
  directory: string,
  perSecond: number,
  use: (name: string, unplug: () => void) => Promise<T>,
): Promise<T> {
  const fifo = join(directory, 'microphone');
  const config = join(directory, 'alsa.conf');
  execFileSync('mkfifo', ['-m', '600', fifo]);
  writeFileSync(
    config,
    `pcm.silence { type null }
pcm.microphone {
  type file
  slave.pcm "silence"
  file "/dev/null"
  infile "${fifo}"
  format "raw"
}
`,
  );
  const before = process.env['ALSA_CONFIG_PATH'];
  process.env['ALSA_CONFIG_PATH'] = config;
  // A subshell opens the FIFO first, which waits for a reader: only then is the time taken. Again for every reader.
  const script = `while :; do (
  volume="if(lt(mod(t+$(date +0.%N),1),0.1),1,0)"
  exec ffmpeg -nostdin -loglevel quiet -re -f lavfi \\
    -i "sine=frequency=1000:sample_rate=$2:samples_per_frame=480,volume='$volume':eval=frame" -f s16le pipe:1
) >"$1"; done`;
  const args = ['-c', script, 'sh', fifo, String(perSecond)];
  const player = spawn('/bin/sh', args, { stdio: 'ignore', detached: true });
  const ended = once(player, 'exit');
  const unplug = (): void => {
    if (player.pid !== undefined && player.exitCode === null && player.signalCode === null)
      process.kill(-player.pid, 'SIGKILL');
  };
  try {
    return await use('microphone', unplug);
  } finally {
    if (before === undefined) delete process.env['ALSA_CONFIG_PATH'];
    else process.env['ALSA_CONFIG_PATH'] = before;
    unplug();
    await ended;
  }
}
