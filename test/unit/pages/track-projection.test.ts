import assert from 'node:assert/strict';
import fc from 'fast-check';
import { drawTrack, fixAt, spotAt } from '../../../central/pages/src/recording/track-projection.ts';

const draw = (track: Parameters<typeof drawTrack>[0]): ReturnType<typeof drawTrack> =>
  drawTrack(track, 480, 300, 30);

describe('the drawing of a track', () => {
  it('has north above and east to the right', () => {
    const [start, north, east] = draw([
      { time: 0, lat: 30, lon: 120 },
      { time: 1, lat: 30.001, lon: 120 },
      { time: 2, lat: 30, lon: 120.001 },
    ]).spots;
    assert.ok(start !== undefined && north !== undefined && east !== undefined);
    assert.ok(north.y < start.y && Math.abs(north.x - start.x) < 0.001);
    assert.ok(east.x > start.x && Math.abs(east.y - start.y) < 0.001);
  });

  it('is true to scale in both directions, and says so by its bar', () => {
    const { spots, scale } = draw([
      { time: 0, lat: 60, lon: 10 },
      { time: 1, lat: 60.0009, lon: 10 },
      { time: 2, lat: 60, lon: 10.0018 },
    ]);
    const [a, north, east] = spots;
    assert.ok(a !== undefined && north !== undefined && east !== undefined);
    const perMetre = scale.length / scale.metres;
    assert.ok(Math.abs((a.y - north.y) / perMetre - 100.1) < 0.5); // 0.0009 degrees of latitude
    assert.ok(Math.abs((east.x - a.x) / perMetre - 100.1) < 0.5); // as many metres, at 60 degrees north
  });

  it('does not run around the world at the date line', () => {
    const { spots } = draw([
      { time: 0, lat: 0, lon: 179.9999 },
      { time: 1, lat: 0, lon: -179.9999 },
    ]);
    assert.ok((spots[1]?.x ?? 0) > (spots[0]?.x ?? 0));
  });

  it('stays inside its frame whatever it is given', () => {
    const point = fc.record({
      lat: fc.double({ min: -89, max: 89, noNaN: true }),
      lon: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), (points) => {
        const { spots, scale } = draw(points.map((one, time) => ({ time, ...one })));
        for (const { x, y } of spots) assert.ok(x >= 29 && x <= 451 && y >= 29 && y <= 271);
        assert.ok(scale.metres > 0 && scale.length > 0 && scale.length <= 120.001);
      }),
    );
  });

  it('breaks the line where no position was known for long', () => {
    const times = [0, 1, 2, 60, 61];
    const { lines } = draw(times.map((time) => ({ time, lat: 30 + time / 1e5, lon: 120 })));
    assert.deepEqual(
      lines.map((line) => line.length),
      [3, 2],
    );
  });

  it('finds the place between two fixes, and none far from any', () => {
    const track = [0, 10, 100].map((time) => ({ time, lat: 30 + time / 1e5, lon: 120 }));
    const { spots } = draw(track);
    const half = spotAt(spots, 5);
    assert.ok(half !== undefined);
    assert.ok(Math.abs(half.y - ((spots[0]?.y ?? 0) + (spots[1]?.y ?? 0)) / 2) < 0.001);
    assert.equal(spotAt(spots, 50), undefined);
    assert.equal(fixAt(track, 50), undefined);
    assert.equal(fixAt(track, 10)?.time, 10);
  });

  it('draws a long day with bounded effort', () => {
    const day = Array.from({ length: 100_000 }, (_, time) => ({ time, lat: 30 + time / 1e7, lon: 120 }));
    assert.ok(draw(day).spots.length <= 4001);
  });

  it('is empty without positions', () => {
    assert.deepEqual(draw([]).spots, []);
  });
});
