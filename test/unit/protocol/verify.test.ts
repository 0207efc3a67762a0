import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import {
  ed25519SignerFromSeed,
  noteSigner,
  parseNote,
  signNote,
  verifyEvidence,
  type Evidence,
  type FindingCode,
  type PresentedEntry,
  type Verdict,
} from '@mingjing/protocol';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { CameraScript, present } from '../../support/camera-script.ts';

const utf8 = {
  decode: (bytes: Uint8Array): string => new TextDecoder().decode(bytes),
  encode: (text: string): Uint8Array => new TextEncoder().encode(text),
};

function codes(verdict: Verdict): FindingCode[] {
  return verdict.findings.filter((finding) => finding.severity === 'fault').map((finding) => finding.code);
}

function flip(bytes: Uint8Array, at: number, change = 1): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ change;
  return copy;
}

function withEntries(evidence: Evidence, change: (entries: PresentedEntry[]) => PresentedEntry[]): Evidence {
  return { ...evidence, entries: change([...evidence.entries]) };
}

describe('the verdict', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let foreign: TestAgency;
  let script: CameraScript;
  let twin: CameraScript;
  let newScript: (id: string) => Promise<CameraScript>;

  before(async () => {
    agency = await makeTestAgency();
    foreign = await makeTestAgency('otheragency');
    const archive = await agency.enrol('archive', 'archive-1');
    newScript = async (id) =>
      new CameraScript(await agency.enrol('camera', id, { epoch: 1 }), archive, agency.recipients);
    script = await newScript('c-1');
    script.powerOn();
    script.record({ segments: 3, marks: 1 });
    script.record({ segments: 2 });
    twin = await newScript('c-2');
    twin.powerOn();
    twin.record({ segments: 3, marks: 1 });
  });
  after(() => {
    agency.close();
    foreign.close();
  });

  const target = () => script.recordings[0] ?? assert.fail();

  it('is yes for a whole journal and for a clip of it', async () => {
    for (const evidence of [script.whole(), script.clip(target())]) {
      const verdict = await verifyEvidence(evidence);
      assert.deepEqual(verdict.findings, []);
      assert.equal(verdict.answer, 'good');
    }
    const { counts } = await verifyEvidence(script.clip(target()));
    assert.deepEqual([counts.recordings, counts.segments], [1, 3]);
  });

  it('says what a power loss left, and that nothing before it was bent', async () => {
    const cut = await newScript('c-3');
    cut.powerOn();
    const recording = cut.record({ segments: 2, powerLoss: true });
    for (const evidence of [cut.whole(), cut.clip(recording)]) {
      const verdict = await verifyEvidence(evidence);
      assert.equal(verdict.answer, 'good');
      assert.deepEqual(verdict.findings.map((finding) => finding.code).sort(), [
        'ended-by-power-loss',
        'segment-recovered',
      ]);
    }
    const evidence = cut.clip(recording);
    const bent = {
      ...evidence,
      footage: { ...evidence.footage, content: () => present(new Uint8Array(64)) },
    };
    assert.ok(codes(await verifyEvidence(bent)).includes('content-altered'));
    const otherKey = { ...evidence, footage: { ...evidence.footage, key: () => target().key } };
    assert.deepEqual(codes(await verifyEvidence(otherKey)), ['recording-key-differs']);
  });

  it('says that a recording goes on in another, and calls it no fault', async () => {
    const changing = await newScript('c-changing');
    changing.powerOn();
    changing.record({ segments: 1, reason: 'capture-changed' });
    changing.record({ segments: 1, reason: 'battery-low' });
    const { answer, findings } = await verifyEvidence(changing.whole());
    assert.equal(answer, 'good');
    assert.deepEqual(findings.map(({ code }) => code), ['continued-in-another', 'ended-by-fault']); // prettier-ignore
  });

  it('names entry and segment of altered footage, sealed or open', async () => {
    for (const evidence of [script.whole(), script.clip(target())]) {
      const second = target().segments[1] ?? assert.fail();
      const sealed: Evidence = {
        ...evidence,
        footage: {
          ...evidence.footage,
          sealed: (object) =>
            present(
              object === second.object
                ? flip(second.sealed, 300)
                : evidence.footage.sealed?.(object) &&
                    target().segments.find((one) => one.object === object)?.sealed,
            ),
        },
      };
      const found = (await verifyEvidence(sealed)).findings.find(
        (finding) => finding.code === 'object-altered',
      );
      assert.deepEqual(
        [found?.place.segment, found?.place.object, found?.place.entry],
        [1, second.object, 4],
      );
      const open: Evidence = {
        ...evidence,
        footage: {
          content: (_, segment) =>
            present(
              flip(
                target().segments[segment.index]?.content ?? new Uint8Array(1),
                segment.index === 1 ? 3 : 0,
                segment.index === 1 ? 1 : 0,
              ),
            ),
        },
      };
      const altered = (await verifyEvidence({ ...open, recordings: [target().id] })).findings.filter(
        (finding) => finding.severity === 'fault',
      );
      assert.deepEqual(
        altered.map(({ code, place }) => [code, place.segment, place.file]),
        [['content-altered', 1, 'test']],
      );
    }
  });

  it('says which footage is missing', async () => {
    const verdict = await verifyEvidence({ ...script.clip(target()), footage: {} });
    assert.ok(verdict.findings.some(({ code, place }) => code === 'footage-missing' && place.segment === 2));
  });

  it('is no for a camera of another agency, another camera, another epoch, another key', async () => {
    const whole = script.whole();
    assert.ok(
      codes(await verifyEvidence({ ...whole, roots: foreign.roots })).includes('certificate-refused'),
    );
    assert.ok(
      codes(await verifyEvidence({ ...whole, cameraChain: twin.whole().cameraChain })).includes(
        'certificate-of-another',
      ),
    );
    assert.ok(
      codes(await verifyEvidence({ ...whole, journal: { device: 'c-1', epoch: 2 } })).includes(
        'certificate-of-another',
      ),
    );
    const { text } = parseNote(whole.checkpoint);
    const forged = signNote(
      text,
      noteSigner('mingjing/camera/c-1/1', ed25519SignerFromSeed(new Uint8Array(32).fill(1))),
    );
    assert.ok(codes(await verifyEvidence({ ...whole, checkpoint: forged })).includes('checkpoint-unsigned'));
  });

  it('is no for a receipt that is not the archive’s, or of another journal', async () => {
    const whole = script.whole();
    const camera = { note: whole.receipt?.note ?? '', chain: whole.cameraChain };
    assert.deepEqual(codes(await verifyEvidence({ ...whole, receipt: camera })), ['receipt-refused']);
    assert.deepEqual(codes(await verifyEvidence({ ...whole, receipt: twin.receipt() })), ['receipt-refused']);
    const { receipt, ...without } = whole;
    assert.ok(receipt);
    const verdict = await verifyEvidence(without);
    assert.deepEqual(verdict.findings.map(({ code }) => code).sort(), [
      'no-receipt',
      'no-receipt',
      'not-compared',
    ]);
  });

  it('finds an older state where a later one is known, and a second past', async () => {
    const whole = script.whole();
    const early = script.entries.length - 3;
    const older: Evidence = {
      ...whole,
      entries: whole.entries.slice(0, early),
      checkpoint: script.checkpoint(early),
    };
    assert.ok(codes(await verifyEvidence(older)).includes('rolled-back'));
    const other = await newScript('c-1b');
    other.powerOn();
    other.record({ segments: 1 });
    const known = [{ origin: 'x', size: 2, root: other.tree().root(2) }];
    assert.ok(codes(await verifyEvidence({ ...whole, known })).includes('forked'));
  });

  it('stays yes where the journal names how far the archive’s log had come, in a recording too', async () => {
    const anchored = await newScript('c-anchored');
    anchored.powerOn();
    const anchor = (size: number): number =>
      anchored.append({
        type: 'anchored',
        origin: 'mingjing/archive/archive-1/custody',
        size,
        root: `${'A'.repeat(43)}=`,
      });
    anchor(3);
    const film = anchored.record({
      segments: 2,
      contents: () => {
        anchor(4); // the recording is open here
        return [];
      },
    });
    anchor(9);
    for (const evidence of [anchored.whole(), anchored.clip(film)]) {
      const verdict = await verifyEvidence(evidence);
      assert.deepEqual(verdict.findings, []);
      assert.equal(verdict.answer, 'good');
    }
  });

  it('keeps what it does not understand, and says so', async () => {
    const future = await newScript('c-4');
    future.powerOn();
    future.entries.push(utf8.encode('{"type":"smelled","at":"2026-11-21T09:00:00.000Z","what":"smoke"}'));
    future.record({ segments: 1 });
    const verdict = await verifyEvidence(future.whole());
    assert.deepEqual(
      verdict.findings.map(({ code, place, detail }) => [code, place.entry, detail]),
      [['not-understood', 1, 'type smelled']],
    );
    assert.equal(verdict.answer, 'unsure');
  });

  it('tells of a clock nobody set, one that was stepped, and evidence older than its certificate', async () => {
    const clocked = await newScript('c-5');
    clocked.powerOn();
    clocked.append({
      type: 'clock-set',
      before: '2020-01-01T00:00:00.000Z',
      after: new Date(Math.ceil(Date.now() / 1_000) * 1_000).toISOString(),
      clock: { source: 'dock' },
    });
    clocked.record({ segments: 2, clock: { source: 'free-running' } });
    const verdict = await verifyEvidence(clocked.whole());
    assert.deepEqual(
      verdict.findings.map(({ code }) => code),
      ['clock-stepped', 'clock-free-running'],
    );
    assert.equal(verdict.axes.time, 'unsure');
    assert.equal(verdict.answer, 'good');
  });

  it('says that a recording is open', async () => {
    const open = await newScript('c-6');
    open.powerOn();
    open.record({ segments: 1, open: true });
    const verdict = await verifyEvidence(open.whole());
    assert.deepEqual(
      verdict.findings.map(({ code }) => code),
      ['recording-open'],
    );
    assert.equal(verdict.answer, 'unsure');
  });

  it('does not take a receipt of another size for a confirmation of a clip', async () => {
    const clip = script.clip(target());
    const verdict = await verifyEvidence({ ...clip, receipt: script.receipt(script.entries.length - 1) });
    assert.deepEqual(verdict.findings.map(({ code }) => code).sort(), ['no-receipt', 'not-compared']);
  });

  it('does not say yes to nothing', async () => {
    assert.equal((await verifyEvidence({ ...script.whole(), recordings: [] })).answer, 'unsure');
  });

  it('is given though there are more findings than a call has arguments', async () => {
    const noisy = await newScript('c-7');
    noisy.powerOn();
    noisy.record({ segments: 1 });
    const entry = (at: string): Uint8Array =>
      utf8.encode(`{"type":"alarm","at":"${at}","boot":"${'a'.repeat(32)}","mono":1,"code":"x"}`);
    const [early, late] = [entry('2026-01-01T00:00:00.000Z'), entry('2026-01-02T00:00:00.000Z')];
    const entries = Array.from({ length: 260_000 }, (_, n) => ({
      index: n,
      bytes: n % 2 === 0 ? late : early,
    }));
    assert.equal((await verifyEvidence({ ...noisy.whole(), entries })).answer, 'bad');
  });

  it('does not count its way to an index far away', async () => {
    const clip = withEntries(script.clip(target()), (entries) =>
      entries.map((entry, n) =>
        n === entries.length - 1 ? { ...entry, index: Number.MAX_SAFE_INTEGER } : entry,
      ),
    );
    assert.ok(codes(await verifyEvidence(clip)).includes('entry-missing'));
  });

  it('does not let a close be left out of a clip', async () => {
    const clip = withEntries(script.clip(target()), (entries) => entries.slice(0, -1));
    assert.ok(codes(await verifyEvidence(clip)).includes('entry-missing'));
  });

  describe('of any single mutation is no:', () => {
    const index = fc.nat({ max: 1000 });
    const entryMutations: Record<
      string,
      (entries: PresentedEntry[], a: number, b: number) => PresentedEntry[]
    > = {
      'a flipped bit of an entry': (entries, a, b) =>
        entries.map((entry, n) =>
          n === a % entries.length ? { ...entry, bytes: flip(entry.bytes, b, 1 << (b % 8)) } : entry,
        ),
      'an entry left out': (entries, a) => entries.filter((_, n) => n !== a % entries.length),
      'two entries swapped': (entries, a) => {
        const n = a % (entries.length - 1);
        return entries.map((entry, k) =>
          k === n ? (entries[n + 1] ?? entry) : k === n + 1 ? (entries[n] ?? entry) : entry,
        );
      },
      'the bytes of two entries swapped': (entries, a) => {
        const n = a % (entries.length - 1);
        const bytes = (k: number): Uint8Array => entries[k]?.bytes ?? new Uint8Array();
        return entries.map((entry, k) =>
          k === n ? { ...entry, bytes: bytes(n + 1) } : k === n + 1 ? { ...entry, bytes: bytes(n) } : entry,
        );
      },
      'an entry cut short': (entries, a, b) =>
        entries.map((entry, n) =>
          n === a % entries.length
            ? { ...entry, bytes: entry.bytes.slice(0, b % entry.bytes.length) }
            : entry,
        ),
      'an entry doubled': (entries, a) =>
        entries.flatMap((entry, n) => (n === a % entries.length ? [entry, entry] : [entry])),
      'an entry of another camera put in': (entries, a) =>
        entries.map((entry, n) =>
          n === a % entries.length
            ? { ...entry, bytes: twin.entries[n % twin.entries.length] ?? entry.bytes }
            : entry,
        ),
      'the end cut off': (entries, a) => entries.slice(0, a % entries.length),
    };
    for (const [name, mutate] of Object.entries(entryMutations)) {
      it(name, async () => {
        await fc.assert(
          fc.asyncProperty(index, index, fc.boolean(), async (a, b, clipped) => {
            const evidence = clipped ? script.clip(target()) : script.whole();
            const mutated = withEntries({ ...evidence, recordings: [target().id] }, (entries) =>
              mutate(entries, a, b),
            );
            const verdict = await verifyEvidence(mutated);
            assert.equal(verdict.answer, 'bad');
            assert.ok(
              verdict.findings.some(
                ({ severity, place }) =>
                  severity === 'fault' && (place.entry !== undefined || place.recording !== undefined),
              ),
            );
          }),
          { numRuns: 60 },
        );
      });
    }

    it('a changed byte of checkpoint, receipt or certificate', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('checkpoint', 'receipt', 'chain'),
          index,
          fc.integer({ min: 1, max: 127 }),
          async (what, at, change) => {
            const clip = script.clip(target());
            const bend = (text: string, to = text.length): string =>
              utf8.decode(flip(utf8.encode(text), at % to, change));
            const leaf = clip.cameraChain[0] ?? '';
            const bent: Evidence =
              what === 'checkpoint'
                ? { ...clip, checkpoint: bend(clip.checkpoint) }
                : what === 'receipt'
                  ? {
                      ...clip,
                      receipt: { note: bend(clip.receipt?.note ?? ''), chain: clip.receipt?.chain ?? [] },
                    }
                  : { ...clip, cameraChain: [bend(leaf), ...clip.cameraChain.slice(1)] };
            const same = what === 'chain' && sameDer(leaf, bent.cameraChain[0] ?? '');
            assert.equal((await verifyEvidence(bent)).answer, same ? 'good' : 'bad');
          },
        ),
        { numRuns: 200 },
      );
    });

    it('a flipped bit, a cut, an addition or a swap of any object', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('flip', 'cut', 'grow', 'swap', 'drop'),
          index,
          index,
          fc.boolean(),
          async (how, a, b, open) => {
            const clip = script.clip(target());
            const { segments } = target();
            const n = a % segments.length;
            const bend = (bytes: Uint8Array, other: Uint8Array): Uint8Array | undefined =>
              how === 'flip'
                ? flip(bytes, b)
                : how === 'cut'
                  ? bytes.slice(0, b % bytes.length)
                  : how === 'grow'
                    ? Uint8Array.from([...bytes, 0])
                    : how === 'swap'
                      ? other
                      : undefined;
            const pick = (k: number): Uint8Array | undefined => {
              const bytes = (m: number): Uint8Array =>
                (open ? segments[m]?.content : segments[m]?.sealed) ?? new Uint8Array();
              return k === n
                ? bend(
                    bytes(k),
                    twin.recordings[0]?.segments[0]?.[open ? 'content' : 'sealed'].slice(1) ??
                      new Uint8Array(),
                  )
                : bytes(k);
            };
            const footage: Evidence['footage'] = open
              ? { content: (_, segment) => present(pick(segment.index)) }
              : {
                  sealed: (object) =>
                    present(
                      object === target().keyObject.object
                        ? target().keyObject.sealed
                        : pick(segments.findIndex((one) => one.object === object)),
                    ),
                };
            const verdict = await verifyEvidence({ ...clip, footage });
            assert.equal(verdict.answer, 'bad');
            assert.ok(verdict.findings.some(({ place }) => place.segment === n));
          },
        ),
        { numRuns: 150 },
      );
    });
  });
});

/** PEM has many spellings; the certificate is its DER. */
function sameDer(a: string, b: string): boolean {
  try {
    return new X509Certificate(a).fingerprint512 === new X509Certificate(b).fingerprint512;
  } catch {
    return false;
  }
}
