import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { Default } from 'typebox/value';
import { ProtocolError } from '../errors.ts';

const closed = { additionalProperties: false } as const;
const Percent = Type.Integer({ minimum: 0, maximum: 100 });
const Words = Type.String({ minLength: 1, maxLength: 512 });

/**
 * What an agency decides about its cameras. Every field has a default, so `{}` is a policy. A change takes hold with
 * the next recording, never within one. Rows, F-21.
 */
export const CameraPolicy = Type.Object(
  {
    /** Counts the agency's decisions; 0 is what the camera was configured with. A lower one is never taken. */
    version: Type.Integer({ minimum: 0, maximum: 0xffff_ffff, default: 0 }),
    preRecordSeconds: Type.Integer({ minimum: 0, maximum: 120, default: 30 }),
    /** Whether footage from before the press has sound. */
    preRecordSound: Type.Boolean({ default: true }),
    postRecordSeconds: Type.Integer({ minimum: 0, maximum: 1_500, default: 0 }),
    segmentSeconds: Type.Integer({ minimum: 2, maximum: 60, default: 10 }),
    /** How the record button stops: held, so that nobody stops by accident, or pressed. */
    stopBy: Type.Enum(['long-press', 'press'] as const, { default: 'long-press' }),
    muteAllowed: Type.Boolean({ default: false }),
    stealthAllowed: Type.Boolean({ default: false }),
    /** Whether the archive may start a recording by a signed command. */
    startByOrder: Type.Boolean({ default: false }),
    picture: Type.Object(
      {
        width: Type.Integer({ minimum: 64, maximum: 7680, multipleOf: 2, default: 1920 }),
        height: Type.Integer({ minimum: 64, maximum: 4320, multipleOf: 2, default: 1080 }),
        framesPerSecond: Type.Integer({ minimum: 5, maximum: 60, default: 30 }),
        /** 5 Mbit/s with sound, stamps and sealing is below the 2.6 GB an hour of R-5. */
        bitsPerSecond: Type.Integer({ minimum: 50_000, maximum: 100_000_000, default: 5_000_000 }),
      },
      { ...closed, default: {} },
    ),
    storage: Type.Object(
      {
        /** Free bytes at which the camera warns, highest first; the last of them beeps. */
        warnAtBytes: Type.Array(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), {
          maxItems: 8,
          default: [8_000_000_000, 2_000_000_000],
        }),
      },
      { ...closed, default: {} },
    ),
    battery: Type.Object(
      {
        warnAtPercent: Type.Array(Percent, { maxItems: 8, default: [20, 10] }),
        /** At this level everything is closed and the camera switches itself off. */
        stopAtPercent: Type.Integer({ minimum: 0, maximum: 50, default: 5 }),
      },
      { ...closed, default: {} },
    ),
    announcement: Type.Object(
      {
        spoken: Type.Boolean({ default: true }),
        languages: Type.Array(Type.Enum(['zh-CN', 'en'] as const), { maxItems: 2, default: ['zh-CN'] }),
        /** In place of the built-in sentence; `{name}`, `{officer}`, `{certificate}`, `{agency}` are filled in. */
        text: Type.Optional(Type.Object({ 'zh-CN': Type.Optional(Words), en: Type.Optional(Words) }, closed)),
      },
      { ...closed, default: {} },
    ),
    uplink: Type.Object(
      {
        send: Type.Enum(['nothing', 'marked', 'everything'] as const, { default: 'marked' }),
        /** While nothing is recorded; while recording a quarter of it. */
        bytesPerSecond: Type.Integer({ minimum: 1_000, maximum: 1_000_000_000, default: 500_000 }),
      },
      { ...closed, default: {} },
    ),
  },
  closed,
);
export type CameraPolicy = Static<typeof CameraPolicy>;
const validator = Compile(CameraPolicy);

/** A whole policy of what is given, the rest by default. `code` 'bad-policy'. */
export function readCameraPolicy(value: unknown): CameraPolicy {
  const whole = Default(CameraPolicy, structuredClone(value));
  if (validator.Check(whole)) return whole;
  const where = validator
    .Errors(whole)
    .slice(0, 8)
    .map(({ instancePath, message }) => `${instancePath === '' ? '/' : instancePath} ${message}`);
  throw new ProtocolError('bad-policy', `not a camera policy: ${where.join('; ')}`);
}
