import type { RefusalCode } from '@mingjing/protocol';
import { PeerRefusal, RuntimeError } from '@mingjing/runtime';
import { BayFailure, type FailureCode } from '../core/failures.ts';

export type Side = 'camera' | 'archive';

/** A failure while speaking with one side, put in the bay's own terms. */
export function failureOf(error: unknown, side: Side): BayFailure {
  if (error instanceof BayFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new BayFailure(codeOf(error, side), `${side}: ${message}`, { cause: error });
}

function codeOf(error: unknown, side: Side): FailureCode {
  if (error instanceof PeerRefusal) return REFUSED[side][error.refusal];
  if (!(error instanceof RuntimeError)) return 'dock-fault';
  switch (error.code) {
    case 'peer-unreachable':
    case 'peer-timeout':
      return side === 'camera' ? 'camera-unreachable' : 'archive-unreachable';
    case 'peer-not-trusted':
      return side === 'camera' ? 'camera-not-trusted' : 'archive-not-trusted';
    case 'peer-broke-protocol':
      return side === 'camera' ? 'camera-broke-protocol' : 'archive-broke-protocol';
    case 'peer-refused':
      return side === 'camera' ? 'camera-refused' : 'archive-refused';
    case 'bad-config':
    case 'bad-identity':
    case 'storage-failed':
      return 'dock-fault';
    default:
      return error.code satisfies never;
  }
}

const REFUSED: Readonly<Record<Side, Readonly<Record<RefusalCode, FailureCode>>>> = {
  camera: {
    'not-found': 'object-missing',
    'bad-request': 'camera-refused',
    'not-allowed': 'camera-refused',
    'too-large': 'camera-refused',
    'journal-gap': 'camera-refused',
    'journal-forked': 'camera-refused',
    'bad-journal': 'camera-refused',
    'digest-mismatch': 'camera-refused',
    'object-not-named': 'camera-refused',
    'bad-receipt': 'receipt-refused',
    busy: 'camera-refused',
    internal: 'camera-refused',
  },
  archive: {
    'not-found': 'archive-refused',
    'bad-request': 'archive-refused',
    'not-allowed': 'archive-refused',
    'too-large': 'object-refused',
    'journal-gap': 'journal-gap',
    'journal-forked': 'journal-forked',
    'bad-journal': 'journal-bad',
    'digest-mismatch': 'object-refused',
    'object-not-named': 'object-not-named',
    'bad-receipt': 'archive-refused',
    busy: 'archive-refused',
    internal: 'archive-refused',
  },
};
