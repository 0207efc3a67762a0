import { Alarms } from './alarms.ts';
import { Bar } from './bar.ts';
import { Detail } from './detail.ts';
import { DockLink, type Told } from './dock-link.ts';
import { element, showText } from './elements.ts';
import { Grid } from './grid.ts';
import { fillWords, onLanguage, switchLanguage, word } from './words.ts';

/** Nobody touches it for so long: what was opened is closed, for whoever comes next. */
const IDLE_MS = 60_000;

let last: Told | undefined;
let line: 'starting' | 'up' | 'lost' = 'starting';

const bar = new Bar();
const alarms = new Alarms();
const detail = new Detail();
const grid = new Grid(element('bays', HTMLElement), (bay) => {
  const view = last?.bays.find((one) => one.bay === bay);
  if (view !== undefined) detail.open(view, bar.now);
});

function draw(): void {
  showLine();
  const other = element('language', HTMLButtonElement);
  showText(other, document.documentElement.lang === 'en' ? '中文' : 'English');
  if (last === undefined) return;
  bar.show(last.uplink, last.storage);
  grid.show(last.bays);
  alarms.show(last.alarms, bar.now);
  detail.show(last.bays, bar.now);
}

/** What is shown while the line is down is what was, and looks like it. */
function showLine(): void {
  const notice = element('lost', HTMLElement);
  notice.hidden = line === 'up';
  document.body.dataset['line'] = line;
  if (line !== 'up') showText(notice, word(line));
}

fillWords();
onLanguage(draw);
element('language', HTMLButtonElement).addEventListener('click', switchLanguage);
draw();

const link = new DockLink({
  hello: ({ name }) => {
    line = 'up';
    showText(element('dock', HTMLElement), name);
  },
  station: (told) => {
    last = told;
    draw();
  },
  clock: (at) => bar.setClock(at),
  lost: () => {
    if (line === 'up') line = 'lost';
    draw();
  },
});
link.open();

let idle: ReturnType<typeof setTimeout> | undefined;
function touched(): void {
  clearTimeout(idle);
  idle = setTimeout(() => {
    for (const id of ['detail', 'alarms']) element(id, HTMLDialogElement).close();
  }, IDLE_MS);
}
for (const event of ['pointerdown', 'keydown']) document.addEventListener(event, touched, true);
