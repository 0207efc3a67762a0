/**
 * Stands in for gpiomon, gpioset, gpioinfo and gpiodetect of libgpiod 1.6 and 2.2 where there is no GPIO: takes the
 * options of that version and no others, writes what it writes, and leaves when it leaves. The chip is a VirtualChip
 * behind a socket.
 */
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { ChipSays, ToolSays } from './virtual-chip.ts';

const [tool = '', majorText = '', path = '', ...args] = process.argv.slice(2);
const isFirst = majorText === '1';

function die(why: string): never {
  process.stderr.write(`${tool}: ${why}\n`);
  process.exit(1);
}

const flag = { type: 'boolean' } as const;
const text = { type: 'string' } as const;
const OPTIONS = {
  'gpiomon 1': {
    'active-low': { ...flag, short: 'l' },
    bias: { ...text, short: 'B' },
    'num-events': { ...text, short: 'n' },
    silent: { ...flag, short: 's' },
    'rising-edge': { ...flag, short: 'r' },
    'falling-edge': { ...flag, short: 'f' },
    'line-buffered': { ...flag, short: 'b' },
    format: { ...text, short: 'F' },
  },
  'gpiomon 2': {
    'active-low': { ...flag, short: 'l' },
    banner: flag,
    bias: { ...text, short: 'b' },
    'by-name': flag,
    chip: { ...text, short: 'c' },
    consumer: { ...text, short: 'C' },
    'debounce-period': { ...text, short: 'p' },
    edges: { ...text, short: 'e' },
    'event-clock': { ...text, short: 'E' },
    format: { ...text, short: 'F' },
    'num-events': { ...text, short: 'n' },
    quiet: { ...flag, short: 'q' },
    strict: { ...flag, short: 's' },
    unquoted: flag,
  },
  'gpioset 1': {
    'active-low': { ...flag, short: 'l' },
    bias: { ...text, short: 'B' },
    drive: { ...text, short: 'D' },
    mode: { ...text, short: 'm' },
    sec: { ...text, short: 's' },
    usec: { ...text, short: 'u' },
    background: { ...flag, short: 'b' },
  },
  'gpioset 2': {
    'active-low': { ...flag, short: 'l' },
    banner: flag,
    bias: { ...text, short: 'b' },
    'by-name': flag,
    chip: { ...text, short: 'c' },
    consumer: { ...text, short: 'C' },
    drive: { ...text, short: 'd' },
    'hold-period': { ...text, short: 'p' },
    strict: { ...flag, short: 's' },
    toggle: { ...text, short: 't' },
    unquoted: flag,
    daemonize: { ...flag, short: 'z' },
  },
  'gpioinfo 1': {},
  'gpioinfo 2': {
    'by-name': flag,
    chip: { ...text, short: 'c' },
    strict: { ...flag, short: 's' },
    unquoted: flag,
  },
  'gpiodetect 1': {},
  'gpiodetect 2': {},
} as const;
const BIASES = isFirst ? ['as-is', 'disable', 'pull-down', 'pull-up'] : ['disabled', 'pull-down', 'pull-up'];

interface Asked {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly chip: string;
  readonly lines: readonly string[];
}

function read(): Asked {
  const key = `${tool} ${majorText}`;
  if (!Object.hasOwn(OPTIONS, key)) die('no such tool');
  const options = OPTIONS[key as keyof typeof OPTIONS];
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const given = values as Asked['values'];
    if (typeof given['bias'] === 'string' && !BIASES.includes(given['bias']))
      die(`invalid bias: ${given['bias']}`);
    const [first = '', ...rest] = positionals;
    if (isFirst) return { values: given, chip: first, lines: rest };
    return {
      values: given,
      chip: typeof given['chip'] === 'string' ? given['chip'] : '',
      lines: positionals,
    };
  } catch (error) {
    return die(error instanceof Error ? error.message : 'bad options');
  }
}

async function chipSays(socket: Socket): Promise<AsyncIterator<ChipSays>> {
  await once(socket, 'connect');
  const lines = createInterface({ input: socket });
  return (async function* () {
    for await (const line of lines) yield JSON.parse(line) as ChipSays;
  })();
}

function say(socket: Socket, words: ToolSays): void {
  socket.write(`${JSON.stringify(words)}\n`);
}

