import {
  openAssignment,
  openPolicy,
  ProtocolError,
  type ArchiveNote,
  type EvidenceTrust,
  type CameraCondition,
  type CareOutcome,
  type DockNote,
  type RefusalCode,
} from '@mingjing/protocol';
import { ANSWERS, type AnswerCode } from '../core/answers.ts';
import type { CameraHands } from '../ports/controls.ts';
import type { DockingCare } from '../ports/docking-link.ts';
import type { Alarms } from './alarms.ts';
import { AnchorDesk } from './anchor-desk.ts';
import type { CameraPorts, CameraSettings } from './camera-ports.ts';
import { recollect } from './recollection.ts';

/** Each is two entries at most: a dock that hands the camera to and fro fills no journal. */
const MAX_HAND_OVERS = 12;
const PERIOD_MS = 60_000;

export interface CareParts {
  readonly ports: Pick<CameraPorts, 'clock' | 'log' | 'journal'>;
  readonly settings: Pick<CameraSettings, 'evidence' | 'roots'>;
  readonly alarms: Pick<Alarms, 'raise'>;
  /** Asked for when they are needed: the camera comes after its desk. */
  readonly hands: () => Pick<CameraHands, 'applyPolicy' | 'assignOfficer' | 'view'>;
}

/** Checks what a dock hands over, and who signed it; the recorder decides whether it is taken. */
export class CareDesk implements DockingCare {
  readonly #parts: CareParts;
  readonly #anchors: AnchorDesk;
  readonly #diagnosis: CameraCondition['diagnosis'];
  #handOvers: readonly number[] = [];

  constructor(parts: CareParts) {
    this.#parts = parts;
    const { ports, alarms } = parts;
    const { anchors, diagnosis } = recollect(ports.journal);
    // None is made while the camera runs: the journal is one process's at a time.
    this.#diagnosis = diagnosis && { at: diagnosis.at, result: diagnosis.result, report: diagnosis.report };
    this.#anchors = new AnchorDesk({
      ...{ ports, alarms, anchors: anchors.values() },
      trust: () => this.#trust(),
    });
  }

  docked(): void {
    this.#anchors.docked();
  }

  anchor(delivery: ArchiveNote): CareOutcome | RefusalCode {
    const code = this.#anchors.take(delivery);
    return isRefusal(code) ? code : told({ code });
  }

  async policy(delivery: ArchiveNote): Promise<CareOutcome | RefusalCode> {
    let bytes: Uint8Array;
    try {
      ({ bytes } = openPolicy(delivery, this.#trust()));
    } catch (error) {
      return this.#refused(error, 'bad-policy');
    }
    return told(await this.#parts.hands().applyPolicy(bytes));
  }

  async assignment(delivery: DockNote, line: string): Promise<CareOutcome | RefusalCode> {
    const { ports, settings, hands } = this.#parts;
    const camera = settings.evidence.certificate.name.id;
    try {
      const { dock, assignment, hash } = openAssignment(delivery, this.#trust());
      if (assignment.camera !== camera)
        throw new ProtocolError('bad-assignment', `an assignment of camera ${assignment.camera}`);
      // Nobody but the dock that signed it can bring it: what was seen elsewhere cannot be played again here.
      if (dock !== line) throw new ProtocolError('bad-assignment', `dock ${line} brings what ${dock} signed`);
      if (!this.#mayHandOver()) return 'busy';
      const { officer } = assignment;
      ports.log.info({ dock, officer: officer?.number, assignment: hash }, 'the dock hands the camera over');
      return told(await hands().assignOfficer(officer ?? undefined, { dock, assignment: hash }));
    } catch (error) {
      return this.#refused(error, 'bad-assignment');
    }
  }

  condition(): CameraCondition {
    const view = this.#parts.hands().view();
    const { battery, freeBytes, officer, officerName, officerCertificate, officerBy, policySha256 } = view;
    return {
      at: view.at,
      clock: this.#parts.ports.clock.state(),
      mode: view.mode,
      ...(battery && { battery: { ...battery, percent: Math.round(battery.percent) } }),
      ...(freeBytes === undefined ? {} : { freeBytes }),
      storedBytes: view.storedBytes,
      unreceipted: view.unreceipted,
      ...(officer === undefined
        ? {}
        : {
            officer: {
              number: officer,
              ...(officerName === undefined ? {} : { name: officerName }),
              ...(officerCertificate === undefined ? {} : { certificate: officerCertificate }),
              ...(officerBy && { assignment: officerBy.assignment }),
            },
          }),
      policy: {
        version: view.policy.version,
        ...(policySha256 === undefined ? {} : { sha256: policySha256 }),
      },
      ...(this.#diagnosis && { diagnosis: this.#diagnosis }),
      warnings: [...view.warnings],
    };
  }

  #refused(error: unknown, code: 'bad-policy' | 'bad-assignment'): RefusalCode {
    if (!(error instanceof ProtocolError)) throw error;
    this.#parts.alarms.raise(code, 'critical', error.message);
    return code;
  }

  #mayHandOver(): boolean {
    const { mono } = this.#parts.ports.clock.now();
    this.#handOvers = this.#handOvers.filter((at) => mono - at < PERIOD_MS);
    if (this.#handOvers.length >= MAX_HAND_OVERS) return false;
    this.#handOvers = [...this.#handOvers, mono];
    return true;
  }

  #trust(): EvidenceTrust {
    const { ports, settings } = this.#parts;
    const { agency } = settings.evidence.certificate.name;
    return { agency, roots: settings.roots, at: ports.clock.now().at };
  }
}

function isRefusal(code: AnswerCode | RefusalCode): code is RefusalCode {
  return !(code in ANSWERS);
}

function told({ code }: { readonly code: AnswerCode }): CareOutcome {
  const { ok, zh, en } = ANSWERS[code];
  return { ok, code, message: { zh, en } };
}
