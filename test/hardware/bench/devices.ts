import { OUTPUTS, type Output } from './eye.ts';
import type { Guest } from './guest.ts';

export const INPUTS = ['record', 'audio', 'photo', 'mark', 'power'] as const;
export type Input = (typeof INPUTS)[number];
/** Lines of the GPIO chip `panel` by their offset. */
export const LINES: readonly (Input | Output)[] = [...INPUTS, ...OUTPUTS];

const GPIO = '/sys/kernel/config/gpio-sim/panel';
const BATTERY = '/sys/module/test_power/parameters';

/** An emulated processor may be away for long. */
const WATCHDOG_SECONDS = 20;

const PLUG_IN = `
set -e
modprobe -a gpio-sim test_power snd-aloop sdhci-pci mmc_block
modprobe i6300esb heartbeat=${WATCHDOG_SECONDS}
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0
mkdir ${GPIO} ${GPIO}/bank0
echo ${LINES.length} > ${GPIO}/bank0/num_lines
echo panel > ${GPIO}/bank0/label
${LINES.map((name, offset) => `mkdir ${GPIO}/bank0/line${offset}; echo ${name} > ${GPIO}/bank0/line${offset}/name`).join('\n')}
echo 1 > ${GPIO}/live
ln -s /sys/devices/platform/$(cat ${GPIO}/dev_name)/$(cat ${GPIO}/bank0/chip_name) /run/panel
echo 90 > ${BATTERY}/battery_capacity
echo discharging > ${BATTERY}/battery_status
echo off > ${BATTERY}/ac_online
echo off > ${BATTERY}/usb_online
udevadm settle
for n in $(seq 100); do [ -b /dev/mmcblk0 ] && break; sleep 0.1; done
speaker-test -D hw:Loopback,0,0 -c 1 -r 48000 -F S16_LE -t sine -f 440 >/dev/null 2>&1 &
bench-eye ${OUTPUTS.map((name) => LINES.indexOf(name)).join(' ')} >/dev/null 2>&1 &
`;

/** What a hand, a cable, the sky and a battery do to the camera's devices. */
export class Devices {
  readonly #guest: Guest;

  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** Loads the drivers. The card is mounted elsewhere. */
  async plugIn(): Promise<void> {
    await this.#guest.run(PLUG_IN);
  }

  /** Holds a button so long, by the machine's clock. */
  async press(button: Input, millis: number): Promise<void> {
    const pull = `/run/panel/sim_gpio${LINES.indexOf(button)}/pull`;
    await this.#guest.run(`echo pull-up > ${pull}; sleep ${millis / 1000}; echo pull-down > ${pull}`);
  }

  async battery(percent: number): Promise<void> {
    await this.#guest.run(`echo ${percent} > ${BATTERY}/battery_capacity`);
  }

  async charger(online: boolean): Promise<void> {
    await this.#guest.run(
      `echo ${online ? 'on' : 'off'} > ${BATTERY}/ac_online; echo ${online ? 'charging' : 'discharging'} > ${BATTERY}/battery_status`,
    );
  }

  /** Something else takes room on the card, until so much is left. */
  async fillCard(leftBytes: number): Promise<void> {
    const free = Number(
      await this.#guest.run(
        'stat -f -c "%a %S" /var/lib/mingjing | { read -r blocks size; echo $((blocks * size)); }',
      ),
    );
    await this.#guest.run(`fallocate -l ${free - leftBytes} /var/lib/mingjing/other`);
  }

  async unplugCamera(): Promise<void> {
    await this.#guest.run('v4l2-ctl -d /dev/video0 -c disconnect=1');
  }

  /** A camera that came back is a new device under the old name. */
  async plugCamera(): Promise<void> {
    await this.#guest.run(
      'for n in $(seq 50); do rmmod vivid && break; sleep 0.2; done; modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0; udevadm settle',
    );
  }
}
