import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CameraPolicy } from '@mingjing/protocol';
import { RuntimeError, type EvidenceIdentity } from '@mingjing/runtime';
import { FileHeadMemory } from './adapters/file-head-memory.ts';
import { openSession, type Session } from './camera-session.ts';
import type { CameraConfig } from './config.ts';
import type { CameraHands, Controls } from './ports/controls.ts';
import type { Watchdog } from './ports/watchdog.ts';
import type { CameraBody, CameraLife } from './shell/camera-ports.ts';
import { FaultHands, type Nameplate } from './shell/fault-hands.ts';
import { HeadKeeper } from './shell/head-keeper.ts';
import { HandsRelay } from './shell/hands-relay.ts';
import { Undertakings } from './shell/undertakings.ts';

/** A medium that cannot be opened is tried again so often. */
const RETRY_MS = 5_000;
const PET_MS = 1_000;
/** A command that takes longer will not end: then nobody pets the watchdog any more. */
const STUCK_MS = 10_000;
/** The same for opening a medium, with all that recovery reads, and for closing one. */
const OPEN_MS = 120_000;
const CLOSE_MS = 30_000;

export interface ProcessParts {
  readonly nameplate: Nameplate;
  readonly policyApplied: (policy: CameraPolicy) => void;
  /** It is to end, once, and why. */
  readonly ending: (reason: string) => void;
  readonly watchdog?: Watchdog;
}

/**
 * A camera that outlives its storage. While the medium cannot be opened, or breaks so that only opening it anew can
 * help, its hands stay in place, show the fault and refuse; it is tried again for ever.
 */
export class CameraProcess {
  readonly #config: CameraConfig;
  readonly #evidence: EvidenceIdentity;
  readonly #body: CameraBody;
  readonly #parts: ProcessParts;
  readonly #fault: FaultHands;
  readonly #relay: HandsRelay;
  readonly #heads: HeadKeeper;
  readonly #pet: NodeJS.Timeout;
  readonly #undertakings: Undertakings;
  #controls: readonly Controls[] = [];
  #wasOpen = false;
  #session: Session | undefined;
  #opening: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #sessionEnded: Promise<void> | undefined;
  #ending: Promise<void> | undefined;

  constructor(config: CameraConfig, evidence: EvidenceIdentity, body: CameraBody, parts: ProcessParts) {
    this.#config = config;
    this.#evidence = evidence;
    this.#body = body;
    this.#parts = parts;
    const { identityDirectory, headFile = join(identityDirectory, 'journal-head.json') } = config;
    this.#heads = new HeadKeeper(new FileHeadMemory(headFile, body.log), body.log);
    this.#fault = new FaultHands(parts.nameplate);
    this.#relay = new HandsRelay(this.#fault, (reason) => this.#endByHand(reason));
    this.#undertakings = new Undertakings(() => body.clock.now().mono);
    this.#pet = setInterval(() => this.#petWatchdog(), PET_MS);
    body.position.onTime((reading) => void this.#session?.timekeeper.take(reading));
  }

  get hands(): CameraHands {
    return this.#relay;
  }

  get ending(): boolean {
    return this.#ending !== undefined;
  }

  /** Gives the docking port; undefined if the medium cannot be opened yet. Rejects when no medium is to blame. */
  async begin(): Promise<number | undefined> {
    this.#opening = this.#open();
    await this.#opening;
    return this.#session?.docking;
  }

  async show(controls: readonly Controls[]): Promise<void> {
    if (this.ending) await Promise.all(controls.map((control) => control.close()));
    else this.#controls = controls;
  }

  end(reason: string): Promise<void> {
    if (this.#ending === undefined) this.#parts.ending(reason);
    this.#sessionEnded ??= this.#endSession(reason);
    this.#ending ??= this.#end(this.#sessionEnded);
    return this.#ending;
  }

  /** Whoever asked has the answer before the hands it came through are closed. */
  async #endByHand(reason: string): Promise<void> {
    void this.end(reason);
    await this.#sessionEnded;
  }

  async #open(): Promise<void> {
    try {
      const life: CameraLife = {
        switchOff: (reason) => void this.end(reason),
        broken: (detail) => void this.#reopen(detail),
        policyApplied: this.#parts.policyApplied,
        locate: () => {
          for (const control of this.#controls) control.locate?.();
        },
      };
      const isFirst = !this.#wasOpen;
      const session = await this.#undertakings.within(OPEN_MS, () =>
        openSession(this.#config, this.#evidence, this.#body, life, this.#heads, isFirst),
      );
      this.#wasOpen = true;
      this.#session = session;
      this.#relay.become(session.camera);
    } catch (error) {
      if (!isMediumFault(error)) throw error;
      this.#body.log.error({ err: error }, 'the storage cannot be opened; it is tried again');
      this.#openLater();
    }
  }

  #openLater(): void {
    if (this.ending) return;
    this.#retry = setTimeout(() => {
      this.#opening = this.#open().catch((err: unknown) => {
        this.#body.log.error({ err }, 'the camera cannot be opened again');
        this.#openLater();
      });
    }, RETRY_MS);
  }

  async #reopen(detail: string): Promise<void> {
    const session = this.#session;
    if (session === undefined || this.ending) return;
    this.#session = undefined;
    this.#body.log.error({ detail }, 'the storage is broken; it is opened anew');
    this.#relay.become(this.#fault);
    await this.#undertakings.within(CLOSE_MS, () => session.end('storage-failed'));
    this.#openLater();
  }

  async #endSession(reason: string): Promise<void> {
    clearTimeout(this.#retry);
    await this.#opening?.catch(() => undefined);
    const session = this.#session;
    if (session !== undefined) await this.#undertakings.within(CLOSE_MS, () => session.end(reason));
  }

  async #end(sessionEnded: Promise<void>): Promise<void> {
    await sessionEnded;
    await setImmediate();
    await Promise.all(this.#controls.map((control) => control.close()));
    await this.#body.position.close();
    clearInterval(this.#pet);
    await this.#parts.watchdog?.close();
  }

  #petWatchdog(): void {
    if (this.#undertakings.overdue) return;
    if ((this.#session?.camera.busyMs ?? 0) < STUCK_MS) this.#parts.watchdog?.pet();
  }
}

const MEDIUM_ERRORS: readonly string[] = [
  ...['EIO', 'EROFS', 'ENOSPC', 'EDQUOT', 'EACCES', 'ENODEV', 'ENXIO'],
  ...['ENOENT', 'ENOTDIR', 'EEXIST'], // something else lies where the medium should be
  ...['storage-full', 'storage-failed', 'journal-inconsistent', 'journal-of-another'],
];

/** What another start of the process would not mend, and another medium, or the same one put back, would. */
function isMediumFault(error: unknown): boolean {
  if (error instanceof RuntimeError) return false;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && MEDIUM_ERRORS.includes(code);
}
