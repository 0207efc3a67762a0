import { connect, type checkServerIdentity, type TLSSocket } from 'node:tls';
import {
  readCertificate,
  validAt,
  type Certificate,
  type CertificateName,
  type CertificateRole,
} from '@mingjing/protocol';
import { PeerNotTrusted, RuntimeError } from './errors.ts';
import type { Endpoint } from './endpoint.ts';
import type { TlsIdentity } from './identity.ts';

/** Options for both ends of every line: TLS 1.3 only, our certificate shown, the other's demanded. */
export function tlsOptions(identity: TlsIdentity): {
  key: string;
  cert: string;
  ca: string[];
  minVersion: 'TLSv1.3';
  requestCert: true;
  rejectUnauthorized: true;
} {
  return {
    key: identity.keyPem,
    cert: identity.chain.join('\n'),
    ca: [...identity.roots],
    minVersion: 'TLSv1.3',
    requestCert: true,
    rejectUnauthorized: true,
  };
}

/**
 * For servers: who is at the other end. A machine of our agency, with a TLS certificate that is valid now, in one
 * of `roles`. A name in DNS says nothing here; the certificate's own name does. `code` 'peer-not-trusted'.
 */
export function requirePeer(
  socket: TLSSocket,
  identity: TlsIdentity,
  roles: readonly CertificateRole[],
): Certificate {
  const certificate = peerCertificate(socket);
  requireMachine(certificate, identity, roles);
  return certificate;
}

/** For clients: the same rule as a `checkServerIdentity`, asked once the chain to our root has been checked. */
export function nameCheck(identity: TlsIdentity, role: CertificateRole): typeof checkServerIdentity {
  return (_host, shown) => {
    try {
      requireMachine(readCertificate(derToPem(shown.raw)), identity, [role]);
      return undefined;
    } catch (error) {
      return error instanceof RuntimeError
        ? error
        : new PeerNotTrusted('unknown', 'the server names no machine of ours', { cause: error });
    }
  };
}

/**
 * Whom the certificate at the other end names, whoever issued it: a claim, to tell people why somebody is refused. Nothing
 * is sent but the greeting, and nothing shown of ours. undefined: no name of this protocol, or nobody answers.
 */
export async function claimedName(
  { host, port }: Endpoint,
  withinMs: number,
): Promise<CertificateName | undefined> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port, minVersion: 'TLSv1.3', rejectUnauthorized: false });
    const done = (name?: CertificateName): void => {
      socket.destroy();
      resolve(name);
    };
    socket.setTimeout(withinMs, done);
    socket.once('error', () => done());
    socket.once('close', () => done());
    socket.once('secureConnect', () => {
      try {
        done(readCertificate(socket.getPeerX509Certificate()?.toString() ?? '').name);
      } catch {
        done();
      }
    });
  });
}

function requireMachine(
  certificate: Certificate,
  identity: TlsIdentity,
  roles: readonly CertificateRole[],
): void {
  const { name } = certificate;
  const { agency } = identity.certificate.name;
  if (name.use !== 'tls' || !roles.includes(name.role) || name.agency !== agency) {
    const wanted = `${roles.join(' or ')} tls of agency ${agency}`;
    throw new PeerNotTrusted(
      name.agency === agency ? 'role' : 'agency',
      `the other end is ${name.role} ${name.use} of agency ${name.agency}, not ${wanted}`,
    );
  }
  if (!validAt(certificate, new Date())) {
    throw new PeerNotTrusted('expired', `the certificate of ${name.role} ${name.id} is not valid today`);
  }
}

function derToPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/**
 * TLS itself has checked the chain up to our root, the only one {@link tlsOptions} trusts: a server in Node is shown
 * the leaf alone, without the issuers that were sent. A client's socket gives its peer's leaf once: each call takes the
 * first certificate off the chain (Node 24), so a line that is kept open is asked at its first answer only.
 */
function peerCertificate(socket: TLSSocket): Certificate {
  const known = asked.get(socket);
  if (known !== undefined) return known;
  const shown = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  if (shown === undefined) throw new PeerNotTrusted('unknown', 'the other end shows no certificate of ours');
  try {
    const certificate = readCertificate(shown.toString());
    asked.set(socket, certificate);
    return certificate;
  } catch (cause) {
    throw new PeerNotTrusted('unknown', 'the other end names no machine of ours', { cause });
  }
}

const asked = new WeakMap<TLSSocket, Certificate>();
