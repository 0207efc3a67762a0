import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { makeCodeDisk } from './disks.ts';
import { builtImage } from './image.ts';
import { VirtualCamera, type CameraOptions } from './virtual-camera.ts';

/** What all scenarios share: the machine's image, the program as it stands, and an agency that enrols cameras. */
export class Bench {
  readonly directory: string;
  readonly image: string;
  readonly code: string;
  readonly agency: TestAgency;
  /** Of camera `cam-1`, whatever card is in it. */
  readonly identity: string;
  readonly #cameras: VirtualCamera[] = [];

  private constructor(directory: string, image: string, code: string, agency: TestAgency, identity: string) {
    this.directory = directory;
    this.image = image;
    this.code = code;
    this.agency = agency;
    this.identity = identity;
  }

  static async open(say: (line: string) => void): Promise<Bench> {
    const image = await builtImage();
    const directory = mkdtempSync(join(tmpdir(), 'mingjing-hardware-'));
    const code = join(directory, 'code.img');
    await makeCodeDisk(code, join(directory, 'code'));
    const agency = await makeTestAgency();
    say(`the bench is ready: ${directory}`);
    return new Bench(directory, image, code, agency, await agency.enrol('camera', 'cam-1'));
  }

  /** Camera `cam-1` with an empty card, switched off. */
  async camera(name: string, options: CameraOptions = {}): Promise<VirtualCamera> {
    const directory = join(this.directory, name);
    mkdirSync(directory);
    const camera = await VirtualCamera.make(
      {
        image: this.image,
        code: this.code,
        identity: this.identity,
        unsealing: this.agency.unsealing,
        cardContent: join(this.directory, 'card-content'),
      },
      directory,
      options,
    );
    this.#cameras.push(camera);
    return camera;
  }

  async logs(): Promise<string> {
    return (await Promise.all(this.#cameras.map((camera) => camera.log()))).join('\n');
  }

  async switchEverythingOff(): Promise<void> {
    for (const camera of this.#cameras.splice(0)) await camera.powerCut();
  }

  /** No machine is left behind. `keep`: its logs and cards are. */
  async close(keep: boolean): Promise<void> {
    await this.switchEverythingOff();
    this.agency.close();
    if (!keep) rmSync(this.directory, { recursive: true, force: true });
  }
}
