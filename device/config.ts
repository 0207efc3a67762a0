import { Type, type Static } from 'typebox';
import { AnnouncementConfig, PanelConfig } from './panel-config.ts';

const closed = { additionalProperties: false } as const;
const Path = Type.String({ minLength: 1, maxLength: 4096 });
const Port = Type.Integer({ minimum: 0, maximum: 65_535 });
const Words = Type.String({ minLength: 1, maxLength: 256 });

/** ALSA capture device, such as `hw:1,0`. Absent: no sound. */
const microphone = { audio: Type.Optional(Words) };
const encoding = {
  /** `auto`, as when absent: the machine's own encoder if a trial shows that it works, else libx264. */
  encoder: Type.Optional(Type.Enum(['auto', 'libx264', 'h264_v4l2m2m'] as const)),
  /** Font of the lines in the picture; it should show Chinese. */
  font: Type.Optional(Path),
};

/** The camera's configuration: one closed JSON object. Paths are relative to the process's directory. */
export const CameraConfig = Type.Object(
  {
    /** Journal, footage and waiting messages. */
    stateDirectory: Path,
    /** A medium of its own is to be mounted there; without it nothing is written. */
    stateIsMounted: Type.Optional(Type.Boolean()),
    /** Written by `mingjing enrol`. */
    identityDirectory: Path,
    /**
     * How far the journal had come is remembered here, on another medium than the state's: a card that was swapped or
     * set back is then told. Absent: beside the identity, if that can be written.
     */
    headFile: Type.Optional(Path),
    capture: Type.Union([
      Type.Object({ kind: Type.Literal('test-pattern'), ...encoding }, closed),
      Type.Object(
        {
          kind: Type.Literal('v4l2'),
          device: Path,
          /** What the camera is to deliver, such as `mjpeg` or `yuyv422`; absent: what its driver offers first. */
          inputFormat: Type.Optional(Words),
          ...microphone,
          ...encoding,
        },
        closed,
      ),
      Type.Object(
        {
          kind: Type.Literal('rpicam'),
          /** As `rpicam-vid --list-cameras` counts. */
          camera: Type.Optional(Type.Integer({ minimum: 0, maximum: 9 })),
          /** `camera`: by rpicam-vid, at the least cost for the processor, and nothing is burned in. */
          encodedBy: Type.Optional(Type.Enum(['ffmpeg', 'camera'] as const)),
          ...microphone,
          ...encoding,
        },
        closed,
      ),
      /** With `--simulate` only: a fragmented MP4 over and over. */
      Type.Object(
        {
          kind: Type.Literal('replay'),
          path: Path,
          speed: Type.Number({ minimum: 0.1, maximum: 100, default: 1 }),
        },
        closed,
      ),
    ]),
    /** Fields of the agency's policy (protocol, CameraPolicy) that hold until a signed one comes; the rest by default. */
    policy: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    gps: Type.Optional(
      Type.Union([
        /** A receiver on a serial line. */
        Type.Object(
          {
            kind: Type.Literal('nmea'),
            path: Path,
            baudRate: Type.Integer({ minimum: 1200, maximum: 921_600, default: 9600 }),
          },
          closed,
        ),
        /** gpsd on this machine, or one that is trusted with the time. */
        Type.Object(
          {
            kind: Type.Literal('gpsd'),
            host: Type.String({ minLength: 1, maxLength: 256, default: '127.0.0.1' }),
            port: Type.Integer({ minimum: 1, maximum: 65_535, default: 2947 }),
          },
          closed,
        ),
      ]),
    ),
    clock: Type.Optional(
      Type.Object(
        {
          /** How fast the clock may go wrong when nobody corrects it, in parts per million. */
          driftPpm: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
          /** So far ahead docks may move the clock until a receiver agrees: 24, if nothing is said. */
          maxLeadHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 8_760 })),
          /** Sets the system's clock, too: for a machine without a battery for it. Needs CAP_SYS_TIME. */
          setSystemClock: Type.Optional(Type.Boolean()),
        },
        closed,
      ),
    ),
    /** Battery and charger as Linux knows them. Absent: there is none to look at. */
    power: Type.Optional(
      Type.Object(
        { directory: Type.String({ minLength: 1, maxLength: 4096, default: '/sys/class/power_supply' }) },
        closed,
      ),
    ),
    /** The kernel's watchdog, where no systemd has it. systemd's own is found by itself. */
    watchdog: Type.Optional(
      Type.Object(
        { device: Type.String({ minLength: 1, maxLength: 4096, default: '/dev/watchdog' }) },
        closed,
      ),
    ),
    /** Port 0: one is picked at the start and kept. */
    docking: Type.Object(
      {
        host: Words,
        port: Port,
        /** Network interface that leads to the dock: while it has a carrier the camera is docked. */
        interface: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$' })),
        /** Network interface on which docks are told, by multicast DNS, that this camera is docked; absent: nowhere. */
        announce: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$' })),
      },
      closed,
    ),
    /** The archive, straight, where there is Wi-Fi or a mobile network; how much goes that way is policy. */
    uplink: Type.Optional(
      Type.Object({ url: Type.String({ pattern: '^https://[^/?#]+/?$', maxLength: 512 }) }, closed),
    ),
    broker: Type.Optional(Type.String({ pattern: '^(mqtts|wss)://', maxLength: 512 })),
    officer: Type.Optional(
      Type.Object({ number: Words, name: Type.Optional(Words), certificate: Type.Optional(Words) }, closed),
    ),
    /** Buttons, lights, buzzer and vibration of the case. */
    panel: Type.Optional(PanelConfig),
    /** The loudspeaker. Absent: there is none. */
    announcement: Type.Optional(AnnouncementConfig),
    /** With `--simulate` only: buttons for programs, on the loopback. */
    control: Type.Optional(Type.Object({ port: Port }, closed)),
    /** With `--simulate` only: the camera as a page in a browser on this machine. Port 0: a free one. */
    web: Type.Optional(Type.Object({ port: Port }, closed)),
    log: Type.Optional(
      Type.Object(
        {
          file: Type.Optional(Path),
          level: Type.Optional(Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])),
        },
        closed,
      ),
    ),
    /** Free space below which nothing more is recorded. */
    reserveBytes: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 256 * 1024 * 1024 }),
  },
  closed,
);
export type CameraConfig = Static<typeof CameraConfig>;
