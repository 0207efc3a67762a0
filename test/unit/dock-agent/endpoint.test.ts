import assert from 'node:assert/strict';
import { endpointOf, httpsUrl } from '@mingjing/runtime';

describe('where a machine answers', () => {
  for (const [url, host, port] of [
    ['https://cam-1.local', 'cam-1.local', 443],
    ['https://10.0.0.7:8443/', '10.0.0.7', 8443],
    ['https://[fd00::7]:8443', 'fd00::7', 8443],
    ['https://[fe80::1%25usb0]:8443', 'fe80::1%usb0', 8443],
    ['https://[fe80::1%25enx0a-1.2]', 'fe80::1%enx0a-1.2', 443],
  ] as const) {
    it(`is read from ${url}, and written again`, () => {
      assert.deepEqual(endpointOf(url), { host, port });
      assert.deepEqual(endpointOf(httpsUrl({ host, port })), { host, port });
    });
  }

  for (const url of [
    '',
    'https://',
    'https://[fe80::1%25]',
    'https://[fe80::1%25a/b]',
    'https://[::1%25lo]:70000',
    'https://h:70000',
  ])
    it(`is not read from ${JSON.stringify(url)}`, () => {
      assert.throws(() => endpointOf(url), { code: 'bad-config' });
    });
});
