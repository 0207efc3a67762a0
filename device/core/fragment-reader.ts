import {
  BoxSplitter,
  concat,
  ProtocolError,
  readRuns,
  readTracks,
  type Box,
  type Track,
  type TrackRun,
} from '@mingjing/protocol';

export interface ReadFragment {
  readonly moof: Uint8Array;
  readonly mdat: Uint8Array;
  readonly runs: readonly TrackRun[];
  /** On the capture's own timeline, of the earliest and the latest track. */
  readonly startMs: number;
  readonly endMs: number;
  readonly durationMs: number;
}

export type MediaPiece =
  | { readonly kind: 'init'; readonly init: Uint8Array; readonly tracks: readonly Track[] }
  | { readonly kind: 'fragment'; readonly fragment: ReadFragment };

/**
 * Cuts a fragmented MP4 that arrives in pieces into its init segment and its fragments.
 * `code`: 'bad-box', 'box-too-large', 'bad-media'.
 */
export class FragmentReader {
  readonly #splitter = new BoxSplitter();
  #init: Uint8Array[] = [];
  #tracks: readonly Track[] | undefined;
  #moof: Uint8Array | undefined;
  readonly #decodeTimes = new Map<number, bigint>();

  push(bytes: Uint8Array): MediaPiece[] {
    return this.#splitter.push(bytes).flatMap((box) => this.#take(box));
  }

  #take({ type, bytes }: Box): MediaPiece[] {
    switch (type) {
      case 'ftyp':
        if (this.#init.length > 0) throw misplaced(type);
        this.#init.push(bytes);
        return [];
      case 'moov': {
        if (this.#init.length !== 1) throw misplaced(type);
        this.#init.push(bytes);
        const init = concat(this.#init);
        this.#tracks = readTracks(init);
        if (!this.#tracks.some((track) => track.kind === 'video' || track.kind === 'audio'))
          throw new ProtocolError('bad-media', 'the capture has neither picture nor sound');
        return [{ kind: 'init', init, tracks: this.#tracks }];
      }
      case 'moof':
        if (this.#tracks === undefined || this.#moof !== undefined) throw misplaced(type);
        this.#moof = bytes;
        return [];
      case 'mdat': {
        const moof = this.#moof;
        if (moof === undefined || this.#tracks === undefined) throw misplaced(type);
        this.#moof = undefined;
        const fragment = readFragment(moof, bytes, this.#tracks);
        this.#requireForward(fragment.runs);
        return [{ kind: 'fragment', fragment }];
      }
      default:
        return []; // mfra, sidx, free: nothing of what was seen or heard is in them
    }
  }

  #requireForward(runs: readonly TrackRun[]): void {
    for (const { track, decodeTime } of runs) {
      const previous = this.#decodeTimes.get(track);
      if (previous !== undefined && decodeTime <= previous)
        throw new ProtocolError('bad-media', `the timeline of track ${track} runs backwards`);
      this.#decodeTimes.set(track, decodeTime);
    }
  }
}

function readFragment(moof: Uint8Array, mdat: Uint8Array, tracks: readonly Track[]): ReadFragment {
  const runs = readRuns(moof);
  const spans = runs.map(({ track, decodeTime, duration }) => {
    const timescale = tracks.find(({ id }) => id === track)?.timescale;
    if (timescale === undefined || timescale === 0)
      throw new ProtocolError('bad-media', `track ${track} is not in the init segment`);
    return { start: millis(decodeTime, timescale), length: millis(duration, timescale) };
  });
  if (spans.length === 0) throw new ProtocolError('bad-media', 'a fragment holds no track');
  return {
    moof,
    mdat,
    runs,
    startMs: spans.reduce((least, { start }) => Math.min(least, start), Infinity),
    endMs: spans.reduce((most, { start, length }) => Math.max(most, start + length), 0),
    durationMs: spans.reduce((most, { length }) => Math.max(most, length), 0),
  };
}

function millis(units: bigint, timescale: number): number {
  return Number((units * 1000n) / BigInt(timescale));
}

function misplaced(type: string): ProtocolError {
  return new ProtocolError('bad-media', `a ${type} box where none may stand`);
}
