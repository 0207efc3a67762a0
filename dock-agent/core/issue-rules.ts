import type { CameraCondition, Roster, RosterOfficer } from '@mingjing/protocol';
import type { HandOver, Holder, Offer, OfficerName, PreUseCheck } from './issue-model.ts';

export interface PreUseLimits {
  readonly batteryPercent: number;
  readonly freeBytes: number;
}

/** A camera that was told the time keeps within this of the dock; footage of one that does not says so. */
const MAX_CLOCK_ERROR_MS = 5_000;

/** Whom a number means, or what a card reader types. */
export function findOfficer(roster: Roster, typed: string): RosterOfficer | undefined {
  return roster.officers.find(({ number, card }) => number === typed || card === typed);
}

/** F-11. `today`: RFC 3339 date; on its last day a certificate is valid still. */
export function mayEnforce({ validUntil }: RosterOfficer, today: string): boolean {
  return validUntil >= today;
}

/** A camera that nobody holds, or this officer does; or somebody who is struck off, and will not bring it back by hand. */
export function mayTake(holder: string | undefined, { number }: RosterOfficer, roster: Roster): boolean {
  if (holder === undefined || holder === number) return true;
  return !roster.officers.some((officer) => officer.number === holder);
}

export function officerName({ number, name, unit, certificate, validUntil }: RosterOfficer): OfficerName {
  return { number, name, ...(unit === undefined ? {} : { unit }), certificate, validUntil };
}

/** `seen`: RFC 3339, by this dock's clock, when the camera said so. */
export function preUseCheck(condition: CameraCondition, seen: string, limits: PreUseLimits): PreUseCheck {
  const { battery, freeBytes } = condition;
  return {
    battery: batteryOf(battery?.percent, limits.batteryPercent),
    storage: storageOf(condition, limits.freeBytes),
    clock: clockOf(condition, seen),
    ...(battery === undefined ? {} : { batteryPercent: battery.percent }),
    ...(freeBytes === undefined ? {} : { freeBytes }),
  };
}

function batteryOf(percent: number | undefined, wanted: number): PreUseCheck['battery'] {
  if (percent === undefined) return 'unknown';
  return percent >= wanted ? 'good' : 'low';
}

function storageOf({ unreceipted, freeBytes }: CameraCondition, wanted: number): PreUseCheck['storage'] {
  if (unreceipted > 0) return 'not-empty';
  return freeBytes !== undefined && freeBytes >= wanted ? 'good' : 'low';
}

function clockOf({ at, clock }: CameraCondition, seen: string): PreUseCheck['clock'] {
  const off = Math.abs(Date.parse(at) - Date.parse(seen));
  const doubt = clock.uncertainty ?? Infinity;
  return off <= MAX_CLOCK_ERROR_MS && doubt <= MAX_CLOCK_ERROR_MS ? 'good' : 'doubtful';
}

export function isRecommended(
  { battery, storage, clock }: PreUseCheck,
  { warnings }: CameraCondition,
): boolean {
  return battery === 'good' && storage === 'good' && clock === 'good' && warnings.length === 0;
}

/** The best first: those recommended, then the fullest battery, then by bay. */
export function bestFirst(offers: readonly Offer[]): readonly Offer[] {
  const battery = ({ check }: Offer): number => check.batteryPercent ?? -1;
  return offers.toSorted(
    (a, b) => Number(b.recommended) - Number(a.recommended) || battery(b) - battery(a) || a.bay - b.bay,
  );
}

/** What is written into the ledger. */
export interface LedgerChanges {
  /** Of hand-overs that nobody knew the end of. */
  readonly settled: readonly { readonly id: string; readonly outcome: 'done' | 'refused' }[];
  /** What happened elsewhere: at another dock, or at the camera. */
  readonly seen: Pick<HandOver, 'kind' | 'officer' | 'name' | 'certificate'> | undefined;
}

/** The ledger, made to say what the camera itself says: its journal knows. */
export function reconcile(
  officer: CameraCondition['officer'],
  ledger: { readonly asked: readonly HandOver[]; readonly holder: Holder | undefined },
): LedgerChanges {
  const settled = ledger.asked.map((row) => ({ id: row.id, outcome: endOf(row, officer) }));
  const last = ledger.asked.findLast((_row, index) => settled[index]?.outcome === 'done');
  const holder = last === undefined ? ledger.holder : holderAfter(last);
  if (holder?.number === officer?.number) return { settled, seen: undefined };
  if (officer !== undefined)
    return {
      settled,
      seen: {
        kind: 'taken',
        officer: officer.number,
        name: officer.name,
        certificate: officer.certificate,
      },
    };
  const { number, name } = holder ?? { number: '', name: undefined };
  return { settled, seen: { kind: 'returned', officer: number, name, certificate: undefined } };
}

function endOf({ kind, assignment }: HandOver, officer: CameraCondition['officer']): 'done' | 'refused' {
  const isDone = kind === 'taken' ? officer?.assignment === assignment : officer === undefined;
  return isDone ? 'done' : 'refused';
}

function holderAfter({ kind, officer, name }: HandOver): Holder | undefined {
  return kind === 'taken' ? { number: officer, name } : undefined;
}
