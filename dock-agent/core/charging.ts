import { growing } from '@mingjing/protocol';
import { calmed, enter, paused, read, seated } from './charge-bay.ts';
import { measured, reserved, reservedFor, whoGivesWay, whoIsNext } from './charge-budget.ts';
import { follow, followBay, mayBeTried, standing, withoutCamera, type Verdict } from './charge-faults.ts';
import { alarmOf, commandsFor } from './charge-words.ts';
import {
  isClosed,
  type BayCharging,
  type BoardFault,
  type ChargingCommand,
  type ChargingEvent,
  type ChargingPlan,
  type ChargingRules,
  type ChargingState,
} from './charging-model.ts';

/**
 * The charging of all bays of one board and its supply, as a reducer. The relay is closed in starting, charging and full.
 *
 * | bay       | what happens                                            | next               |
 * |-----------|---------------------------------------------------------|--------------------|
 * | empty     | docked                                                  | waiting            |
 * | any       | undocked                                                | empty              |
 * | waiting   | its turn, the budget has room for a start, nothing stands | starting         |
 * | starting  | `startMs` over, and a reading since                     | charging           |
 * | charging  | below `fullMilliamps` for `fullMs`                      | full               |
 * | full      | takes half as much more                                 | charging           |
 * | closed    | a fault of the bay or the board                         | waiting, `fault` shown; again after a growing pause |
 * | closed    | switched off by hand                                    | waiting, `fault` shown |
 * | closed    | what is set aside exceeds the budget: the last that began | waiting, again after a pause |
 * | any       | the board came back: all its relays are open            | waiting, again after a growing pause |
 *
 * INVARIANT: after every step, what is set aside for all bays is within the budget, or every relay is open.
 * Faults, and how each is well again: `charge-faults.ts`.
 */
export function stepCharging(
  state: ChargingState,
  event: ChargingEvent,
  plan: ChargingPlan,
): { readonly state: ChargingState; readonly commands: readonly ChargingCommand[] } {
  const draft = new Draft(state, plan, event.at);
  draft.take(event);
  draft.judge();
  draft.advance();
  draft.keepBudget();
  draft.startNext();
  return draft.done(state, event);
}

/** One step in the making; nobody else sees it. */
class Draft {
  readonly #plan: ChargingPlan;
  readonly #at: number;
  readonly #bays: Map<number, BayCharging>;
  readonly #alarms: ChargingCommand[] = [];
  /** Bays whose relay opens in this step for a fault. */
  readonly #tripped = new Set<number>();
  #state: ChargingState;
  #restart = false;

  constructor(state: ChargingState, plan: ChargingPlan, at: number) {
    this.#state = state;
    this.#plan = plan;
    this.#at = at;
    this.#bays = new Map(state.bays);
  }

  take(event: ChargingEvent): void {
    const at = this.#at;
    switch (event.type) {
      case 'docked':
        this.#change(event.bay, (bay) => (bay.present ? bay : seated(bay, at, this.#plan)));
        return;
      case 'undocked':
        this.#undock(event.bay);
        return;
      case 'bay-off':
        this.#change(event.bay, (bay) => ({ ...bay, off: true }));
        return;
      case 'bay-on':
        this.#change(event.bay, (bay) => ({ ...bay, off: false, attempts: 0, notBefore: at }));
        return;
      case 'readings':
        for (const reading of event.readings)
          this.#change(reading.bay, (bay) => read(bay, reading, at, this.#plan));
        return;
      case 'board-up':
        this.#boardUp();
        return;
      case 'board-lost':
        this.#boardLost(event.detail);
        return;
      case 'tick':
        return;
      default:
        event satisfies never;
    }
  }

