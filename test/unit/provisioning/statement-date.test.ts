import assert from 'node:assert/strict';
import { validOn } from '../../../provisioning/verify/check-statement.ts';

describe('the date of an export', () => {
  const certificate = {
    notBefore: new Date('2026-11-26T12:04:18Z'),
    notAfter: new Date('2027-11-26T08:00:00Z'),
  };

  it('is within a certificate that held at any moment of that day', () => {
    for (const date of ['2026-11-26', '2027-03-01', '2027-11-26'])
      assert.ok(validOn(certificate, date), date);
  });

  it('is outside of it on any other day', () => {
    for (const date of ['2026-11-25', '2027-11-27']) assert.ok(!validOn(certificate, date), date);
    const midnight = { ...certificate, notBefore: new Date('2026-11-27T00:00:00Z') };
    assert.ok(!validOn(midnight, '2026-11-26'));
  });

  it('is outside of any when it is no date', () => {
    for (const date of ['', '2026-13-01', 'today']) assert.ok(!validOn(certificate, date), date);
  });
});
