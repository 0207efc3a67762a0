import type { Firmata } from 'firmata-io';
import type five from 'johnny-five';
import type { ChargeLight } from '../../core/charging-model.ts';

/** Pins by their number on the board; sensors by their analog channel: 0 is A0. */
export interface BayPins {
  readonly bay: number;
  readonly relayPin: number;
  readonly redPin: number;
  readonly greenPin: number;
  readonly currentPin: number;
  readonly temperaturePin: number;
}

interface Parts {
  readonly relay: five.Relay;
  readonly red: five.Led;
  readonly green: five.Led;
}

/** What is wrong with the pins on this board; undefined: nothing. */
export function unfitPins(
  io: Firmata,
  bays: readonly BayPins[],
  heartbeatPin: number | undefined,
): string | undefined {
  const outputs = bays.flatMap(({ relayPin, redPin, greenPin }) => [relayPin, redPin, greenPin]);
  if (heartbeatPin !== undefined) outputs.push(heartbeatPin);
  for (const pin of outputs)
    if (io.pins[pin]?.supportedModes.includes(io.MODES.OUTPUT) !== true) return `its pin ${pin} is no output`;
  for (const { currentPin, temperaturePin } of bays)
    for (const channel of [currentPin, temperaturePin])
      if (io.analogPins[channel] === undefined) return `it has no analog input A${channel}`;
  return undefined;
}

/** All outputs low: relays open, lights out. */
export function makeSafe(io: Firmata, bays: readonly BayPins[], heartbeatPin: number | undefined): void {
  const relays = bays.map(({ relayPin }) => relayPin);
  for (const pin of heartbeatPin === undefined ? relays : [...relays, heartbeatPin]) {
    io.pinMode(pin, io.MODES.OUTPUT);
    io.digitalWrite(pin, 0);
  }
  for (const { redPin, greenPin } of bays)
    for (const pin of [redPin, greenPin]) {
      const dims = io.pins[pin]?.supportedModes.includes(io.MODES.PWM) === true;
      io.pinMode(pin, dims ? io.MODES.PWM : io.MODES.OUTPUT); // as johnny-five drives it
      io.digitalWrite(pin, 0);
    }
}

/**
 * johnny-five's relays and lights. It remembers every board and part it ever made, for ever: there is one set for the
 * life of this process, and its `io` stands in for whichever Firmata answers at the time.
 */
export class BayParts {
  readonly #parts: ReadonlyMap<number, Parts>;
  #io: Firmata;

  private constructor(io: Firmata, make: (standIn: object) => ReadonlyMap<number, Parts>) {
    this.#io = io;
    const standIn = new Proxy(
      {},
      {
        get: (_, key) => {
          const value: unknown = Reflect.get(this.#io, key);
          return typeof value === 'function' ? (value.bind(this.#io) as unknown) : value;
        },
        set: (_, key, value) => Reflect.set(this.#io, key, value),
      },
    );
    this.#parts = make(standIn);
  }

  /** `io` is ready. */
  static make(johnnyFive: typeof five, io: Firmata, bays: readonly BayPins[]): BayParts {
    return new BayParts(io, (standIn) => {
      // Without them it would open a prompt on the terminal, print there, and end the process by itself on SIGINT.
      const options = { io: standIn, repl: false, debug: false, sigint: false };
      const board = new johnnyFive.Board(options);
      const part = (pin: number): { pin: number; board: five.Board } => ({ pin, board });
      return new Map(
        bays.map(({ bay, relayPin, redPin, greenPin }) => [
          bay,
          {
            relay: new johnnyFive.Relay({ ...part(relayPin), type: 'NO' }),
            red: new johnnyFive.Led(part(redPin)),
            green: new johnnyFive.Led(part(greenPin)),
          },
        ]),
      );
    });
  }

  use(io: Firmata): void {
    this.#io = io;
  }

  setRelay(bay: number, closed: boolean): void {
    const relay = this.#parts.get(bay)?.relay;
    if (closed) relay?.close();
    else relay?.open();
  }

  setLight(bay: number, light: ChargeLight): void {
    const parts = this.#parts.get(bay);
    if (parts === undefined) return;
    turn(parts.red, light === 'red' || light === 'amber');
    turn(parts.green, light === 'green' || light === 'amber');
  }
}

function turn(led: five.Led, on: boolean): void {
  if (on) led.on();
  else led.off();
}
