import type { RefusalCode, TransferFailureCode } from '@mingjing/protocol';
import { RuntimeError } from '../errors.ts';
import { PeerRefusal } from '../https-peer.ts';

/** What an error on the line to the archive means to who moves footage; undefined: it came from this process itself. */
export function archiveFailureOf(error: unknown): TransferFailureCode | undefined {
  if (error instanceof PeerRefusal) return REFUSED[error.refusal];
  if (!(error instanceof RuntimeError)) return undefined;
  switch (error.code) {
    case 'peer-unreachable':
    case 'peer-timeout':
      return 'archive-unreachable';
    case 'peer-not-trusted':
      return 'archive-not-trusted';
    case 'peer-broke-protocol':
      return 'archive-broke-protocol';
    case 'peer-refused':
      return 'archive-refused';
    case 'bad-config':
    case 'bad-identity':
    case 'storage-failed':
      return undefined;
    default:
      return error.code satisfies never;
  }
}

const REFUSED: Readonly<Record<RefusalCode, TransferFailureCode>> = {
  'not-found': 'archive-refused',
  'bad-request': 'archive-refused',
  'not-allowed': 'archive-refused',
  'too-large': 'object-refused',
  'journal-gap': 'journal-gap',
  'journal-forked': 'journal-forked',
  'bad-journal': 'journal-bad',
  'digest-mismatch': 'object-refused',
  'wrong-offset': 'archive-refused',
  'object-not-named': 'object-not-named',
  'bad-receipt': 'archive-refused',
  'bad-cosignature': 'archive-refused',
  'bad-policy': 'archive-refused',
  'bad-assignment': 'archive-refused',
  'bad-anchor': 'archive-refused',
  'archive-forked': 'archive-refused',
  busy: 'archive-refused',
  internal: 'archive-refused',
};
