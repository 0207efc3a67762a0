import type { Log } from '@mingjing/runtime';
import { ANSWERS, type Answer } from '../core/answers.ts';
import { recordingWords, stateWords, takenOf } from '../core/announcement.ts';
import type { CameraView } from '../core/camera-view.ts';
import { cueOfAnswer, cueOfChange, isRecording } from '../core/cues.ts';
import type { Button } from '../core/events.ts';
import {
  gesture,
  NO_GESTURES,
  type GestureCommand,
  type GestureEvent,
  type GestureState,
  type Situation,
} from '../core/gestures.ts';
import { lightsOf, type Cue } from '../core/signals.ts';
import type { Announcer } from '../ports/announcer.ts';
import type { Buttons } from '../ports/buttons.ts';
import type { Clock } from '../ports/clock.ts';
import type { CameraHands, Controls } from '../ports/controls.ts';
import type { Signals } from '../ports/signals.ts';

const LOOK_MS = 1_000;
/** Buttons that come back within this time were not lost. */
const LOST_MS = 10_000;

export interface PanelParts {
  readonly hands: CameraHands;
  /** What there is of it; all of it works side by side. */
  readonly buttons: readonly Buttons[];
  readonly signals: readonly Signals[];
  readonly announcers: readonly Announcer[];
  readonly clock: Clock;
  readonly log: Log;
  /** The agency's name as it is spoken; its id is for machines. */
  readonly agencyName?: string;
}

interface Source {
  readonly buttons: Buttons;
  state: GestureState;
  timer: NodeJS.Timeout | undefined;
  readonly stuck: Set<string>;
  /** Since when it cannot be heard. */
  troubledMono: number | undefined;
}

/**
 * The camera's face: joins what is done to the case and what the case shows.
 *
 * INVARIANT: 'started' and 'stopped' are given for a press of these buttons when its answer is there, that is, when it
 * is durable; for what came about otherwise (an order, a page), when the camera's view shows it. In stealth nothing is
 * lit and nothing heard.
 */
export class Panel implements Controls {
  readonly #parts: PanelParts;
  readonly #sources: readonly Source[];
  readonly #unwatch: () => void;
  readonly #look: NodeJS.Timeout;
  #view: CameraView;
  /** Presses that begin or end a recording, and have no answer yet. */
  #unanswered = 0;
  #reported: string | undefined;
  #signalTrouble: string | undefined;
  #closed = false;

