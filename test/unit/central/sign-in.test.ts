import assert from 'node:assert/strict';
import { SESSION_MILLIS } from '../../../central/core/sign-in.ts';
import { ReviewRefused } from '../../../central/core/errors.ts';
import { SignIn } from '../../../central/shell/sign-in.ts';

function signIn(): { signIn: SignIn; tokens: string[]; clock: { now: number } } {
  const tokens: string[] = [];
  const clock = { now: 1_000_000 };
  return {
    signIn: new SignIn(
      (token) => tokens.push(token),
      () => clock.now,
    ),
    tokens,
    clock,
  };
}

const refused = (code: string) => (error: unknown) => error instanceof ReviewRefused && error.code === code;

describe('signing in to review', () => {
  it('takes the token of the link once, and writes the next link', () => {
    const { signIn: sessions, tokens } = signIn();
    const [first = ''] = tokens;
    const session = sessions.open(first);
    assert.notEqual(sessions.session(session), undefined);
    assert.equal(tokens.length, 2);
    assert.throws(() => sessions.open(first), refused('bad-token'));
    assert.notEqual(sessions.open(tokens[1] ?? ''), session);
  });

  it('ends a session after its time, and on signing out', () => {
    const { signIn: sessions, tokens, clock } = signIn();
    const one = sessions.open(tokens[0] ?? '');
    const other = sessions.open(tokens[1] ?? '');
    sessions.close(other);
    assert.equal(sessions.session(other), undefined);
    clock.now += SESSION_MILLIS - 1;
    assert.notEqual(sessions.session(one), undefined);
    clock.now += 1;
    assert.equal(sessions.session(one), undefined);
  });

  it('slows down who tries, without locking out who has the link', () => {
    const { signIn: sessions, tokens, clock } = signIn();
    for (let n = 0; n < 10; n += 1) assert.throws(() => sessions.open(`guess ${n}`), refused('bad-token'));
    assert.throws(() => sessions.open('guess'), refused('too-many-attempts'));
    clock.now += 60_000;
    assert.throws(() => sessions.open('guess'), refused('bad-token'));
    assert.notEqual(sessions.session(sessions.open(tokens[0] ?? '')), undefined);
  });

  it('knows no session by an empty or a foreign secret', () => {
    const { signIn: sessions } = signIn();
    assert.equal(sessions.session(''), undefined);
    assert.equal(sessions.session('secret'), undefined);
  });
});
