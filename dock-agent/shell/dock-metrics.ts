import { BAY_STATES, type ArchiveLink } from '@mingjing/protocol';
import { archiveFailureOf } from '@mingjing/runtime';
import type { ShownState } from '../core/bay-model.ts';
import type { MetricFamily } from '../core/metrics-text.ts';
import type { BayAlarm } from '../ports/messages.ts';
import type { OutboxUsage } from '../ports/outbox-store.ts';

export interface MetricSources {
  readonly outbox?: () => OutboxUsage;
  readonly uplinkUp?: () => boolean;
  /** Of the archive's log: entries cosigned, and when (wall clock, milliseconds) they were last seen to be all. */
  readonly witness?: () => { readonly entries: number; readonly at: number | undefined } | undefined;
  readonly process: () => { readonly residentBytes: number; readonly cpuSeconds: number };
  /** Wall clock, milliseconds. */
  readonly now: () => number;
}

/** Counts since this process began. Nothing here names an officer or a camera. */
export class DockMetrics {
  readonly #bays = new Map<number, ShownState>();
  readonly #alarms = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  #bytes = 0;
  #objects = 0;
  #receipts = 0;
  /** As the last call to the archive found it; undefined: none was made. */
  #up: boolean | undefined;

  get uplinkUp(): boolean | undefined {
    return this.#up;
  }

  showBay(bay: number, state: ShownState): void {
    this.#bays.set(bay, state);
  }

  alarm({ code, severity }: Pick<BayAlarm, 'code' | 'severity'>): void {
    if (severity !== 'info') add(this.#alarms, code);
  }

  /** The same line, counted. */
  metered(archive: ArchiveLink): ArchiveLink {
    return {
      state: (camera, signal) => this.#count(archive.state(camera, signal), signal),
      pushJournal: (camera, page, signal) => this.#count(archive.pushJournal(camera, page, signal), signal),
      putObject: async (object, size, bytes, signal) => {
        await this.#count(archive.putObject(object, size, this.#counted(bytes), signal), signal);
        this.#objects += 1;
      },
      receipt: async (camera, signal) => {
        const delivery = await this.#count(archive.receipt(camera, signal), signal);
        if (delivery !== undefined) this.#receipts += 1;
        return delivery;
      },
      close: () => archive.close(),
    };
  }

  families({ outbox, uplinkUp, witness, process, now }: MetricSources): readonly MetricFamily[] {
    const states = [...this.#bays.values()];
    const { residentBytes, cpuSeconds } = process();
    const usage = outbox?.();
    const waiting = usage?.oldest === undefined ? 0 : Math.max(0, now() - usage.oldest) / 1000;
    const bays = BAY_STATES.map((state) => ({
      labels: { state },
      value: states.filter((one) => one === state).length,
    }));
    return [
      { name: 'mingjing_dock_bays', type: 'gauge', help: 'Bays by what they show.', samples: bays },
      counter('archive_bytes_total', 'Bytes of objects sent to the archive.', this.#bytes),
      counter('archive_objects_total', 'Objects the archive took.', this.#objects),
      counter('receipts_total', 'Receipts the archive gave to be handed on.', this.#receipts),
      counted('failures_total', 'Failures on the line to the archive, by code.', this.#failures),
      counted('alarms_total', 'Alarms raised, by code.', this.#alarms),
      gauge(
        'uplink_up',
        'Whether the archive answered when it was last asked.',
        (uplinkUp?.() ?? this.#up ?? true) ? 1 : 0,
      ),
      gauge('outbox_bytes', 'Bytes that wait on the disk.', usage?.bytes ?? 0),
      gauge('outbox_files', 'Objects that wait on the disk.', usage?.files ?? 0),
      gauge('outbox_oldest_seconds', 'Age of the oldest that waits on the disk.', waiting),
      ...witnessed(witness?.(), now()),
      {
        name: 'process_resident_memory_bytes',
        type: 'gauge',
        help: 'Resident memory.',
        samples: [{ value: residentBytes }],
      },
      {
        name: 'process_cpu_seconds_total',
        type: 'counter',
        help: 'CPU time, user and system.',
        samples: [{ value: cpuSeconds }],
      },
    ];
  }

  async #count<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      const answer = await call;
      this.#up = true;
      return answer;
    } catch (error) {
      const code = archiveFailureOf(error);
      // What a camera that was pulled out broke off is no failure of the archive's.
      if (code !== undefined && !signal.aborted) {
        add(this.#failures, code);
        this.#up = code !== 'archive-unreachable';
      }
      throw error;
    }
  }

  async *#counted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of bytes) {
      this.#bytes += piece.length;
      yield piece;
    }
  }
}

function witnessed(seen: ReturnType<NonNullable<MetricSources['witness']>>, now: number): MetricFamily[] {
  if (seen === undefined) return [];
  const { entries, at } = seen;
  const help = 'Since the archive’s log was last seen whole, with all of it cosigned.';
  return [
    gauge('witness_entries', 'Entries of the archive’s log this dock has cosigned.', entries),
    ...(at === undefined ? [] : [gauge('witness_age_seconds', help, Math.max(0, now - at) / 1000)]),
  ];
}

function counter(name: string, help: string, value: number): MetricFamily {
  return { name: `mingjing_dock_${name}`, type: 'counter', help, samples: [{ value }] };
}

function gauge(name: string, help: string, value: number): MetricFamily {
  return { name: `mingjing_dock_${name}`, type: 'gauge', help, samples: [{ value }] };
}

function counted(name: string, help: string, counts: ReadonlyMap<string, number>): MetricFamily {
  const samples = [...counts].map(([code, value]) => ({ labels: { code }, value }));
  return { name: `mingjing_dock_${name}`, type: 'counter', help, samples };
}

function add(counts: Map<string, number>, code: string): void {
  counts.set(code, (counts.get(code) ?? 0) + 1);
}
