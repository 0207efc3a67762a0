import { createLog } from '@mingjing/runtime';
import { KioskServer, type KioskOptions } from '../../../dock-agent/adapters/kiosk/kiosk-server.ts';
import { systemClock } from '../../../dock-agent/adapters/system-clock.ts';
import type { Messages } from '../../../dock-agent/ports/messages.ts';
import { StationFeed } from '../../../dock-agent/shell/station-feed.ts';
import { NotedMessages } from './noted-messages.ts';

/** The kiosk's page with a dock that tells whatever the test wants. */
export class KioskRig {
  readonly feed: StationFeed;
  /** What the dock tells. */
  readonly messages: Messages;
  readonly #more: Partial<KioskOptions>;
  #server: KioskServer | undefined;
  url = '';

  constructor(bays: number, more: Partial<KioskOptions> = {}) {
    this.feed = new StationFeed(
      Array.from({ length: bays }, (_, index) => index + 1),
      systemClock,
    );
    this.messages = this.feed.beside(new NotedMessages());
    this.#more = more;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async open(port = 0, host = '127.0.0.1'): Promise<void> {
    this.#server = new KioskServer({
      name: 'dock-1',
      station: this.feed,
      clock: systemClock,
      log: createLog('test', { level: 'silent' }),
      ...this.#more,
    });
    this.url = await this.#server.listen(port, host);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}

const GB = 1_000_000_000;

/** Eight bays, each in a state of its own. */
export function fillEight({ feed, messages }: KioskRig): void {
  const names = ['赵示例', '钱示例', '孙示例', '李示例', '周示例', '吴示例', '郑示例', '王示例'];
  const sit = (bay: number, state: Parameters<Messages['showBay']>[1], battery: number): string => {
    const camera = `cam-${100 + bay}`;
    messages.showBay(bay, state, camera);
    messages.showCamera({
      bay,
      camera,
      batteryPercent: battery,
      freeBytes: 21 * GB,
      officer: { number: `A-000${bay}`, name: names[bay - 1] ?? '' },
    });
    return camera;
  };
  const alarm = (bay: number | undefined, camera: string | undefined, code: string, critical = false): void =>
    messages.alarm({
      bay,
      camera,
      id: `${bay ?? 0}${code}`,
      code: code as 'dock-fault',
      severity: critical ? 'critical' : 'warning',
      detail: 'for the test',
    });
  const uploading = sit(1, 'transferring', 34);
  messages.progress({
    bay: 1,
    camera: uploading,
    bytes: 3.1 * GB,
    totalBytes: 8.4 * GB,
    objects: 310,
    totalObjects: 840,
    remaining: 12 * 60_000,
  });
  messages.showCharge({ bay: 1, state: 'charging', milliamps: 812, celsius: 31.4 });
  const sent = sit(2, 'transferring', 61);
  messages.progress({
    bay: 2,
    camera: sent,
    bytes: 2 * GB,
    totalBytes: 2 * GB,
    objects: 99,
    totalObjects: 99,
    remaining: 0,
  });
  sit(3, 'ready', 57);
  messages.showCharge({ bay: 3, state: 'charging', milliamps: 745, celsius: 33 });
  sit(4, 'ready', 100);
  messages.showCharge({ bay: 4, state: 'full', milliamps: 20, celsius: 29 });
  const faulty = sit(5, 'fault', 12);
  alarm(5, faulty, 'camera-unreachable');
  messages.showBay(6, 'refused', 'cam-106');
  alarm(6, 'cam-106', 'camera-of-another-agency', true);
  messages.showBay(7, 'identifying', undefined);
  alarm(undefined, 'cam-217', 'camera-not-seen');
  feed.learn({ type: 'uplink', up: true });
  feed.learn({
    type: 'storage',
    storage: { bytes: 182 * GB, maxBytes: 500 * GB, files: 18_200, journals: 3, oldest: Date.now() },
  });
}
