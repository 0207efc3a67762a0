import { readFileSync } from 'node:fs';
import { emitKeypressEvents } from 'node:readline';
import { connect } from 'mqtt';
import { decodeMessage, parseTopic, type MessageOf } from '@mingjing/protocol';
import { loadTlsIdentity, tlsOptions } from '@mingjing/runtime';

type Followed = 'dock-state' | 'progress';

/** What the dock tells the broker, as it comes; gives what ends it. */
export function followDock(
  broker: number,
  identityDirectory: string,
  told: { readonly [K in Followed]: (message: MessageOf<K>) => void },
): () => Promise<void> {
  const client = connect(`mqtts://localhost:${broker}`, {
    ...tlsOptions(loadTlsIdentity(identityDirectory, 'dock')),
    clientId: 'demo-view',
  });
  client.subscribe('mingjing/v1/+/dock/#');
  client.on('error', () => undefined);
  client.on('message', (topic, payload) => {
    const kind = parseTopic(topic)?.kind;
    if (kind === 'dock-state') told[kind](decodeMessage(kind, payload));
    if (kind === 'progress') told[kind](decodeMessage(kind, payload));
  });
  return async () => {
    await client.endAsync(true);
  };
}

/** Resolves when the person quits. Without a terminal it waits to be told to end. */
export async function keys(press: (key: string) => Promise<void>): Promise<void> {
  const { stdin } = process;
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    if (!stdin.isTTY) return;
    emitKeypressEvents(stdin);
    stdin.setRawMode(true);
    stdin.on('keypress', (_text: string | undefined, key: { name?: string; ctrl?: boolean }) => {
      if (key.name === 'q' || (key.ctrl === true && key.name === 'c')) resolve();
      else void press(key.name ?? '');
    });
  });
  if (stdin.isTTY) stdin.setRawMode(false);
  stdin.pause();
}

/** The whole screen anew. */
export function redraw(lines: readonly string[]): void {
  process.stdout.write(`\x1b[H\x1b[2J${lines.join('\n')}\n`);
}

/** The one-time link; a new one stands in the file once it was used. */
export function linkIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '…';
  }
}

export function percentOf({ bytes, totalBytes }: MessageOf<'progress'>): number {
  return totalBytes === 0 ? 100 : Math.floor((100 * bytes) / totalBytes);
}
