import { Type, type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const Path = Type.String({ minLength: 1, maxLength: 4096 });
const Name = Type.String({ minLength: 1, maxLength: 128 });
/** By offset on its chip, or by the name the board gives it. */
const Line = Type.Union([Type.Integer({ minimum: 0, maximum: 1_023 }), Name]);
const Offset = Type.Integer({ minimum: 0, maximum: 1_023 });
/** A name under /sys/class/leds: no path. */
const Led = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9:_.+-]{0,127}$' });

const gpio = {
  /** Name, number, path or label: labels stay when numbers change. */
  chip: Name,
  /** A low level means pressed, or lit. */
  activeLow: Type.Boolean({ default: false }),
  bias: Type.Optional(Type.Enum(['pull-up', 'pull-down', 'disabled'] as const)),
};

/** What is built into the case. Everything is optional; what is not there is not used. */
export const PanelConfig = Type.Object(
  {
    buttons: Type.Optional(
      Type.Union([
        Type.Object(
          {
            kind: Type.Literal('gpiod'),
            ...gpio,
            lines: Type.Object(
              {
                record: Type.Optional(Line),
                audio: Type.Optional(Line),
                photo: Type.Optional(Line),
                mark: Type.Optional(Line),
                power: Type.Optional(Line),
              },
              { ...closed, minProperties: 1 },
            ),
          },
          closed,
        ),
        /** Old kernels. The package `onoff` must be there, compiled. */
        Type.Object(
          {
            kind: Type.Literal('onoff'),
            /** Label of the chip. */
            chip: Name,
            activeLow: Type.Boolean({ default: false }),
            lines: Type.Object(
              {
                record: Type.Optional(Offset),
                audio: Type.Optional(Offset),
                photo: Type.Optional(Offset),
                mark: Type.Optional(Offset),
                power: Type.Optional(Offset),
              },
              { ...closed, minProperties: 1 },
            ),
          },
          closed,
        ),
      ]),
    ),
    /** Lights, buzzer, vibration; side by side, each with what it has. */
    signals: Type.Array(
      Type.Union([
        Type.Object(
          {
            kind: Type.Literal('led-class'),
            leds: Type.Object(
              {
                green: Type.Optional(Led),
                yellow: Type.Optional(Led),
                red: Type.Optional(Led),
                buzzer: Type.Optional(Led),
                vibration: Type.Optional(Led),
              },
              { ...closed, minProperties: 1 },
            ),
          },
          closed,
        ),
        Type.Object(
          {
            kind: Type.Literal('gpiod'),
            ...gpio,
            lines: Type.Object(
              {
                green: Type.Optional(Line),
                yellow: Type.Optional(Line),
                red: Type.Optional(Line),
                buzzer: Type.Optional(Line),
                vibration: Type.Optional(Line),
              },
              { ...closed, minProperties: 1 },
            ),
          },
          closed,
        ),
        /** A passive buzzer on /sys/class/pwm/pwmchipN. */
        Type.Object(
          {
            kind: Type.Literal('pwm'),
            chip: Type.Integer({ minimum: 0, maximum: 255 }),
            channel: Type.Integer({ minimum: 0, maximum: 255 }),
            hertz: Type.Integer({ minimum: 100, maximum: 20_000, default: 2_700 }),
          },
          closed,
        ),
      ]),
      { maxItems: 8, default: [] },
    ),
  },
  closed,
);
export type PanelConfig = Static<typeof PanelConfig>;

/** A loudspeaker, and what it says that policy does not. Whether it speaks is policy. */
export const AnnouncementConfig = Type.Object(
  {
    /** ALSA playback device, such as `plughw:1,0`. Absent: the default one. */
    device: Type.Optional(Name),
    /** The agency's name as it is spoken. */
    agency: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    /** WAV files in place of a made voice, one a language. */
    recordings: Type.Optional(Type.Object({ 'zh-CN': Type.Optional(Path), en: Type.Optional(Path) }, closed)),
  },
  closed,
);
export type AnnouncementConfig = Static<typeof AnnouncementConfig>;
