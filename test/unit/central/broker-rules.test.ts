import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PacketLengthGuard } from '../../../protocol/wire/mqtt-framing.ts';
import { maySubscribe, refusePublish } from '../../../central/core/topic-rules.ts';
import { encodeMessage, topicOf } from '../../../protocol/wire/mqtt.ts';

const at = '2026-11-21T08:00:00.000Z';
const state = encodeMessage('camera-state', { at, online: true, state: 'standby' });
const alarm = encodeMessage('alarm', { at, id: '0'.repeat(32), code: 'storage-full', severity: 'warning' });
const peer = { agency: 'agency', role: 'camera', id: 'cam-1' } as const;

describe('a machine at the broker', () => {
  const publish = (topic: string, payload: Uint8Array, retain = false): string | undefined =>
    refusePublish(peer, { topic, payload, retain });

  it('speaks about itself', () => {
    assert.equal(publish(topicOf('agency', 'camera', 'cam-1', 'camera-state'), state, true), undefined);
    assert.equal(publish(topicOf('agency', 'camera', 'cam-1', 'alarm'), alarm), undefined);
  });

  it('does not speak for another machine, role or agency, nor anywhere else', () => {
    for (const topic of [
      topicOf('agency', 'camera', 'cam-2', 'camera-state'),
      topicOf('agency', 'dock', 'cam-1', 'dock-state'),
      topicOf('other', 'camera', 'cam-1', 'camera-state'),
      'mingjing/v1/agency/camera/cam-1/state/x',
      '$SYS/anything',
      'anything',
    ])
      assert.notEqual(publish(topic, state, true), undefined, topic);
  });

  it('says only what has a known shape, and wipes nothing', () => {
    const topic = topicOf('agency', 'camera', 'cam-1', 'camera-state');
    for (const payload of ['', '{}', 'x', '{"online":true}', '['.repeat(10_000), ' '.repeat(20_000)])
      assert.notEqual(publish(topic, Buffer.from(payload), true), undefined);
  });

  it('as a dock tells how the cameras in its bays are, kept by the broker, without a word too many', () => {
    const dock = { agency: 'agency', role: 'dock', id: 'dock-1' } as const;
    const facts = { bay: 1, camera: 'cam-1', battery: 42, officer: '031337' };
    const cameras = (more: object): Uint8Array =>
      Buffer.from(JSON.stringify({ at, cameras: [{ ...facts, ...more }] }));
    const topic = topicOf('agency', 'dock', 'dock-1', 'dock-cameras');
    assert.equal(topic, 'mingjing/v1/agency/dock/dock-1/cameras');
    const tell = (payload: Uint8Array, to = topic): string | undefined =>
      refusePublish(dock, { topic: to, payload, retain: true });
    assert.equal(tell(cameras({})), undefined);
    for (const bad of [{ officer: 'x'.repeat(25) }, { officer: 'a\nb' }, { battery: 101 }, { camera: '/' }])
      assert.notEqual(tell(cameras(bad)), undefined, JSON.stringify(bad));
    for (const other of ['dock/dock-2', 'camera/cam-1', 'archive/dock-1'])
      assert.notEqual(tell(cameras({}), `mingjing/v1/agency/${other}/cameras`), undefined, other);
  });

  it('has no event kept by the broker', () => {
    assert.notEqual(publish(topicOf('agency', 'camera', 'cam-1', 'alarm'), alarm, true), undefined);
  });

  const mayRead = (role: 'camera' | 'dock' | 'archive', filter: string): boolean =>
    maySubscribe({ agency: 'agency', role, id: `${role}-1` }, filter);

  it('as a dock or an archive may read what its agency publishes, and nothing else', () => {
    for (const role of ['dock', 'archive'] as const) {
      for (const filter of [
        'mingjing/v1/agency/#',
        'mingjing/v1/+/dock/#',
        'mingjing/v1/agency/camera/+/state',
      ])
        assert.equal(mayRead(role, filter), true, filter);
      for (const filter of [
        '#',
        '+/#',
        'mingjing/#',
        'mingjing/v1/#',
        'mingjing/v1/other/#',
        '$SYS/#',
        '$share/a/#',
      ])
        assert.equal(mayRead(role, filter), false, filter);
      assert.equal(mayRead(role, `mingjing/v1/agency/${'x'.repeat(256)}`), false);
    }
  });

  it('as a camera may read below its own topic only', () => {
    for (const filter of ['mingjing/v1/agency/camera/camera-1/#', 'mingjing/v1/agency/camera/camera-1/state'])
      assert.equal(mayRead('camera', filter), true, filter);
    for (const filter of [
      '#',
      'mingjing/v1/agency/#',
      'mingjing/v1/agency/camera/#',
      'mingjing/v1/agency/camera/+/state',
      'mingjing/v1/agency/camera/camera-2/#',
      'mingjing/v1/+/camera/camera-1/#',
      'mingjing/v1/agency/dock/camera-1/#',
      '$SYS/#',
    ])
      assert.equal(mayRead('camera', filter), false, filter);
  });
});

describe('the length of an MQTT packet', () => {
  function packet(length: number): Uint8Array {
    const digits: number[] = [];
    for (let rest = length; ;) {
      const digit = rest % 128;
      rest = Math.floor(rest / 128);
      digits.push(rest > 0 ? digit + 128 : digit);
      if (rest === 0) break;
    }
    return Uint8Array.from([0x30, ...digits, ...new Uint8Array(length)]);
  }

  it('is found within any pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 20 }),
        (lengths, cuts) => {
          const stream = Buffer.concat(lengths.map(packet));
          const guard = new PacketLengthGuard(300);
          let accepted = true;
          for (let from = 0, n = 0; from < stream.length && accepted; n += 1) {
            const to = from + (cuts[n % cuts.length] ?? 1);
            accepted = guard.accepts(stream.subarray(from, to));
            from = to;
          }
          assert.equal(
            accepted,
            lengths.every((length) => length <= 300),
          );
        },
      ),
    );
  });

  it('is refused before the body is there, and when it has more than four digits', () => {
    assert.equal(new PacketLengthGuard(300).accepts(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f)), false);
    assert.equal(new PacketLengthGuard(2 ** 40).accepts(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80)), false);
  });
});
