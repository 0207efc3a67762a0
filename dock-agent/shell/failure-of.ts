import { TransferFailure, type RefusalCode } from '@mingjing/protocol';
import {
  archiveFailureOf,
  PeerNotTrusted,
  PeerRefusal,
  RuntimeError,
  type Distrust,
} from '@mingjing/runtime';
import { BayFailure, type FailureCode } from '../core/failures.ts';

export type Side = 'camera' | 'archive';

/** A failure while speaking with one side, put in the bay's own terms. */
export function failureOf(error: unknown, side: Side): BayFailure {
  if (error instanceof BayFailure) return error;
  if (error instanceof TransferFailure) return new BayFailure(error.code, error.message, { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new BayFailure(codeOf(error, side), `${side}: ${message}`, { cause: error });
}

function codeOf(error: unknown, side: Side): FailureCode {
  return (side === 'archive' ? archiveFailureOf(error) : cameraFailureOf(error)) ?? 'dock-fault';
}

function cameraFailureOf(error: unknown): FailureCode | undefined {
  if (error instanceof PeerRefusal) return REFUSED[error.refusal];
  if (error instanceof PeerNotTrusted) return DISTRUSTED[error.reason];
  if (!(error instanceof RuntimeError)) return undefined;
  switch (error.code) {
    case 'peer-unreachable':
    case 'peer-timeout':
      return 'camera-unreachable';
    case 'peer-not-trusted':
      return 'camera-unknown';
    case 'peer-broke-protocol':
      return 'camera-broke-protocol';
    case 'peer-refused':
      return 'camera-refused';
    case 'bad-config':
    case 'bad-identity':
    case 'storage-failed':
      return undefined;
    default:
      return error.code satisfies never;
  }
}

const DISTRUSTED: Readonly<Record<Distrust, FailureCode>> = {
  unknown: 'camera-unknown',
  agency: 'camera-of-another-agency',
  role: 'camera-not-trusted',
  expired: 'camera-expired',
};

const REFUSED: Readonly<Record<RefusalCode, FailureCode>> = {
  'not-found': 'object-missing',
  'bad-request': 'camera-refused',
  'not-allowed': 'camera-refused',
  'too-large': 'camera-refused',
  'journal-gap': 'camera-refused',
  'journal-forked': 'camera-refused',
  'bad-journal': 'camera-refused',
  'digest-mismatch': 'camera-refused',
  'wrong-offset': 'camera-refused',
  'object-not-named': 'camera-refused',
  'bad-receipt': 'receipt-refused',
  'bad-cosignature': 'camera-refused',
  'bad-policy': 'camera-refused',
  'bad-assignment': 'camera-refused',
  'bad-anchor': 'camera-refused',
  'archive-forked': 'camera-refused',
  busy: 'camera-refused',
  internal: 'camera-refused',
};
