import {
  cameraOrigin,
  decodeEntry,
  fromBase64,
  issuedAs,
  MAX_ENTRY_BYTES,
  noteVerifier,
  openChain,
  openCheckpoint,
  ProtocolError,
  type Certificate,
  type CertificateName,
  type Checkpoint,
  type DeviceIdentity,
  type IssuedAs,
  type JournalName,
  type JournalPage,
  type SeenCheckpoint,
} from '@mingjing/protocol';
import { BayFailure } from './failures.ts';

/** Whom this dock believes: machines of one agency, under these roots (PEM). */
export interface Trust {
  readonly agency: string;
  readonly roots: readonly string[];
}

export interface CheckedPage {
  readonly checkpoint: SeenCheckpoint;
  /** Size at the last entry that names an object; undefined: none does. */
  readonly named: number | undefined;
}

/**
 * What a camera says about itself, held against `line`, the name in its TLS certificate: the evidence key must be
 * the same camera's, and the epoch the one that key was issued for. `code` 'journal-bad'.
 */
export function checkIdentity(
  identity: DeviceIdentity,
  line: CertificateName,
  trust: Trust,
): { camera: JournalName; size: number } {
  const camera = { device: line.id, epoch: identity.epoch };
  if (identity.device !== line.id)
    throw new BayFailure('journal-bad', `camera ${line.id} calls itself ${identity.device}`);
  requireEvidence(identity.evidence, camera, trust);
  return { camera, size: identity.size };
}

/**
 * That the agency took back neither the certificate of its line nor any of its evidence chain, which was checked before.
 * `code` 'camera-revoked'.
 */
export function checkRevoked(
  { device }: JournalName,
  { issued, claims }: { readonly issued: IssuedAs; readonly claims: Pick<DeviceIdentity, 'evidence'> },
  revoked: (certificate: IssuedAs) => boolean,
): void {
  const found = [issued, ...claims.evidence.map(issuedAs)].find(revoked);
  if (found === undefined) return;
  throw new BayFailure(
    'camera-revoked',
    `camera ${device}: certificate ${found.serial} of ${found.issuer} is revoked`,
  );
}

/**
 * A page, checked as far as a relay can: the chain leads to the agency's root and names this camera and epoch, the
 * checkpoint is signed by that key for exactly the page's end, every entry is within its limit. Whether the entries
 * are those of the tree only the archive can say, which has the ones before. `code` 'journal-bad'.
 */
export function checkPage(
  page: JournalPage,
  asked: { camera: JournalName; from: number; most: number },
  trust: Trust,
): CheckedPage {
  const { camera, from, most } = asked;
  if (page.epoch !== camera.epoch || page.from !== from) {
    throw bad(
      camera,
      `a page of epoch ${page.epoch} from ${page.from}, asked for epoch ${camera.epoch} from ${from}`,
    );
  }
  const count = page.entries.length;
  if (count === 0 || count > most) throw bad(camera, `a page of ${count} entries, asked for 1 to ${most}`);
  const { publicKey } = requireEvidence(page.evidence, camera, trust);
  const checkpoint = openTreeHead(page.checkpoint, camera, publicKey);
  if (checkpoint.size !== from + count) {
    throw bad(camera, `the checkpoint is over ${checkpoint.size} entries, the page ends at ${from + count}`);
  }
  const naming = page.entries.map((entry) => namesObject(entry, camera)).lastIndexOf(true);
  const named = naming < 0 ? undefined : from + naming + 1;
  return { checkpoint: { size: checkpoint.size, root: checkpoint.root }, named };
}

function requireEvidence(chain: readonly string[], camera: JournalName, trust: Trust): Certificate {
  const certificate = open(chain, camera, trust);
  const { name } = certificate;
  const fits =
    name.agency === trust.agency &&
    name.use === 'evidence' &&
    name.role === 'camera' &&
    name.id === camera.device &&
    name.epoch === camera.epoch;
  if (!fits) throw bad(camera, `its evidence certificate is that of ${name.role} ${name.use} ${name.id}`);
  return certificate;
}

function open(chain: readonly string[], camera: JournalName, trust: Trust): Certificate {
  try {
    return openChain(chain, trust.roots);
  } catch (cause) {
    throw bad(camera, 'its evidence chain does not lead to our root', cause);
  }
}

function openTreeHead(note: string, camera: JournalName, publicKey: Uint8Array): Checkpoint {
  const origin = cameraOrigin(camera);
  try {
    return openCheckpoint(note, origin, [noteVerifier(origin, publicKey)]);
  } catch (cause) {
    throw bad(camera, 'its checkpoint is not signed by its evidence key', cause);
  }
}

/** An entry that cannot be read is the archive's to refuse; only its size is ours. */
function namesObject(encoded: string, camera: JournalName): boolean {
  try {
    const bytes = fromBase64(encoded);
    if (bytes.length > MAX_ENTRY_BYTES) throw bad(camera, `an entry of ${bytes.length} bytes`);
    const read = decodeEntry(bytes);
    return read.known && NAMING.has(read.entry.type);
  } catch (cause) {
    if (cause instanceof ProtocolError && cause.code === 'bad-entry') return true;
    if (cause instanceof BayFailure) throw cause;
    throw bad(camera, 'an entry is not canonical base64', cause);
  }
}

const NAMING: ReadonlySet<string> = new Set(['recording-opened', 'segment-sealed', 'segment-recovered']);

function bad({ device, epoch }: JournalName, why: string, cause?: unknown): BayFailure {
  return new BayFailure('journal-bad', `camera ${device}, epoch ${epoch}: ${why}`, { cause });
}
