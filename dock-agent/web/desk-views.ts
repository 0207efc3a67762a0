import type { BayView } from '../core/station-model.ts';
import type { Offer, PreUseCheck, SignedIn } from '../ports/issue-desk.ts';
import { said } from './desk-words.ts';
import { button, make, shape } from './elements.ts';
import { inBytes } from './figures.ts';
import { word } from './words.ts';

/** Cameras this officer may give back here: those of the ledger, and those in a bay that name the officer themselves. */
export function toReturn(
  { holds, officer }: Pick<SignedIn, 'holds' | 'officer'>,
  bays: readonly BayView[],
): { readonly device: string; readonly bay: number | undefined }[] {
  const own = bays.filter((one) => one.officer?.number === officer.number).map(({ camera }) => camera);
  const devices = [...new Set([...holds, ...own])].filter((device) => device !== undefined);
  return devices.map((device) => ({ device, bay: bays.find(({ camera }) => camera === device)?.bay }));
}

export function officerLine({ officer }: SignedIn): HTMLElement {
  const { name, number, certificate, validUntil } = officer;
  return make('p', {
    className: 'who-is-it',
    children: [
      make('strong', { text: `${name} · ${number}`, asItIs: true }),
      make('span', {
        children: [
          `${said('certificate')} `,
          make('span', { text: certificate, asItIs: true }),
          ` · ${said('valid-until')} ${validUntil}`,
        ],
      }),
    ],
  });
}

export function returnRow(
  { device, bay }: { readonly device: string; readonly bay: number | undefined },
  onReturn: () => void,
): HTMLLIElement {
  const where = bay === undefined ? said('put-it-in') : `${said('in-bay')} ${bay}`;
  const give = button(said('give-back'), 'main-action', onReturn);
  give.disabled = bay === undefined;
  return make('li', {
    children: [make('strong', { text: device, asItIs: true }), make('span', { text: where }), give],
  });
}

export function offerRow(offer: Offer, onChoose: () => void): HTMLLIElement {
  const { device, bay, check, recommended } = offer;
  const facts = [checkText('battery', check), ...(recommended ? [] : worries(check))].join(' · ');
  const choose = button('', 'offer', onChoose);
  choose.append(
    make('span', { className: 'number', text: String(bay), asItIs: true }),
    make('strong', { text: device, asItIs: true }),
    make('span', { text: facts }),
    shape(recommended ? 'shape-ready' : 'shape-trouble'),
  );
  choose.dataset['sign'] = recommended ? 'ready' : 'trouble';
  return make('li', { children: [choose] });
}

function worries(check: PreUseCheck): string[] {
  const parts = (['storage', 'clock'] as const).filter((part) => check[part] !== 'good');
  return parts.map((part) => `${NAMES[part]()} ${checkText(part, check)}`);
}

const NAMES = {
  battery: () => word('battery'),
  storage: () => word('space'),
  clock: () => word('clock'),
};

function checkText(part: keyof typeof NAMES, check: PreUseCheck): string {
  switch (part) {
    case 'battery': {
      const { battery, batteryPercent } = check;
      const words = said(`battery-${battery}`);
      return batteryPercent === undefined ? words : `${Math.round(batteryPercent)}% · ${words}`;
    }
    case 'storage': {
      const { storage, freeBytes } = check;
      const words = said(`storage-${storage}`);
      return freeBytes === undefined ? words : `${inBytes(freeBytes)} · ${words}`;
    }
    case 'clock':
      return said(`clock-${check.clock}`);
    default:
      return part satisfies never;
  }
}

/** Battery, space, clock and officer, each with its mark. */
export function checkList(check: PreUseCheck, officer: string): HTMLElement {
  const rows = (['battery', 'storage', 'clock'] as const).map((part) =>
    row(NAMES[part](), checkText(part, check), check[part] === 'good'),
  );
  return make('ul', { className: 'check', children: [...rows, row(word('officer'), officer, true, true)] });
}

function row(name: string, text: string, good: boolean, asItIs = false): HTMLLIElement {
  const made = make('li', {
    children: [
      shape(good ? 'shape-ready' : 'shape-trouble'),
      make('span', { text: name }),
      make('strong', { text, asItIs }),
    ],
  });
  made.dataset['sign'] = good ? 'ready' : 'trouble';
  return made;
}