  judge(): void {
    if (this.#state.board === 'up') {
      const bays = [...this.#bays.values()];
      const heardAt = Math.max(...bays.map((bay) => bay.heardAt));
      // Whoever takes too much must not pass for one that only gives way, nor make another give way.
      const tight = reserved(bays, this.#plan) > this.#plan.budgetMilliamps;
      const rules = tight ? { ...this.#plan, overCurrentMs: 0 } : this.#plan;
      for (const bay of bays) this.#judgeBay(bay, heardAt, rules);
    }
    this.#judgeBoard();
  }

  advance(): void {
    for (const bay of this.#bays.values()) {
      if (!isClosed(bay)) continue;
      const stays = this.#mayCharge(bay) && !this.#tripped.has(bay.bay);
      this.#put(stays ? this.#onward(bay) : enter(bay, bay.present ? 'waiting' : 'empty', this.#at));
    }
  }

  keepBudget(): void {
    const { budgetMilliamps } = this.#plan;
    while (reserved(this.#bays.values(), this.#plan) > budgetMilliamps) {
      const last = whoGivesWay(this.#bays.values());
      if (last === undefined) return;
      this.#put(paused(enter(last, 'waiting', this.#at), this.#at, this.#plan));
    }
  }

  startNext(): void {
    const { staggerMs, budgetMilliamps } = this.#plan;
    const bays = [...this.#bays.values()];
    const opened = Math.max(...bays.map((bay) => bay.openedAt));
    if (this.#at - Math.max(this.#state.closedAt, opened) < staggerMs) return;
    const next = whoIsNext(bays, (bay) => this.#mayCharge(bay) && this.#readyToStart(bay));
    if (next === undefined) return;
    const started = enter(next, 'starting', this.#at);
    if (reserved(bays, this.#plan) + reservedFor(started, this.#plan) > budgetMilliamps) return;
    this.#put(started);
    this.#state = { ...this.#state, closedAt: this.#at };
  }

  done(
    before: ChargingState,
    event: ChargingEvent,
  ): { readonly state: ChargingState; readonly commands: readonly ChargingCommand[] } {
    const after = { ...this.#state, bays: this.#bays };
    const anew = event.type === 'board-up' ? undefined : before;
    const { told, commands } = commandsFor(anew, after, this.#at, this.#plan);
    const restart: ChargingCommand[] = this.#restart ? [{ type: 'restart-board' }] : [];
    return { state: { ...after, told }, commands: [...commands, ...this.#alarms, ...restart] };
  }

  #undock(number: number): void {
    this.#change(number, (bay) => {
      const { faults, cleared } = withoutCamera(bay.faults);
      for (const code of cleared) this.#alarms.push(alarmOf(bay, code, 'cleared', this.#plan));
      const left = { ...bay, present: false, faults };
      return enter(left, 'empty', this.#at);
    });
  }

  #boardUp(): void {
    const { losses } = this.#state;
    const { pauseFirstMs, pauseMostMs } = this.#plan;
    const pause = losses === 0 ? 0 : growing(pauseFirstMs, pauseMostMs, losses);
    this.#state = { ...this.#state, board: 'up' };
    for (const bay of this.#bays.values()) {
      const anew = { ...bay, reading: undefined, heardAt: this.#at, openedAt: this.#at };
      const notBefore = Math.max(bay.notBefore, this.#at + pause);
      this.#put(enter({ ...anew, notBefore }, bay.present ? 'waiting' : 'empty', this.#at));
    }
  }

  #boardLost(detail: string): void {
    const known = standing(this.#state.boardFaults).includes('charge-board-lost');
    if (!known) this.#raiseBoard('charge-board-lost', detail);
    const losses = this.#state.board === 'up' ? this.#state.losses + 1 : this.#state.losses;
    this.#state = { ...this.#state, board: 'lost', losses };
    for (const bay of this.#bays.values()) this.#put({ ...bay, reading: undefined });
  }

  #judgeBay(bay: BayCharging, heardAt: number, rules: ChargingRules): void {
    const { faults, raised, cleared, again } = followBay(bay, heardAt, this.#at, rules);
    for (const code of raised) this.#alarms.push(alarmOf(bay, code, 'raised', this.#plan));
    for (const code of cleared) this.#alarms.push(alarmOf(bay, code, 'cleared', this.#plan));
    const judged = { ...bay, faults };
    if (raised.length > 0 || (again.length > 0 && isClosed(bay))) {
      this.#tripped.add(bay.bay);
      this.#put(paused(judged, this.#at, this.#plan));
    } else this.#put(calmed(judged, this.#at, this.#plan));
  }

  #judgeBoard(): void {
    const { faults, raised, cleared } = follow<BoardFault>(
      this.#state.boardFaults,
      this.#boardVerdicts(),
      () => 0,
      this.#at,
      this.#plan.wellMs,
    );
    this.#state = { ...this.#state, boardFaults: faults };
    for (const code of raised) this.#raiseBoard(code, undefined);
    for (const code of cleared) this.#alarms.push(alarmOf(undefined, code, 'cleared', this.#plan));
    this.#afterBoard(faults.size > 0);
  }

  #afterBoard(troubled: boolean): void {
    const { restartAt, losses, calmSince } = this.#state;
    const { pauseFirstMs, pauseMostMs, calmMs } = this.#plan;
    if (troubled) this.#state = { ...this.#state, calmSince: this.#at };
    else if (losses > 0 && this.#at - calmSince >= calmMs) this.#state = { ...this.#state, losses: 0 };
    if (!this.#silent() || this.#at < restartAt) return;
    this.#restart = true;
    const again = losses + 1;
    this.#state = {
      ...this.#state,
      losses: again,
      restartAt: this.#at + growing(pauseFirstMs, pauseMostMs, again),
    };
  }

  #boardVerdicts(): Readonly<Record<BoardFault, Verdict>> {
    const up = this.#state.board === 'up';
    const bays = [...this.#bays.values()];
    const heard = bays.some((bay) => bay.reading !== undefined);
    const silent = this.#silent();
    return {
      'charge-board-lost': up ? (heard && !silent ? 'well' : 'unknown') : 'unknown',
      'charge-readings-stale': silent ? 'bad' : up && heard ? 'well' : 'unknown',
      'charge-budget': measured(bays) > this.#plan.budgetMilliamps ? 'bad' : 'well',
    };
  }

  /** The board is there, and not one reading comes. */
  #silent(): boolean {
    if (this.#state.board !== 'up') return false;
    return [...this.#bays.values()].every((bay) => this.#at - bay.heardAt > this.#plan.staleMs);
  }

  #raiseBoard(code: BoardFault, detail: string | undefined): void {
    const faults = new Map(this.#state.boardFaults);
    faults.set(code, { suspectSince: undefined, stands: true, wellSince: undefined });
    this.#state = { ...this.#state, boardFaults: faults };
    this.#alarms.push(alarmOf(undefined, code, 'raised', this.#plan, detail));
  }

  #mayCharge(bay: BayCharging): boolean {
    const board = this.#state.board === 'up' && !this.#silent();
    return board && bay.present && !bay.off && mayBeTried(bay);
  }

  #readyToStart({ notBefore, reading }: BayCharging): boolean {
    return this.#at >= notBefore && reading?.milliamps !== undefined && reading.celsius !== undefined;
  }

  #onward(bay: BayCharging): BayCharging {
    const { startMs, fullMs, fullMilliamps } = this.#plan;
    const taken = bay.reading?.milliamps;
    if (taken === undefined) return bay;
    if (bay.phase === 'starting')
      return this.#at - bay.since >= startMs && bay.heardAt > bay.since
        ? enter(bay, 'charging', this.#at)
        : bay;
    if (bay.phase === 'full') return taken > fullMilliamps * 1.5 ? enter(bay, 'charging', this.#at) : bay;
    if (taken >= fullMilliamps) return { ...bay, lowSince: undefined };
    const lowSince = bay.lowSince ?? this.#at;
    return this.#at - lowSince >= fullMs ? enter(bay, 'full', this.#at) : { ...bay, lowSince };
  }

  #change(number: number, change: (bay: BayCharging) => BayCharging): void {
    const bay = this.#bays.get(number);
    if (bay !== undefined) this.#put(change(bay));
  }

  #put(bay: BayCharging): void {
    this.#bays.set(bay.bay, bay);
  }
}
