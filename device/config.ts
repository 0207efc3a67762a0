import { Type, type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const Path = Type.String({ minLength: 1, maxLength: 4096 });
const Port = Type.Integer({ minimum: 0, maximum: 65_535 });
const Words = Type.String({ minLength: 1, maxLength: 256 });

/** The camera's configuration: one closed JSON object. Paths are relative to the process's directory. */
export const CameraConfig = Type.Object(
  {
    /** Journal, footage and waiting messages. */
    stateDirectory: Path,
    /** Written by `mingjing enrol`. */
    identityDirectory: Path,
    capture: Type.Union([
      Type.Object({ kind: Type.Literal('test-pattern') }, closed),
      Type.Object(
        {
          kind: Type.Literal('v4l2'),
          device: Path,
          /** ALSA capture device, such as `hw:1,0`. Absent: no sound. */
          audio: Type.Optional(Words),
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
      Type.Object(
        { path: Path, baudRate: Type.Integer({ minimum: 1200, maximum: 921_600, default: 9600 }) },
        closed,
      ),
    ),
    /** Port 0: one is picked at the start and kept. */
    docking: Type.Object({ host: Words, port: Port }, closed),
    broker: Type.Optional(Type.String({ pattern: '^(mqtts|wss)://', maxLength: 512 })),
    officer: Type.Optional(
      Type.Object({ number: Words, name: Type.Optional(Words), certificate: Type.Optional(Words) }, closed),
    ),
    /** With `--simulate` only: buttons for programs, on the loopback. */
    control: Type.Optional(Type.Object({ port: Port }, closed)),
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
