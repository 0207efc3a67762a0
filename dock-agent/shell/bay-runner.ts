import { randomBytes, toHex, type ArchiveLink } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import { step } from '../core/bay.ts';
import { EMPTY_BAY, type BayCommand, type BayEvent, type BayState, type BayWork } from '../core/bay-model.ts';
import type { Trust } from '../core/check-camera.ts';
import type { CameraLink } from '../ports/camera-link.ts';
import type { Clock } from '../ports/clock.ts';
import type { Messages } from '../ports/messages.ts';
import type { Presence } from '../ports/presence.ts';
import type { Revocations } from '../ports/revocations.ts';
import type { DockedCamera } from './care.ts';
import { ProgressMeter } from './progress-meter.ts';
import { tellTime } from './tell-time.ts';
import { perform } from './work.ts';

export interface BayParts {
  readonly bay: number;
  readonly presence: Presence;
  /** A fresh line for each docking. */
  readonly openCamera: () => CameraLink;
  /** This bay's own line; closed when the bay stops. */
  readonly archive: ArchiveLink;
  readonly messages: Messages;
  readonly clock: Clock;
  readonly trust: Trust;
  /** Absent: none is ever revoked. */
  readonly revocations?: Revocations;
  readonly log: Log;
  /**
   * Begun once a docking, when the camera was told the time; nothing waits for it. Ended when the camera is refused, and
   * begun anew if it is not any more. Never rejects.
   */
  readonly care?: (docked: DockedCamera) => Promise<void>;
  /** From 0 to 1; spreads the pauses between attempts. */
  readonly random?: () => number;
}

interface Open {
  readonly docking: number;
  readonly camera: CameraLink;
  readonly abort: AbortController;
  greeted: boolean;
  /** Ends the care of it; undefined: there is none. */
  care: AbortController | undefined;
}

type Executors = { [T in BayCommand['type']]: (command: Extract<BayCommand, { type: T }>) => void };

/**
 * The loop of one bay: events in, commands out. It keeps nothing on disk and needs nothing from before: after a kill it
 * begins with an empty bay, finds the camera again, and the archive says what is still missing.
 */
export class BayRunner {
  readonly #parts: BayParts;
  readonly #meter: ProgressMeter;
  readonly #executors: Executors;
  readonly #underWay = new Set<Promise<void>>();
  #state: BayState = EMPTY_BAY;
  #queue: BayEvent[] | undefined;
  #open: Open | undefined;

  constructor(parts: BayParts) {
    this.#parts = parts;
    this.#meter = new ProgressMeter(parts.bay, parts.clock, (progress) => parts.messages.progress(progress));
    const begin = (command: BayWork & { docking: number }): void => this.#begin(command);
    this.#executors = {
      look: begin,
      'ask-archive': begin,
      'push-journal': begin,
      'move-object': begin,
      'hand-receipt': begin,
      wait: begin,
      'let-go': () => this.#letGo(),
      show: ({ state, camera }) => {
        parts.log.info({ bay: parts.bay, state, camera }, 'bay');
        if (state === 'refused' || state === 'unknown') this.#endCare();
        parts.messages.showBay(parts.bay, state, camera);
      },
      'raise-alarm': ({ camera, code, severity, detail }) => {
        const id = toHex(randomBytes(16));
        parts.messages.alarm({ bay: parts.bay, camera, id, code, severity, detail });
      },
    };
  }

  get state(): BayState {
    return this.#state;
  }

  start(): void {
    this.#parts.presence.start((present) => {
      this.#dispatch({ type: present ? 'docked' : 'undocked', at: this.#parts.clock.now() });
    });
  }

  /** Nothing runs any more when it resolves. What was cut short is done again at the next start. */
  async stop(): Promise<void> {
    await this.#parts.presence.stop();
    this.#dispatch({ type: 'undocked', at: this.#parts.clock.now() });
    await Promise.all(this.#underWay);
    this.#parts.archive.close();
  }

  /** One event at a time: what a command causes at once waits for its turn. */
  #dispatch(event: BayEvent): void {
    if (this.#queue !== undefined) {
      this.#queue.push(event);
      return;
    }
    this.#queue = [event];
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#take(next);
    this.#queue = undefined;
  }

  #take(event: BayEvent): void {
    if (event.type === 'failed')
      this.#parts.log.warn({ bay: this.#parts.bay, code: event.code, object: event.object }, event.detail);
    const { state, commands } = step(this.#state, { ...event, random: this.#parts.random?.() });
    this.#state = state;
    for (const command of commands) this.#execute(command);
    if ('transfer' in state.phase) this.#meter.update(state.phase.camera.device, state.phase.transfer);
  }

  #execute(command: BayCommand): void {
    const execute = this.#executors[command.type] as (command: BayCommand) => void;
    execute(command);
  }

  #begin({ docking, ...work }: BayWork & { docking: number }): void {
    const open = this.#openFor(docking);
    const { archive, clock, trust, revocations } = this.#parts;
    const done = perform(work, {
      camera: open.camera,
      archive,
      clock,
      trust,
      revocations,
      signal: open.abort.signal,
      onBytes: (count) => {
        if (this.#open === open) this.#meter.add(count);
      },
      greet: (device) => this.#greet(open, device),
    }).then((answer) => {
      this.#underWay.delete(done);
      this.#dispatch({ ...answer, docking, at: clock.now() });
    });
    this.#underWay.add(done);
  }

  async #greet(open: Open, device: string): Promise<void> {
    if (!open.greeted) {
      open.greeted = true;
      const { bay, clock, log } = this.#parts;
      const { level, said } = await tellTime(open.camera, device, clock, open.abort.signal);
      log[level]({ bay, camera: device }, said);
    }
    this.#careFor(open, device);
  }

  #careFor(open: Open, device: string): void {
    const { bay, care } = this.#parts;
    if (care === undefined || open.care !== undefined || this.#open !== open) return;
    open.care = new AbortController();
    const done = care({ bay, device, camera: open.camera, signal: open.care.signal }).then(() => {
      this.#underWay.delete(done);
    });
    this.#underWay.add(done);
  }

  /** Nothing more is asked of it, or given to it. */
  #endCare(): void {
    this.#open?.care?.abort();
    if (this.#open !== undefined) this.#open.care = undefined;
  }

  #openFor(docking: number): Open {
    if (this.#open?.docking === docking) return this.#open;
    this.#letGo();
    this.#open = {
      docking,
      camera: this.#parts.openCamera(),
      abort: new AbortController(),
      greeted: false,
      care: undefined,
    };
    return this.#open;
  }

  #letGo(): void {
    this.#endCare();
    this.#open?.abort.abort();
    this.#open?.camera.close();
    this.#open = undefined;
    this.#meter.reset();
  }
}
