import Hls, { ErrorTypes, Events, type ErrorData } from 'hls.js';
import type { RecordingDetail } from '../../../core/review-shapes.ts';
import { askWhy, codeOf, fetchText, playlistPath, soundPath } from '../api/client.ts';
import { hlsSettings } from './hls-settings.ts';
import { NOT_YET, type PlayerState, type PlayerTrouble } from './player-state.ts';
import {
  footageAfter,
  layOut,
  readPlaylist,
  toMedia,
  toRecording,
  type MediaPlace,
  type PlaylistItem,
} from './timeline.ts';

const HAVE_CURRENT_DATA = 2;
const SEAM_SECONDS = 0.15;

/**
 * Plays a recording part by part in one media element and speaks of time in seconds into the recording. A film comes as
 * HLS, sound as files. Created for one element and one recording; `destroy` ends it.
 */
export class FootagePlayer {
  readonly #video: HTMLMediaElement;
  readonly #detail: RecordingDetail;
  readonly #listeners = new Set<() => void>();
  readonly #abort = new AbortController();
  #state: PlayerState = NOT_YET;
  #hls: Hls | undefined;
  #part = -1;
  #isOpen = false;
  /** A seek that waits for its part to be opened. */
  #pending: number | undefined;
  /** Where the last seek led: at the seam of two segments the media clock alone cannot tell them apart. */
  #aim: (MediaPlace & { readonly shown: number }) | undefined;
  #wantsToPlay = false;
  #mended = false;
  /** Loading has stopped at this segment. */
  #barrier: { readonly trouble: PlayerTrouble; readonly segment: number | undefined } | undefined;
  #frame = 0;

