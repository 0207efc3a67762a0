import { Type, type Static } from 'typebox';
import { Bytes, Count, Id, Millis, Sha256Hex, Text, Timestamp } from '../journal/entry-schema.ts';

/** Shapes of the HTTPS links, both of them: device → dock and dock (or device) → archive. See docs/PROTOCOL.md. */

/** Entries in one page, and bytes of one request body: a page of the largest entries still fits. */
export const MAX_PAGE_ENTRIES = 256;
export const MAX_JOURNAL_BODY_BYTES = 32 * 1024 * 1024;
/** A segment of ten seconds at 100 Mbit/s is 125 MB. */
export const MAX_OBJECT_BYTES = 256 * 1024 * 1024;
/** Media type of the rest of an upload (draft-ietf-httpbis-resumable-upload). */
export const PARTIAL_UPLOAD = 'application/partial-upload';
/** Objects listed as missing in one answer; the rest follows once these are there. */
export const MAX_MISSING = 256;

const Epoch = Type.Integer({ minimum: 1, maximum: 999_999_999 });
const Pem = Type.String({ maxLength: 16 * 1024 });
const NoteText = Type.String({ maxLength: 64 * 1024 });

/** `GET /v1/identity` of a device. Claims only: the dock believes the TLS certificate. */
export const DeviceIdentity = Type.Object({
  device: Id,
  epoch: Epoch,
  software: Text,
  /** The evidence certificate and its issuers, leaf first. */
  evidence: Type.Array(Pem, { minItems: 1, maxItems: 4 }),
  size: Count,
});
export type DeviceIdentity = Static<typeof DeviceIdentity>;

/**
 * A run of a journal: `GET /v1/journal` of a device, body of `POST /v1/cameras/{id}/journal` of the archive.
 * `checkpoint` is signed over exactly `from + entries.length` entries.
 */
export const JournalPage = Type.Object({
  epoch: Epoch,
  from: Count,
  /** base64 of the exact bytes. */
  entries: Type.Array(Type.String({ maxLength: 87_384 }), { maxItems: MAX_PAGE_ENTRIES }),
  checkpoint: NoteText,
  evidence: Type.Array(Pem, { minItems: 1, maxItems: 4 }),
});
export type JournalPage = Static<typeof JournalPage>;

/** What the archive holds of one journal: `GET /v1/cameras/{id}/journal?epoch=`, and the answer to a POST. */
export const IngestState = Type.Object({
  epoch: Epoch,
  /** Entries that are durable. */
  size: Count,
  /** Named below `size`, not lost, not yet durable: wanted, key objects and marked recordings first. */
  missing: Type.Array(Type.Object({ object: Sha256Hex, size: Bytes }), { maxItems: MAX_MISSING }),
  /** Entries the latest receipt covers. */
  receipted: Count,
});
export type IngestState = Static<typeof IngestState>;

/** `GET /v1/cameras/{id}/receipt?epoch=` of the archive, and `POST /v1/receipts` of a device: the same bytes. */
export const ReceiptDelivery = Type.Object({
  receipt: NoteText,
  /** The archive's evidence certificate and its issuers, leaf first. */
  evidence: Type.Array(Pem, { minItems: 1, maxItems: 4 }),
});
export type ReceiptDelivery = Static<typeof ReceiptDelivery>;
export const ReceiptOutcome = Type.Object({ released: Count });
export type ReceiptOutcome = Static<typeof ReceiptOutcome>;

/** `GET /v1/policy` and `GET /v1/log` of the archive, and an order to a camera over MQTT: a note the archive signed, and who it is. */
export const ArchiveNote = Type.Object({
  note: Type.String({ maxLength: 64 * 1024 }),
  /** The archive's evidence certificate and its issuers, leaf first. */
  evidence: Type.Array(Pem, { minItems: 1, maxItems: 4 }),
});
export type ArchiveNote = Static<typeof ArchiveNote>;

/** `POST /v1/log/cosignatures` of the archive: a dock has seen the custody log at a size. */
export const CosignatureDelivery = Type.Object({
  size: Count,
  /** What a witness answers to `add-checkpoint` (c2sp.org/tlog-witness), verbatim. */
  cosignatures: Type.String({ maxLength: 4096 }),
  /** The dock's evidence certificate and its issuers, leaf first. */
  evidence: Type.Array(Pem, { minItems: 1, maxItems: 4 }),
});
export type CosignatureDelivery = Static<typeof CosignatureDelivery>;

/**
 * `POST /v1/time` of a device: what the dock's clock shows, looked at after the device has told its identity on the
 * same line. The device believes it or not by its own rules; one that does not know this question answers 'not-found'.
 */
export const TimeClaim = Type.Object({
  at: Timestamp,
  /** How far the dock's clock may be off, milliseconds. */
  uncertainty: Millis,
});
export type TimeClaim = Static<typeof TimeClaim>;
export const TimeOutcome = Type.Object({ believed: Type.Boolean() });
export type TimeOutcome = Static<typeof TimeOutcome>;

/** Every refusal, on every link. Closed: clients switch on `code`. */
export const REFUSALS = {
  'not-found': 404,
  'bad-request': 400,
  'not-allowed': 403,
  'too-large': 413,
  'journal-gap': 409, // the page begins behind what is held: ask for the state, send what lies between
  'journal-forked': 409, // the page contradicts what is held: kept as proof, needs a person
  'bad-journal': 422, // entries, checkpoint or certificate do not hold
  'digest-mismatch': 422, // the bytes are not what their name says: send again
  'wrong-offset': 409, // so many bytes are not kept: ask again, or send the whole
  'object-not-named': 409, // no journal names this object: send the journal first
  'bad-receipt': 422,
  'bad-cosignature': 422, // not of this dock's evidence key, or over another checkpoint
  'bad-policy': 422, // not signed by an archive of the agency, or no policy
  'bad-assignment': 422, // not signed by the dock that brings it, or not for this camera
  'bad-anchor': 422, // not a checkpoint of the custody log of an archive of the agency
  'archive-forked': 409, // the camera's journal names another root of this size: kept as proof, needs a person
  busy: 503,
  internal: 500,
} as const;
export type RefusalCode = keyof typeof REFUSALS;
export const Refusal = Type.Object({
  code: Type.Enum(Object.keys(REFUSALS) as RefusalCode[]),
  message: Type.String({ maxLength: 4096 }),
});
export type Refusal = Static<typeof Refusal>;
