import assert from 'node:assert/strict';
import fc from 'fast-check';
import { certificateUri, ID_PATTERN, parseCertificateUri } from '@mingjing/protocol';
import { requireHosts } from '../../../provisioning/core/hosts.ts';
import {
  certificateName,
  requestUnit,
  requireMachine,
  ROLES,
  USES,
} from '../../../provisioning/core/machine.ts';
import { validity } from '../../../provisioning/core/validity.ts';

const id = fc.stringMatching(new RegExp(ID_PATTERN));
const machine = fc
  .tuple(fc.constantFrom(...ROLES), id, fc.integer({ min: 1, max: 999_999_999 }))
  .map(([role, name, epoch]) => requireMachine(role, name, role === 'camera' ? epoch : undefined));
const bad = { code: 'bad-argument' };

describe('what a machine is called', () => {
  it('is a role, an identifier and, for cameras alone, an epoch that begins with 1', () => {
    assert.deepEqual(requireMachine('camera', 'c'), { role: 'camera', id: 'c', epoch: 1 });
    assert.deepEqual(requireMachine('dock', 'd'), { role: 'dock', id: 'd' });
    assert.throws(() => requireMachine('kettle', 'k'), bad);
    assert.throws(() => requireMachine('dock', 'd', 1), bad);
    for (const epoch of [0, -1, 1.5, 1e9, Number.NaN])
      assert.throws(() => requireMachine('camera', 'c', epoch), bad);
    for (const name of ['', 'A', 'a_b', '-a', 'a-', 'a/b', 'x'.repeat(64), 'ü'])
      assert.throws(() => requireMachine('dock', name), bad, name);
  });

  it('makes names that the protocol reads back as they were, each for one use', () => {
    fc.assert(
      fc.property(id, machine, (agency, one) => {
        for (const use of USES) {
          const name = certificateName(agency, use, one);
          assert.deepEqual(parseCertificateUri(certificateUri(name)), name);
        }
      }),
    );
  });

  it('gives each role, use and epoch a request of its own', () => {
    fc.assert(
      fc.property(machine, machine, (a, b) => {
        for (const use of USES) {
          for (const other of USES) {
            const same = a.role === b.role && use === other && (use === 'tls' || a.epoch === b.epoch);
            assert.equal(requestUnit(use, a) === requestUnit(other, b), same);
          }
        }
      }),
    );
  });
});

describe('hosts', () => {
  it('are itself and those given, each once', () => {
    assert.deepEqual(requireHosts(['a.example', 'localhost', '::1', 'a.example']), [
      'localhost',
      '127.0.0.1',
      'a.example',
      '::1',
    ]);
  });

  it('are no more than a certificate can bear', () => {
    assert.throws(() => requireHosts(Array.from({ length: 15 }, (_, n) => `h${n}`)), bad);
  });
});

describe('validity', () => {
  const date = fc.date({ min: new Date('2020-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });

  it('begins a little before now and stays within the issuer’s', () => {
    fc.assert(
      fc.property(
        date,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        (now, own, years) => {
          const issuer = validity(now, years);
          const leaf = validity(now, own, issuer);
          assert.ok(leaf.notBefore < now && leaf.notBefore >= issuer.notBefore);
          assert.ok(leaf.notAfter > now && leaf.notAfter <= issuer.notAfter);
          assert.equal(leaf.notAfter.getTime() % 1000, 0);
        },
      ),
    );
  });
});