  constructor(video: HTMLMediaElement, detail: RecordingDetail) {
    this.#video = video;
    this.#detail = detail;
    this.#listen();
    void this.#prepare();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): PlayerState => this.#state;

  toggle(): void {
    if (this.#wantsToPlay) this.pause();
    else this.play();
  }

  play(): void {
    const last = this.#state.timeline.pieces.at(-1);
    if (last !== undefined && this.#state.time >= last.start + last.seconds - 0.3) this.seek(0);
    this.#wantsToPlay = true;
    this.#set({ playing: true });
    if (this.#pending === undefined) this.#start();
  }

  pause(): void {
    this.#wantsToPlay = false;
    this.#video.pause();
    this.#set({ playing: false, waiting: false });
  }

  /** To a moment of the recording; in a gap, to the footage after it. */
  seek(time: number): void {
    const { timeline } = this.#state;
    const place = toMedia(timeline, Math.min(Math.max(0, time), timeline.seconds));
    if (place === undefined) return;
    const shown = toRecording(timeline, place);
    this.#aim = { ...place, shown };
    this.#set({ time: shown });
    const walled = this.#barrier !== undefined && !this.#isLoaded(place.time);
    if (place.part !== this.#part || !this.#isOpen || walled) this.#open(place.part, place.time);
    else if (this.#pending === undefined) this.#video.currentTime = place.time;
    else this.#pending = place.time;
  }

  /** To the begin of a segment; false if it is not among what can be played. */
  showSegment(segment: number): boolean {
    const piece = this.#state.timeline.pieces.find((one) => one.segment === segment);
    if (piece !== undefined) this.seek(piece.start);
    return piece !== undefined;
  }

  seekBy(seconds: number): void {
    const { timeline, time } = this.#state;
    const aim = time + seconds;
    const place = toMedia(timeline, aim);
    // Going back from behind a gap must not end where it began.
    const stuck = seconds < 0 && place !== undefined && toRecording(timeline, place) >= time;
    const before = timeline.pieces.findLast((piece) => piece.start + piece.seconds <= time - 0.01);
    this.seek(
      stuck && before !== undefined ? Math.max(before.start, before.start + before.seconds + seconds) : aim,
    );
  }

  /** On past what cannot be shown. */
  skip(): void {
    const { skipTo } = this.#state;
    if (skipTo === undefined) return;
    this.#mended = false;
    this.#close();
    this.seek(skipTo);
  }

  destroy(): void {
    this.#abort.abort();
    this.#close();
    cancelAnimationFrame(this.#frame);
    this.#listeners.clear();
  }

  async #prepare(): Promise<void> {
    if (this.#detail.sound === undefined && !Hls.isSupported()) {
      this.#fail('unsupported');
      return;
    }
    try {
      const begin = Date.parse(this.#detail.start);
      const starts = new Map(this.#detail.segments.map(({ index, start }) => [index, start]));
      const timeline = layOut(
        await this.#items(),
        ({ segment, at = starts.get(segment) }) =>
          at === undefined ? undefined : (Date.parse(at) - begin) / 1000,
        this.#detail.seconds,
      );
      this.#set({ timeline });
      if (timeline.pieces.length === 0) this.#fail('footage-not-here');
      else this.seek(0);
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#fail(codeOf(error));
    }
  }

  async #items(): Promise<readonly (readonly PlaylistItem[])[]> {
    const { sound, parts } = this.#detail;
    if (sound !== undefined) return sound;
    const numbers = Array.from({ length: parts }, (_, part) => part);
    const { signal } = this.#abort;
    const texts = await Promise.all(
      numbers.map((part) => fetchText(playlistPath(this.#detail, part), signal)),
    );
    return texts.map(readPlaylist);
  }

  #open(part: number, time: number): void {
    this.#close();
    this.#part = part;
    this.#isOpen = true;
    this.#pending = time;
    this.#set({ phase: 'ready', trouble: undefined, skipTo: undefined, waiting: true });
    if (this.#detail.sound !== undefined) {
      this.#video.src = soundPath(this.#detail, part);
      this.#video.currentTime = time;
      return;
    }
    const hls = new Hls(hlsSettings(time));
    this.#hls = hls;
    hls.on(Events.ERROR, (_, data) => void this.#hearError(hls, data));
    hls.on(Events.LEVEL_PTS_UPDATED, (_, { details }) => this.#correct(part, details.fragments));
    hls.loadSource(playlistPath(this.#detail, part));
    hls.attachMedia(this.#video);
  }

  #close(): void {
    this.#hls?.destroy();
    this.#hls = undefined;
    if (this.#isOpen && this.#detail.sound !== undefined) {
      this.#video.removeAttribute('src');
      this.#video.load();
    }
    this.#isOpen = false;
    this.#pending = undefined;
    this.#barrier = undefined;
  }

  /** The streams' own clock is better than sums of rounded lengths. */
  #correct(part: number, fragments: readonly { readonly url: string; readonly start: number }[]): void {
    const { timeline } = this.#state;
    const starts = new Map(fragments.map(({ url, start }) => [readSegmentNumber(url), start]));
    const pieces = timeline.pieces.map((piece) => {
      const mediaStart = piece.part === part ? starts.get(piece.segment) : undefined;
      return mediaStart === undefined ? piece : { ...piece, mediaStart };
    });
    this.#set({ timeline: { ...timeline, pieces } });
  }

  async #hearError(hls: Hls, data: ErrorData): Promise<void> {
    if (!data.fatal || hls !== this.#hls) return;
    if (data.type === ErrorTypes.MEDIA_ERROR && !this.#mended) {
      this.#mended = true;
      hls.recoverMediaError();
      return;
    }
    const url = data.frag?.url ?? data.url;
    const network = data.type === ErrorTypes.NETWORK_ERROR;
    const trouble = network && url !== undefined ? await askWhy(url) : 'broken';
    if (hls !== this.#hls) return;
    this.#barrier = { trouble, segment: url === undefined ? undefined : readSegmentNumber(url) };
    // What is loaded already is worth seeing: the trouble is told when one gets there.
    const ahead = (data.frag?.start ?? 0) - Math.max(this.#video.currentTime, this.#pending ?? 0);
    if (!network || ahead <= 0 || this.#video.readyState < HAVE_CURRENT_DATA) this.#stopAtBarrier();
  }

  /** A file that does not play: a refusal is told by whoever asks for it again. */
  async #hearFileError(): Promise<void> {
    const part = this.#part;
    if (!this.#isOpen || this.#detail.sound === undefined) return;
    const trouble = await askWhy(soundPath(this.#detail, part));
    if (part !== this.#part || this.#abort.signal.aborted) return;
    const segment = this.#detail.sound[part]?.[0]?.segment;
    this.#barrier = { trouble: trouble === 'not-understood' ? 'broken' : trouble, segment };
    this.#stopAtBarrier();
  }

  #stopAtBarrier(): void {
    const { timeline, time } = this.#state;
    const barrier = this.#barrier;
    if (barrier === undefined) return;
    const here = timeline.pieces.findIndex(({ segment }) => segment === barrier.segment);
    const skipTo = here === -1 ? footageAfter(timeline, time) : timeline.pieces[here + 1]?.start;
    this.#fail(barrier.trouble, skipTo);
  }

  #fail(trouble: PlayerTrouble, skipTo?: number): void {
    this.#wantsToPlay = false;
    this.#video.pause();
    this.#set({ phase: 'failed', trouble, skipTo, playing: false, waiting: false });
  }

  #isLoaded(time: number): boolean {
    const { buffered } = this.#video;
    return Array.from({ length: buffered.length }, (_, n) => n).some(
      (n) => buffered.start(n) <= time && time < buffered.end(n) - 0.1,
    );
  }

  #start(): void {
    this.#video.play().catch((error: unknown) => {
      // A browser that refuses to start by itself waits for the next press.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.pause();
    });
  }

  #listen(): void {
    const video = this.#video;
    const on = (name: keyof HTMLMediaElementEventMap, act: () => void): void =>
      video.addEventListener(name, act, { signal: this.#abort.signal });
    on('loadeddata', () => {
      this.#pending = undefined;
      const picture = video instanceof HTMLVideoElement && video.videoWidth > 0;
      this.#set({ phase: 'ready', waiting: false, picture });
      if (this.#wantsToPlay) this.#start();
    });
    on('playing', () => {
      this.#set({ waiting: false });
      cancelAnimationFrame(this.#frame);
      this.#follow();
    });
    on('waiting', () => {
      if (this.#barrier === undefined) this.#set({ waiting: this.#wantsToPlay });
      else this.#stopAtBarrier();
    });
    on('seeked', () => this.#tell());
    on('timeupdate', () => this.#tell());
    on('ended', () => this.#next());
    on('error', () => void this.#hearFileError());
  }

  #tell(): void {
    if (this.#pending !== undefined || this.#video.readyState === 0) return;
    const place = { part: this.#part, time: this.#video.currentTime };
    const aim = this.#aim;
    if (aim?.part === place.part && Math.abs(aim.time - place.time) < SEAM_SECONDS) {
      this.#set({ time: aim.shown });
      return;
    }
    this.#aim = undefined;
    this.#set({ time: toRecording(this.#state.timeline, place) });
  }

  /** While it plays, time is told with every picture of the screen. */
  readonly #follow = (): void => {
    this.#tell();
    if (!this.#video.paused && !this.#abort.signal.aborted) this.#frame = requestAnimationFrame(this.#follow);
  };

  #next(): void {
    const following = this.#state.timeline.pieces.find((piece) => piece.part > this.#part);
    if (following === undefined) this.pause();
    else this.seek(following.start);
  }

  #set(change: Partial<PlayerState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function readSegmentNumber(url: string): number | undefined {
  const number = /\/segments\/([0-9]+)\.m4s/.exec(url)?.[1];
  return number === undefined ? undefined : Number(number);
}
