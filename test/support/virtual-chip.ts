import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type ToolSays =
  | { readonly type: 'look' }
  | { readonly type: 'monitor'; readonly chip: string; readonly offsets: readonly number[] }
  | { readonly type: 'set'; readonly chip: string; readonly offset: number; readonly level: boolean }
  | { readonly type: 'level'; readonly level: boolean };

export type ChipSays =
  | { readonly label: string; readonly lines: readonly (string | null)[] }
  | { readonly granted: true }
  | { readonly error: string }
  | { readonly offset: number; readonly level: boolean };

const TOOLS = ['gpiomon', 'gpioset', 'gpioinfo', 'gpiodetect'];

/** A GPIO chip as the kernel keeps it: a line is given to one process only, and falls low when that is gone. */
export class VirtualChip {
  /** Where the tools lie. */
  readonly tools: string;
  readonly #label: string;
  readonly #lines: readonly (string | null)[];
  readonly #socketPath: string;
  readonly #holders = new Map<number, Socket>();
  readonly #monitors = new Map<Socket, readonly number[]>();
  readonly #histories = new Map<number, boolean[]>();
  #server: Server | undefined;

  constructor(directory: string, major: 1 | 2, label: string, lines: readonly (string | null)[]) {
    this.tools = directory;
    this.#label = label;
    this.#lines = lines;
    this.#socketPath = join(directory, 'chip');
    // Its types are taken off once, not at each of many starts.
    const standIn = join(directory, 'stand-in.mjs');
    const source = readFileSync(new URL('gpio-stand-in.ts', import.meta.url), 'utf8');
    writeFileSync(standIn, stripTypeScriptTypes(source));
    for (const tool of TOOLS) {
      const path = join(directory, tool);
      const command = [process.execPath, standIn, tool, String(major), this.#socketPath];
      writeFileSync(path, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(' ')} "$@"\n`);
      chmodSync(path, 0o700);
    }
  }

  async plug(): Promise<void> {
    const server = createServer((socket) => this.#serve(socket)).listen(this.#socketPath);
    this.#server = server;
    await once(server, 'listening');
  }

  /** Everybody who has a line loses it. */
  async unplug(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    for (const socket of [...this.#monitors.keys(), ...this.#holders.values()]) socket.destroy();
    server.close();
    await once(server, 'close');
  }

  /** Whoever listens loses the chip, which stays. */
  dropMonitors(): void {
    for (const socket of this.#monitors.keys()) socket.destroy();
  }

  get isMonitored(): boolean {
    return this.#monitors.size > 0;
  }

  get held(): readonly number[] {
    return [...this.#holders.keys(), ...[...this.#monitors.values()].flat()];
  }

  /** A voltage on an input. */
  drive(offset: number, level: boolean): void {
    for (const [socket, offsets] of this.#monitors)
      if (offsets.includes(offset)) tell(socket, { offset, level });
  }

  /** Levels of an output, as they changed. */
  history(offset: number): readonly boolean[] {
    return this.#histories.get(offset) ?? [false];
  }

  #serve(socket: Socket): void {
    socket.on('error', () => undefined);
    socket.on('close', () => this.#release(socket));
    createInterface({ input: socket })
      .on('line', (line) => this.#take(socket, JSON.parse(line) as ToolSays))
      .on('error', () => undefined);
  }

  #take(socket: Socket, words: ToolSays): void {
    switch (words.type) {
      case 'look':
        tell(socket, { label: this.#label, lines: this.#lines });
        return;
      case 'monitor':
        if (!this.#grants(socket, words.chip, words.offsets)) return;
        this.#monitors.set(socket, words.offsets);
        return;
      case 'set':
        if (!this.#grants(socket, words.chip, [words.offset])) return;
        this.#holders.set(words.offset, socket);
        this.#change(words.offset, words.level);
        return;
      case 'level':
        for (const [offset, holder] of this.#holders)
          if (holder === socket) this.#change(offset, words.level);
        return;
      default:
        words satisfies never;
    }
  }

  #grants(socket: Socket, chip: string, offsets: readonly number[]): boolean {
    const error =
      chip !== 'gpiochip0'
        ? 'No such file or directory'
        : offsets.length === 0 || offsets.some((offset) => this.#lines[offset] === undefined)
          ? 'Invalid argument'
          : offsets.some((offset) => this.held.includes(offset))
            ? 'Device or resource busy'
            : undefined;
    tell(socket, error === undefined ? { granted: true } : { error });
    return error === undefined;
  }

  #change(offset: number, level: boolean): void {
    const history = this.history(offset);
    if (history.at(-1) !== level) this.#histories.set(offset, [...history, level]);
  }

  #release(socket: Socket): void {
    this.#monitors.delete(socket);
    for (const [offset, holder] of [...this.#holders]) {
      if (holder !== socket) continue;
      this.#holders.delete(offset);
      this.#change(offset, false);
    }
  }
}

function tell(socket: Socket, words: ChipSays): void {
  socket.write(`${JSON.stringify(words)}\n`);
}
