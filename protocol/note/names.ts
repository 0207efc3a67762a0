import { ProtocolError } from '../errors.ts';

/** Identifiers of agencies, devices, docks and archives: they stand in topics, origins, paths and certificates. */
export const ID_PATTERN = '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$';
const ID = new RegExp(ID_PATTERN);

export interface JournalName {
  readonly device: string;
  /** Counts evidence keys of this device, from 1. */
  readonly epoch: number;
}

export function requireId(id: string): string {
  if (!ID.test(id))
    throw new ProtocolError('bad-encoding', `not an identifier (a-z, 0-9, -): ${JSON.stringify(id)}`);
  return id;
}

/** Origin, and key name, of a camera's journal. */
export function cameraOrigin({ device, epoch }: JournalName): string {
  return `mingjing/camera/${requireId(device)}/${epoch}`;
}

/** Key name of an archive's evidence key. */
export function archiveKeyName(archive: string): string {
  return `mingjing/archive/${requireId(archive)}`;
}

/** Origin of the archive's receipts for one journal. */
export function receiptOrigin(archive: string, { device, epoch }: JournalName): string {
  return `${archiveKeyName(archive)}/camera/${requireId(device)}/${epoch}`;
}

/** Origin of the archive's custody log. */
export function custodyOrigin(archive: string): string {
  return `${archiveKeyName(archive)}/custody`;
}

/** Origin of the archive's orders to cameras. */
export function commandOrigin(archive: string): string {
  return `${archiveKeyName(archive)}/command`;
}

/** Origin of the agency's policy as the archive hands it out. */
export function policyOrigin(archive: string): string {
  return `${archiveKeyName(archive)}/policy`;
}

/** Origin of the agency's roster as the archive signed it. */
export function rosterOrigin(archive: string): string {
  return `${archiveKeyName(archive)}/roster`;
}

/** Key name of a dock's evidence key: it cosigns the archive's custody log, and signs to whom it hands a camera. */
export function dockKeyName(dock: string): string {
  return `mingjing/dock/${requireId(dock)}`;
}

/** Origin of what a dock signs when it hands a camera to an officer, or takes it back. */
export function assignmentOrigin(dock: string): string {
  return `${dockKeyName(dock)}/assignment`;
}

/** Takes a camera's origin apart; undefined if it is none. */
export function parseCameraOrigin(origin: string): JournalName | undefined {
  const match = /^mingjing\/camera\/([^/]+)\/([1-9][0-9]{0,8})$/.exec(origin);
  const [, device, epoch] = match ?? [];
  return device !== undefined && ID.test(device) ? { device, epoch: Number(epoch) } : undefined;
}