  constructor(parts: PanelParts) {
    this.#parts = parts;
    this.#view = parts.hands.view();
    this.#sources = parts.buttons.map((buttons) => ({
      buttons,
      state: { ...NO_GESTURES, mono: parts.clock.now().mono },
      timer: undefined,
      stuck: new Set(),
      troubledMono: undefined,
    }));
    this.#unwatch = parts.hands.watch((view) => this.#see(view));
    for (const source of this.#sources) {
      source.buttons.listen(
        (edge) => this.#take(source, { type: 'edge', edge }),
        () => this.#take(source, { type: 'unheard', mono: this.#mono() }),
      );
    }
    this.#look = setInterval(() => this.#lookAfter(), LOOK_MS);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#look);
    this.#unwatch();
    for (const { timer } of this.#sources) clearTimeout(timer);
    const { buttons, signals, announcers } = this.#parts;
    await Promise.all([...buttons, ...signals, ...announcers].map((part) => part.close()));
  }

  /** Somebody far away looks for the camera. */
  locate(): void {
    this.#give('ready');
  }

  #see(view: CameraView): void {
    const before = this.#view;
    this.#view = view;
    for (const signals of this.#parts.signals) signals.light(lightsOf(view));
    const cue = cueOfChange(before, view);
    if (cue === undefined) return;
    if ((cue === 'started' || cue === 'stopped') && this.#unanswered > 0) return;
    this.#give(cue);
    if (cue === 'started' && before.recording !== view.recording) this.#announce(view);
  }

  #take(source: Source, event: GestureEvent): void {
    if (this.#closed) return;
    const { state, commands, wakeAt } = gesture(source.state, event, situationOf(this.#view));
    source.state = state;
    clearTimeout(source.timer);
    if (wakeAt !== undefined) {
      const tick = (): void => this.#take(source, { type: 'tick', mono: this.#mono() });
      source.timer = setTimeout(tick, Math.max(wakeAt - this.#mono(), 1));
    }
    for (const command of commands) this.#obey(source, command);
  }

  #obey(source: Source, command: GestureCommand): void {
    switch (command.type) {
      case 'press':
        void this.#press(command.button, command.held);
        return;
      case 'say-state':
        this.#sayState();
        return;
      case 'shut-down':
        this.#parts.hands.shutDown('button').catch((err: unknown) => this.#fail(err, 'shut down'));
        return;
      case 'stuck':
        source.stuck.add(command.button);
        this.#lookAfter();
        return;
      case 'freed':
        source.stuck.delete(command.button);
        this.#lookAfter();
        return;
      default:
        command satisfies never;
    }
  }

  async #press(button: Button, held = false): Promise<void> {
    const counts = button === 'record' || button === 'audio' || button === 'stop';
    if (counts) this.#unanswered += 1;
    try {
      this.#tell(await this.#parts.hands.press(button, held));
    } catch (err) {
      this.#fail(err, button);
    } finally {
      if (counts) this.#unanswered -= 1;
    }
  }

  #tell(answer: Answer): void {
    this.#parts.log.info({ answer: answer.code, ok: ANSWERS[answer.code].ok }, 'a button was answered');
    // The view that goes with the answer, not the one that was last told.
    this.#view = this.#parts.hands.view();
    const cue = cueOfAnswer(answer);
    if (cue !== undefined) this.#give(cue);
    if (answer.code === 'recording-started' || answer.code === 'audio-started') this.#announce(this.#view);
  }

  #fail(err: unknown, what: string): void {
    this.#parts.log.error({ err, what }, 'a button could not be obeyed');
    this.#give('fault');
  }

  #give(cue: Cue): void {
    for (const signals of this.#parts.signals) signals.cue(cue, this.#view.stealth);
  }

  #announce(view: CameraView): void {
    const { announcers, agencyName } = this.#parts;
    if (view.stealth || !view.policy.announcement.spoken) return;
    const speaker = {
      ...(agencyName === undefined ? {} : { agency: agencyName }),
      ...(view.officer === undefined ? {} : { officer: view.officer }),
      ...(view.officerName === undefined ? {} : { name: view.officerName }),
      ...(view.officerCertificate === undefined ? {} : { certificate: view.officerCertificate }),
    };
    const words = recordingWords(view.policy, speaker, takenOf(view));
    for (const announcer of announcers)
      announcer.say(words.map((one) => ({ ...one, occasion: 'recording' })));
  }

  /** Felt and shown always; said only when it comes into no recording, and by the agency's leave. */
  #sayState(): void {
    const view = this.#parts.hands.view();
    this.#give(view.warnings.length === 0 ? 'ready' : 'warning');
    if (view.stealth || view.activity !== undefined || !view.policy.announcement.spoken) return;
    const at = new Date(view.at);
    const time = {
      month: at.getMonth() + 1,
      day: at.getDate(),
      hour: at.getHours(),
      minute: at.getMinutes(),
    };
    const words = stateWords(view, time);
    for (const announcer of this.#parts.announcers) {
      announcer.say(words.map((one) => ({ ...one, occasion: 'state' })));
    }
  }

  /** Tells the camera, once, when what is wrong with the case changes. */
  #lookAfter(): void {
    const { hands, log, signals } = this.#parts;
    const troubles = this.#sources.flatMap((source) => this.#troublesOf(source));
    const reported = troubles.length === 0 ? undefined : troubles.join('; ');
    if (reported !== this.#reported) {
      this.#reported = reported;
      hands.report('buttons-lost', reported);
    }
    const dark = signals.find(({ trouble }) => trouble !== undefined)?.trouble;
    if (dark !== this.#signalTrouble) {
      this.#signalTrouble = dark;
      if (dark !== undefined) log.error({ why: dark }, 'lights or buzzer do not work');
    }
  }

  #troublesOf(source: Source): string[] {
    const { trouble } = source.buttons;
    const mono = this.#mono();
    source.troubledMono = trouble === undefined ? undefined : (source.troubledMono ?? mono);
    const lost = trouble !== undefined && mono - (source.troubledMono ?? mono) >= LOST_MS;
    const stuck = [...source.stuck].map((button) => `the ${button} button stays down`);
    return lost ? [trouble, ...stuck] : stuck;
  }

  #mono(): number {
    return this.#parts.clock.now().mono;
  }
}

function situationOf(view: CameraView): Situation {
  const { policy, activity = 'video' } = view;
  const post = view.mode === 'post-record';
  return {
    stopBy: policy.stopBy,
    ...(isRecording(view) || post ? { recording: { activity, post } } : {}),
  };
}
