import { RequestRefused } from '@mingjing/runtime';
import { Type, type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { BUTTONS } from '../../core/events.ts';
import { BUTTON_NAMES } from '../../ports/buttons.ts';

const closed = { additionalProperties: false } as const;

/** A finger on the case. */
export const readPush = reader(
  Type.Object(
    {
      button: Type.Enum(BUTTON_NAMES),
      down: Type.Boolean(),
      /** As the event `hello` named it. */
      page: Type.String({ maxLength: 16 }),
      /** Of a button that goes up: how long it was down on the page. */
      heldMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000 })),
    },
    closed,
  ),
  `button: one of ${BUTTON_NAMES.join(', ')}; down: true or false; page; heldMs`,
);

/** What a press means, without the finger. */
export const readPress = reader(
  Type.Object({ button: Type.Enum(BUTTONS) }, closed),
  `button: one of ${BUTTONS.join(', ')}`,
);

const Words = Type.String({ minLength: 1, maxLength: 256 });
/** `officer` null: the camera is given back. */
export const readHandOver = reader(
  Type.Object(
    {
      officer: Type.Union([
        Type.Null(),
        Type.Object({ number: Words, name: Type.Optional(Words), certificate: Type.Optional(Words) }, closed),
      ]),
    },
    closed,
  ),
  'officer: null, or number, name?, certificate?',
);
export const readDock = reader(Type.Object({ attached: Type.Boolean() }, closed), 'attached: true or false');

function reader<T extends TSchema>(schema: T, shape: string): (body: unknown) => Static<T> {
  const validator = Compile(schema);
  return (body) => {
    if (!validator.Check(body)) throw new RequestRefused('bad-request', shape);
    return body;
  };
}
