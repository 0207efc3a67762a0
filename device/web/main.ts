import type { CameraView } from '../core/camera-view.ts';
import { WARNING_WORDS, type Words } from '../core/screen-words.ts';
import { AbsenceNotice } from './absence.ts';
import { CameraLink } from './camera-link.ts';
import { CaseButtons } from './case-buttons.ts';
import { CuePlayer } from './cue-player.ts';
import { element, showText } from './elements.ts';
import { Happenings } from './happenings.ts';
import { Lights } from './lights.ts';
import { LivePicture } from './picture.ts';
import { CameraScreen, dateAndTime, timeOfDay } from './screen.ts';
import { Speaker } from './speaker.ts';
import { fillWords, onLanguage, switchLanguage, word, WORDS, type WordKey } from './words.ts';
import { WorldPanel } from './world.ts';

const CLOCK_EVERY_MS = 250;

fillWords();
const language = element('language', HTMLButtonElement);
const showLanguage = (): void => showText(language, word('language'));
onLanguage(showLanguage);
showLanguage();
language.addEventListener('click', switchLanguage);

const absence = new AbsenceNotice();
const screen = new CameraScreen();
const lights = new Lights();
const cues = new CuePlayer();
const speaker = new Speaker();
const happenings = new Happenings();
const picture = new LivePicture();
let pulled = false;
let last: CameraView | undefined;

const link = new CameraLink((how) => {
  absence.show(how, pulled ? 'pulled' : last?.mode === 'off' ? 'off' : 'lost');
  element('case', HTMLElement).classList.toggle('dead', how !== undefined);
  if (how !== undefined) lights.show({ green: 'off', yellow: 'off', red: 'off' });
});
const buttons = new CaseButtons((button, down, heldMs) => {
  cues.wake();
  link.order('/button', { button, down, ...(heldMs === undefined ? {} : { heldMs }) });
});
const world = new WorldPanel({
  change: (change) => link.order('/world', change),
  dock: (attached) => link.order('/dock', { attached }),
  cutPower: () => {
    pulled = true;
    link.order('/power-cut', {});
  },
});

link.on('hello', (hello) => {
  pulled = false;
  absence.restart = hello.restart;
  world.show(hello.world);
});
link.on('world', (state) => world.show(state));
link.on('lights', (pattern) => lights.show(pattern));
link.on('cue', ({ cue, silently }) => {
  cues.play(cue, silently);
  tell(WORDS[`cue-${cue}` as WordKey], 'heard');
});
link.on('say', (announcements) => {
  speaker.say(announcements);
  const text = (tongue: string): string | undefined =>
    announcements.find(({ language: spoken }) => spoken === tongue)?.text;
  const [zh, en] = [text('zh-CN'), text('en')];
  tell({ zh: zh ?? en ?? '', en: en ?? zh ?? '' }, 'said');
});
link.on('view', (view) => {
  screen.show(view);
  buttons.show(view);
  world.showView(view);
  tellNews(view);
  last = view;
});
link.open();
void picture.run();
setInterval(() => showText(element('clock', HTMLOutputElement), dateAndTime(screen.time)), CLOCK_EVERY_MS);

toggle('wide', (on) => element('lens', HTMLElement).classList.toggle('whole', on));
toggle('listen', (on) => {
  element('video', HTMLVideoElement).muted = !on;
});

function tell(words: Words, kind: 'said' | 'heard' | 'warned'): void {
  happenings.add({ at: timeOfDay(screen.time), words, kind });
}

function tellNews(view: CameraView): void {
  const { notice } = view;
  if (notice !== undefined && notice.zh !== last?.notice?.zh) tell(notice, 'said');
  for (const warning of view.warnings)
    if (last?.warnings.includes(warning) !== true) tell(WARNING_WORDS[warning], 'warned');
}

function toggle(id: string, act: (on: boolean) => void): void {
  const button = element(id, HTMLButtonElement);
  button.addEventListener('click', () => {
    const on = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(on));
    act(on);
  });
}
