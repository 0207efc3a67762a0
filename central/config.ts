import { Type, type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const Port = Type.Integer({ minimum: 0, maximum: 65_535 });
const Path = Type.String({ minLength: 1, maxLength: 4096 });

const Listener = Type.Object(
  { host: Type.String({ minLength: 1, maxLength: 255, default: '0.0.0.0' }), port: Port },
  closed,
);

/** Configuration of the archive. Port 0 takes a free one. */
export const ArchiveConfig = Type.Object(
  {
    /** Written by `mingjing enrol`. */
    identityDirectory: Path,
    /** Catalogue, custody log, review link: small, on a disk that keeps its promises. */
    stateDirectory: Path,
    /** Sealed footage. */
    objectsDirectory: Path,
    ingest: Listener,
    broker: Listener,
    /** The agency's policy for cameras (protocol, CameraPolicy), JSON: handed to cameras, signed. */
    policyFile: Type.Optional(Path),
    /** Pages are served to this machine only: from elsewhere, come through a tunnel that knows who you are. */
    review: Type.Object(
      {
        host: Type.Union([Type.Literal('127.0.0.1'), Type.Literal('::1')], { default: '127.0.0.1' }),
        port: Port,
      },
      closed,
    ),
    log: Type.Optional(
      Type.Object(
        {
          level: Type.Optional(
            Type.Union(
              (['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const).map((level) =>
                Type.Literal(level),
              ),
            ),
          ),
          file: Type.Optional(Path),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type ArchiveConfig = Static<typeof ArchiveConfig>;
