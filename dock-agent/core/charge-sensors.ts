import type { ChargeReading } from './charging-model.ts';

export interface ChargeSensors {
  /** Full scale of the converter, and the sensors' supply. */
  readonly volts: number;
  /** Of the ACS712: 185 for the 5 A type, 100 for 20 A, 66 for 30 A. */
  readonly millivoltsPerAmp: number;
}

export const CHARGE_SENSORS: ChargeSensors = { volts: 5, millivoltsPerAmp: 185 };

/** An input at either end of the scale is a wire that is off or a sensor that is dead. */
const EDGE = 0.01;
/** TMP36 (Analog Devices): 500 mV at 0 °C, 10 mV/°C, from -40 to 125 °C. */
const TMP36 = { zeroVolts: 0.5, voltsPerCelsius: 0.01, least: -40, most: 125 };

/** Both as parts of full scale, 0 to 1. The ACS712 stands at half its supply when nothing flows (Allegro ACS712). */
export function readingOf(current: number, temperature: number, sensors: ChargeSensors): ChargeReading {
  const amps = ((current - 0.5) * sensors.volts) / (sensors.millivoltsPerAmp / 1000);
  const celsius = (temperature * sensors.volts - TMP36.zeroVolts) / TMP36.voltsPerCelsius;
  return {
    milliamps: current > EDGE && current < 1 - EDGE ? amps * 1000 : undefined,
    celsius: celsius >= TMP36.least && celsius <= TMP36.most ? celsius : undefined,
  };
}
