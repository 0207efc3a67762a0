import { createHash, randomBytes } from 'node:crypto';
import { ReviewRefused } from '../core/errors.ts';
import { sessionOf, step, type Session, type SignInEvent, type SignInState } from '../core/sign-in.ts';

/** Puts the link where the operator of this machine finds it, and nobody else. */
export type WriteLink = (token: string) => void;

/** Sessions of this process. Only hashes of secrets are kept. */
export class SignIn {
  readonly #writeLink: WriteLink;
  readonly #now: () => number;
  #state: SignInState;

  constructor(writeLink: WriteLink, now: () => number = Date.now) {
    this.#writeLink = writeLink;
    this.#now = now;
    const token = secret();
    this.#state = { token: digest(token), sessions: new Map(), failures: [] };
    writeLink(token);
  }

  /** The secret of a new session. `ReviewRefused`: 'bad-token', 'too-many-attempts'. The token is used up. */
  open(token: string): string {
    const [session, next] = [secret(), secret()];
    const fresh = { secret: digest(session), name: randomBytes(6).toString('hex'), token: digest(next) };
    this.#step({ event: 'token-shown', token: digest(token), now: this.#now(), fresh }, next);
    return session;
  }

  session(shown: string): Session | undefined {
    return sessionOf(this.#state, digest(shown), this.#now());
  }

  close(shown: string): void {
    this.#step({ event: 'signed-out', secret: digest(shown) }, '');
  }

  #step(event: SignInEvent, nextToken: string): void {
    const { state, commands } = step(this.#state, event);
    this.#state = state;
    for (const command of commands) {
      switch (command.type) {
        case 'write-link':
          this.#writeLink(nextToken);
          break;
        case 'refuse':
          throw new ReviewRefused(command.code, 'the token is not, or no longer, good');
        default:
          command satisfies never;
      }
    }
  }
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

/** Comparing hashes tells a guesser nothing about the secret. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