async function request(words: ToolSays): Promise<{ socket: Socket; says: AsyncIterator<ChipSays> }> {
  const socket = createConnection(path);
  socket.on('error', () => die('error opening GPIO chip: No such device'));
  const says = await chipSays(socket);
  say(socket, words);
  const answer = await says.next();
  if (answer.done === true) die('error opening GPIO chip: No such device');
  if ('error' in answer.value) {
    die(
      isFirst
        ? `error ${tool === 'gpiomon' ? 'waiting for events' : 'setting the GPIO line values'}: ${answer.value.error}`
        : `unable to request lines on chip /dev/gpiochip0: ${answer.value.error}`,
    );
  }
  if ('lines' in answer.value) show(answer.value);
  return { socket, says };
}

function show({ label, lines }: Extract<ChipSays, { lines: unknown }>): void {
  if (tool === 'gpiodetect') {
    process.stdout.write(`gpiochip0 [${label}] (${lines.length} lines)\n`);
    return;
  }
  process.stdout.write(`gpiochip0 - ${lines.length} lines:\n`);
  lines.forEach((name, offset) => {
    const quoted = name === null ? 'unnamed' : `"${name}"`;
    const number = String(offset).padStart(3);
    process.stdout.write(
      isFirst
        ? `\tline ${number}: ${quoted.padStart(12)} ${'unused'.padStart(12)}   input  active-high \n`
        : `\tline ${number}:\t${quoted.padEnd(16)}\tinput\n`,
    );
  });
}

async function monitor({ values, chip, lines }: Asked): Promise<void> {
  const activeLow = values['active-low'] === true;
  const { says } = await request({ type: 'monitor', chip, offsets: lines.map(Number) });
  for (;;) {
    const said = await says.next();
    if (said.done === true) die('error polling for events: No such device');
    if (!('level' in said.value)) continue;
    const rising = said.value.level !== activeLow;
    const ns = process.hrtime.bigint();
    const [seconds, nanos] = [ns / 1_000_000_000n, ns % 1_000_000_000n];
    const specifiers: Readonly<Record<string, string>> = {
      o: String(said.value.offset),
      e: rising ? '1' : isFirst ? '0' : '2',
      ...(isFirst
        ? { s: String(seconds), n: String(nanos) }
        : { S: `${seconds}.${String(nanos).padStart(9, '0')}`, E: rising ? 'rising' : 'falling' }),
    };
    const format = typeof values['format'] === 'string' ? values['format'] : die('no format');
    process.stdout.write(`${format.replaceAll(/%(.)/g, (whole, key: string) => specifiers[key] ?? whole)}\n`);
  }
}

async function set({ values, chip, lines }: Asked): Promise<void> {
  const activeLow = values['active-low'] === true;
  const [, offset = '', value = ''] = /^(\d+)=([01])$/.exec(lines[0] ?? '') ?? die('invalid line value');
  let on = value === '1';
  const level = (): boolean => on !== activeLow;
  const { socket } = await request({ type: 'set', chip, offset: Number(offset), level: level() });
  socket.on('close', () => die('error waiting on request: No such device'));
  if (isFirst) {
    if (values['mode'] !== 'wait') die('only --mode=wait stands in here');
    // getchar(): a key, or the end of the input.
    process.stdin.once('data', () => process.exit(0)).once('end', () => process.exit(0));
    return;
  }
  if (typeof values['toggle'] !== 'string') return;
  const periods = values['toggle']
    .split(',')
    .map((period) => Number(/^(\d+)(?:ms)?$/.exec(period)?.[1] ?? die('bad period')));
  for (let n = 0; ; n = (n + 1) % periods.length) {
    const period = periods[n] ?? 0;
    if (period === 0 && n === periods.length - 1) process.exit(0);
    await new Promise((resolve) => setTimeout(resolve, period));
    on = !on;
    say(socket, { type: 'level', level: level() });
  }
}

if (args[0] === '--version') {
  process.stdout.write(`${tool} (libgpiod) v${isFirst ? '1.6.3' : '2.2.1'}\nCopyright (C) 2017-2023\n`);
  process.exit(0);
}
const asked = read();
if (tool === 'gpiomon') await monitor(asked);
else if (tool === 'gpioset') await set(asked);
else {
  if (tool === 'gpioinfo' && asked.chip !== 'gpiochip0')
    die(`looking up chip ${asked.chip}: No such file or directory`);
  await request({ type: 'look' });
  process.exit(0);
}
