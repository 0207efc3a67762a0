import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { CarrierCradle } from '../../../device/adapters/carrier-cradle.ts';
import type { CameraView } from '../../../device/core/camera-view.ts';
import type { CameraHands } from '../../../device/ports/controls.ts';
import { quiet } from '../../support/device-capture.ts';
import { withDirectory } from '../../support/device-footage.ts';
import { until } from '../../support/processes.ts';

/** Hands of which only docking is looked at. `refuse`: so many times it cannot be done. */
class Docked {
  attached = false;
  readonly asked: boolean[] = [];
  refuse = 0;

  readonly hands = {
    view: () => ({ attached: this.attached }) as CameraView,
    dock: (attached: boolean): Promise<void> => {
      this.asked.push(attached);
      this.refuse -= 1;
      if (this.refuse >= 0) return Promise.reject(new Error('no address yet'));
      this.attached = attached;
      return Promise.resolve();
    },
  } as CameraHands;
}

describe('a camera that knows its dock by the carrier of a line', function () {
  this.timeout(20_000);

  const plug = (root: string, carrier: string): void => writeFileSync(join(root, 'usb0/carrier'), carrier);

  async function withCradle(use: (root: string, camera: Docked) => Promise<void>): Promise<void> {
    await withDirectory(async (root) => {
      mkdirSync(join(root, 'usb0'));
      const camera = new Docked();
      const cradle = new CarrierCradle('usb0', camera.hands, quiet, root);
      try {
        await use(root, camera);
      } finally {
        await cradle.close();
      }
    });
  }

  it('is docked while there is one, and not any more when line or interface are gone', () =>
    withCradle(async (root, camera) => {
      await delay(1_000);
      assert.deepEqual(camera.asked, []);
      plug(root, '1\n');
      await until('it is docked', () => camera.attached, 5_000, 20);
      plug(root, '0\n');
      await until('it is out', () => !camera.attached, 5_000, 20);
      plug(root, '1\n');
      await until('it is docked again', () => camera.attached, 5_000, 20);
      rmSync(join(root, 'usb0'), { recursive: true });
      await until('it is out again', () => !camera.attached, 5_000, 20);
      assert.deepEqual(camera.asked, [true, false, true, false]);
    }));

  it('waits for a plug that makes and breaks', () =>
    withCradle(async (root, camera) => {
      for (let n = 0; n < 20; n += 1) {
        plug(root, n % 2 === 0 ? '1\n' : '0\n');
        await delay(100);
      }
      assert.deepEqual(camera.asked.slice(1), []);
    }));

  it('tries again what failed, and tells a camera that has forgotten', () =>
    withCradle(async (root, camera) => {
      camera.refuse = 2;
      plug(root, '1\n');
      await until('it is docked', () => camera.attached, 15_000, 20);
      assert.deepEqual(camera.asked, [true, true, true]);
      camera.attached = false; // its storage was opened anew
      await until('it is docked again', () => camera.attached, 10_000, 20);
    }));
});
