declare module 'firmata-io' {
  import { EventEmitter } from 'node:events';

  interface Pin {
    readonly supportedModes: readonly number[];
  }

  class Firmata extends EventEmitter {
    constructor(
      transport: object,
      options: { readonly reportVersionTimeout?: number; readonly samplingInterval?: number },
    );
    readonly MODES: { readonly OUTPUT: number; readonly PWM: number };
    readonly RESOLUTION: { readonly ADC: number | null };
    readonly pins: readonly Pin[];
    readonly analogPins: readonly number[];
    /** Bytes of a message that is not whole yet. */
    readonly buffer: readonly number[];
    readonly reportVersionTimeoutId: NodeJS.Timeout;
    isReady: boolean;
    pinMode(pin: number, mode: number): void;
    digitalWrite(pin: number, value: 0 | 1): void;
    analogRead(channel: number, take: (value: number) => void): void;
    reset(): void;
  }

  const bind: { readonly Firmata: typeof Firmata };
  export default bind;
  export type { Firmata };
}
