/** A process with buttons and lights on lines of a chip, to be killed: node panel-of-lines.ts <tools directory>. */
import { GpiodButtons } from '../../device/adapters/gpiod/gpiod-buttons.ts';
import { GpiodSignals } from '../../device/adapters/gpiod/gpiod-signals.ts';
import { clock, quiet } from './device-capture.ts';

const tools = process.argv[2] ?? '';
const buttons = new GpiodButtons({ chip: '0', lines: { record: 0, mark: 1 }, tools }, clock, quiet);
const signals = new GpiodSignals({ chip: '0', lines: { red: 2, green: 3 }, tools });
buttons.listen(() => undefined);
signals.light({ green: 'on', yellow: 'off', red: [1_000, 1_000] });
