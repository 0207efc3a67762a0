import type { Log } from '@mingjing/runtime';
import { GpiodButtons } from './adapters/gpiod/gpiod-buttons.ts';
import { GpiodSignals } from './adapters/gpiod/gpiod-signals.ts';
import { OnoffButtons } from './adapters/onoff-buttons.ts';
import { SpeechAnnouncer } from './adapters/speech-announcer.ts';
import { LedClassSignals } from './adapters/sysfs-signals/led-class-signals.ts';
import { PwmBuzzer } from './adapters/sysfs-signals/pwm-buzzer.ts';
import type { CameraConfig } from './config.ts';
import type { PanelConfig } from './panel-config.ts';
import type { Announcer } from './ports/announcer.ts';
import type { Buttons } from './ports/buttons.ts';
import type { Clock } from './ports/clock.ts';
import type { Signals } from './ports/signals.ts';

/** What the case has of a face. */
export interface PanelHardware {
  readonly buttons: readonly Buttons[];
  readonly signals: readonly Signals[];
  readonly announcers: readonly Announcer[];
  readonly agencyName?: string;
}

export function buildPanel(
  { panel, announcement }: Pick<CameraConfig, 'panel' | 'announcement'>,
  clock: Clock,
  log: Log,
): PanelHardware {
  return {
    buttons: buttonsOf(panel?.buttons, clock, log.child({ line: 'buttons' })),
    signals: (panel?.signals ?? []).map((settings) => signalsOf(settings)),
    announcers:
      announcement === undefined ? [] : [new SpeechAnnouncer(announcement, log.child({ line: 'speech' }))],
    ...(announcement?.agency === undefined ? {} : { agencyName: announcement.agency }),
  };
}

function buttonsOf(settings: PanelConfig['buttons'], clock: Clock, log: Log): Buttons[] {
  switch (settings?.kind) {
    case undefined:
      return [];
    case 'gpiod':
      return [new GpiodButtons(settings, clock, log)];
    case 'onoff':
      return [new OnoffButtons(settings, clock, log)];
    default:
      return settings satisfies never;
  }
}

function signalsOf(settings: PanelConfig['signals'][number]): Signals {
  switch (settings.kind) {
    case 'led-class':
      return new LedClassSignals(settings);
    case 'gpiod':
      return new GpiodSignals(settings);
    case 'pwm':
      return new PwmBuzzer(settings);
    default:
      return settings satisfies never;
  }
}
