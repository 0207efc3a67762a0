import type { RecordingMode, Verdict } from '@mingjing/protocol';
import {
  REVIEW_REFUSALS,
  type RecordingDetail,
  type RecordingKey,
  type RecordingList,
  type ReviewRefusalCode,
  type SessionAnswer,
} from '../../../core/review-shapes.ts';

/** The archive's refusals, and what can happen on the way to it. */
export type ApiErrorCode = ReviewRefusalCode | 'unreachable' | 'not-understood';

export class ApiError extends Error {
  readonly code: ApiErrorCode;

  constructor(code: ApiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ApiError';
    this.code = code;
  }
}

/** Recordings asked for at once. */
export const PAGE_LENGTH = 50;

export function fetchSession(signal?: AbortSignal): Promise<SessionAnswer> {
  return getJson('api/session', signal);
}

export async function signIn(token: string): Promise<SessionAnswer> {
  const headers = { 'content-type': 'application/json' };
  const response = await send('api/session', { method: 'POST', headers, body: JSON.stringify({ token }) });
  await response.body?.cancel();
  return fetchSession();
}

export function fetchRecordings(before?: string, mode?: RecordingMode): Promise<RecordingList> {
  const query = new URLSearchParams({ limit: String(PAGE_LENGTH) });
  if (before !== undefined) query.set('before', before);
  if (mode !== undefined) query.set('mode', mode);
  return getJson(`api/recordings?${query}`);
}

export function fetchRecording(key: RecordingKey, signal?: AbortSignal): Promise<RecordingDetail> {
  return getJson(recordingPath(key), signal);
}

/** Reads and hashes every byte of the recording: may take minutes. */
export function fetchVerdict(key: RecordingKey, signal?: AbortSignal): Promise<Verdict> {
  return getJson(`${recordingPath(key)}/verdict`, signal);
}

export function playlistPath(key: RecordingKey, part: number): string {
  return `${recordingPath(key)}/playlist.m3u8?part=${part}`;
}

export function soundPath(key: RecordingKey, part: number): string {
  return `${recordingPath(key)}/sound/${part}.wav`;
}

export function photoPath(key: RecordingKey): string {
  return `${recordingPath(key)}/photo.jpg`;
}

export async function fetchText(path: string, signal?: AbortSignal): Promise<string> {
  return (await send(path, signal === undefined ? {} : { signal })).text();
}

/** Why a request that somebody else made was refused. */
export async function askWhy(path: string): Promise<ApiErrorCode> {
  try {
    const response = await send(path, {});
    await response.body?.cancel();
    return 'not-understood';
  } catch (error) {
    return codeOf(error);
  }
}

export function codeOf(error: unknown): ApiErrorCode {
  return error instanceof ApiError ? error.code : 'not-understood';
}

function recordingPath({ device, epoch, recording }: RecordingKey): string {
  return `api/recordings/${encodeURIComponent(device)}/${epoch}/${encodeURIComponent(recording)}`;
}

/** The archive is our own and serves these pages itself; the shapes are those of its review-shapes.ts. */
async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await send(path, signal === undefined ? {} : { signal });
  try {
    return (await response.json()) as T;
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new ApiError('not-understood', `the answer of ${path} is not JSON`, { cause });
  }
}

async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...init });
  } catch (cause) {
    if (init.signal?.aborted === true) throw cause;
    throw new ApiError('unreachable', `no answer to ${path}`, { cause });
  }
  if (response.ok) return response;
  throw new ApiError(await refusalOf(response), `${path} was answered ${response.status}`);
}

async function refusalOf(response: Response): Promise<ApiErrorCode> {
  try {
    const body: unknown = await response.json();
    const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
    if (typeof code === 'string' && Object.hasOwn(REVIEW_REFUSALS, code)) return code as ReviewRefusalCode;
  } catch {
    // The status alone must do.
  }
  if (response.status === 401) return 'signed-out';
  return response.status === 404 ? 'not-found' : 'internal';
}
