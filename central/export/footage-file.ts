import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { footageFile, type FootagePart, type RecordingMode } from '@mingjing/protocol';

/** One footage file of an export as it is written, and its line in the footage map. */
export class FootageFile {
  readonly part: FootagePart;
  readonly #file: FileHandle;
  #length = 0;

  private constructor(part: FootagePart, file: FileHandle) {
    this.part = part;
    this.#file = file;
  }

  /** The `n`th part of an export in `directory`; nothing may stand there. It begins with `init`. */
  static async create(
    directory: string,
    n: number,
    mode: RecordingMode,
    init: Uint8Array,
  ): Promise<FootageFile> {
    const file = footageFile(n, mode);
    const handle = await open(join(directory, file), 'wx', 0o600);
    const made = new FootageFile({ file, init: [0, init.length], segments: [] }, handle);
    await made.write(init);
    return made;
  }

  get length(): number {
    return this.#length;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#file.writeFile(bytes);
    this.#length += bytes.length;
  }

  /** What is known only when all of it was written. */
  async writeBeginning(bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes, 0, bytes.length, 0);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
