/**
 * What Linux says of one power supply: the files of /sys/class/power_supply/<name>/, as far as they could be read
 * (Documentation/ABI/testing/sysfs-class-power). Their words are a driver's, and drivers err.
 */
export type SupplyFacts = Readonly<Partial<Record<(typeof SUPPLY_FILES)[number], string>>>;

export const SUPPLY_FILES = [
  'type',
  'scope',
  'present',
  'online',
  'status',
  'capacity',
  'energy_now',
  'energy_full',
  'charge_now',
  'charge_full',
] as const;

export interface SuppliesState {
  readonly percent?: number;
  readonly charging: boolean;
  readonly external: boolean;
}

interface Charge {
  readonly percent: number;
  /** Of what it holds when full, in whatever unit. */
  readonly full?: { readonly unit: 'energy' | 'charge'; readonly amount: number };
}

/**
 * All supplies of a camera in one: the percentage of several batteries is that of all together, by what each holds
 * where they tell it in one unit, else their mean. Undefined: nothing here feeds a camera.
 */
export function sumUpSupplies(supplies: readonly SupplyFacts[]): SuppliesState | undefined {
  // Scope `Device`: the battery of a mouse, a headset.
  const own = supplies.filter(({ scope, present }) => scope !== 'Device' && present !== '0');
  const batteries = own.filter(({ type }) => type === 'Battery' || type === 'UPS');
  const lines = own.filter(({ type }) => type === 'Mains' || type === 'USB' || type === 'Wireless');
  if (batteries.length === 0 && lines.length === 0) return undefined;
  const percent = together(batteries.flatMap((battery) => chargeOf(battery) ?? []));
  const charging = batteries.some(({ status }) => status === 'Charging');
  return {
    ...(percent === undefined ? {} : { percent }),
    charging,
    external:
      charging ||
      lines.some(({ online }) => (numberOf(online) ?? 0) > 0) ||
      (lines.length === 0 && batteries.some(({ status }) => status === 'Full' || status === 'Not charging')),
  };
}

function chargeOf(facts: SupplyFacts): Charge | undefined {
  const capacity = numberOf(facts.capacity);
  for (const unit of ['energy', 'charge'] as const) {
    const now = numberOf(facts[`${unit}_now`]);
    const amount = numberOf(facts[`${unit}_full`]);
    if (now === undefined || amount === undefined || amount === 0) continue;
    return { percent: capped(capacity ?? (now / amount) * 100), full: { unit, amount } };
  }
  return capacity === undefined ? undefined : { percent: capped(capacity) };
}

function together(charges: readonly Charge[]): number | undefined {
  if (charges.length === 0) return undefined;
  const units = new Set(charges.map(({ full }) => full?.unit));
  const weigh = ({ full }: Charge): number => (units.size === 1 ? (full?.amount ?? 1) : 1);
  const whole = charges.reduce((sum, charge) => sum + weigh(charge), 0);
  const filled = charges.reduce((sum, charge) => sum + charge.percent * weigh(charge), 0);
  return Math.round(filled / whole);
}

/** Gauges that have just been calibrated say 101. */
function capped(percent: number): number {
  return Math.min(100, percent);
}

/** Not negative, and small enough to count with. */
function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
