/** What the camera answers to a button, in its own words. */
export interface PressAnswer {
  readonly ok: boolean;
  readonly code: string;
  readonly recording?: string;
  readonly message: { readonly zh: string; readonly en: string };
}

/** What the camera's control port tells. */
export interface CameraStatus {
  readonly state: string;
  readonly recording?: string;
  readonly ringSeconds: number;
  readonly journalSize: number;
  readonly unreceipted: number;
  readonly attached: boolean;
  readonly storedBytes: number;
  readonly warnings: readonly string[];
}

const ANSWER_MS = 20_000;

/** Buttons and state of a simulated camera, by its control port. */
export class CameraControl {
  readonly #port: () => number;

  constructor(port: () => number) {
    this.#port = port;
  }

  /** A button; answered when the journal entry is durable. */
  async press(button: string): Promise<PressAnswer> {
    return (await this.ask('POST', '/press', { button })) as PressAnswer;
  }

  async status(): Promise<CameraStatus> {
    return (await this.ask('GET', '/state')) as CameraStatus;
  }

  async attach(attached: boolean): Promise<void> {
    await this.ask('POST', '/dock', { attached });
  }

  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`http://127.0.0.1:${this.#port()}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return await answer.json();
  }
}
