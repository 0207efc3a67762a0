import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IngestState, Verdict } from '@mingjing/protocol';
import { verifyExport } from '../../../provisioning/verify/verify-export.ts';
import type { TestAgency } from '../../support/agency.ts';
import {
  IngestClient,
  makeArchivePlace,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import { mingjing } from '../../support/server-room.ts';
import { Program } from '../../support/processes.ts';

/** The agency's docking station with one bay, and its archive: the real programs, on this host. */
export class Station {
  readonly #agency: TestAgency;
  readonly #directory: string;
  readonly #identity: string;
  readonly #place: ArchivePlace;
  readonly #archive: RunningArchive;
  #dock: Program | undefined;

  private constructor(
    agency: TestAgency,
    directory: string,
    identity: string,
    place: ArchivePlace,
    archive: RunningArchive,
  ) {
    this.#agency = agency;
    this.#directory = directory;
    this.#identity = identity;
    this.#place = place;
    this.#archive = archive;
  }

  /** Enrols both before the camera is switched on, whose clock may run behind; starts the archive. */
  static async open(agency: TestAgency, directory: string): Promise<Station> {
    mkdirSync(directory, { recursive: true });
    const place = makeArchivePlace(await agency.enrol('archive', 'archive-1', { mayUnseal: true }));
    const identity = await agency.enrol('dock', 'dock-1');
    return new Station(agency, directory, identity, place, await startArchive(place));
  }

  /** The bay looks for its camera at a port of the loopback. */
  async start(port: number): Promise<void> {
    const config = join(this.#directory, 'dock.json');
    writeFileSync(
      config,
      JSON.stringify({
        identityDirectory: this.#identity,
        stateDirectory: join(this.#directory, 'dock-state'),
        archive: `https://127.0.0.1:${this.#archive.ingest}`,
        broker: `mqtts://127.0.0.1:${this.#archive.broker}`,
        bays: [{ bay: 1, camera: `https://127.0.0.1:${port}` }],
        log: { level: 'debug' },
      }),
    );
    this.#dock = new Program('dock', ['dock-agent/main.ts', '--config', config], this.log);
    await this.#dock.start();
  }

  get log(): string {
    return join(this.#directory, 'dock.log');
  }

  /** What the archive holds of a camera. */
  async holds(camera: string): Promise<IngestState> {
    const client = new IngestClient(this.#archive.ingest, this.#identity, 'dock');
    return await client.state(camera, 1).finally(() => client.close());
  }

  /** Of a recording as the archive hands it out. */
  async verdict(recording: string): Promise<Verdict> {
    const out = join(this.#directory, `export-${recording}`);
    const { config } = this.#place;
    await mingjing('export', '--config', config, '--recording', recording, '--out', out, '--reason', 'test');
    return await verifyExport(out, this.#agency.roots);
  }

  async stopDock(): Promise<void> {
    await this.#dock?.stop();
  }

  async close(): Promise<void> {
    await this.stopDock();
    await this.#archive.stop();
    this.#place.remove();
  }
}
