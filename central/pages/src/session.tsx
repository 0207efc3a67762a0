import { Card } from 'antd';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import type { SessionAnswer } from '../../core/review-shapes.ts';
import { codeOf, fetchSession, signIn, type ApiErrorCode } from './api/client.ts';
import { Verbatim } from './look/icons.tsx';
import { Notice } from './look/notice.tsx';
import { useTitle, useWords } from './words/language.tsx';

export type SessionView =
  | { readonly is: 'asking'; readonly signingIn: boolean }
  | { readonly is: 'failed'; readonly code: ApiErrorCode; readonly retry: () => void }
  | { readonly is: 'signed-out'; readonly code?: ApiErrorCode }
  | {
      readonly is: 'signed-in';
      readonly agency: string;
      readonly archive: string;
      readonly canUnseal: boolean;
      /** To be called when the archive no longer knows the session. */
      readonly expired: () => void;
    };

/** Where the archive writes the sign-in link, in its data directory. */
const LINK_FILE = 'review-link.txt';

export function useSession(token?: string): SessionView {
  const [again, setAgain] = useState(0);
  const [view, setView] = useState<SessionView>({ is: 'asking', signingIn: token !== undefined });
  const unused = useRef(token);
  const expired = useCallback(() => setView({ is: 'signed-out', code: 'signed-out' }), []);
  useEffect(() => {
    // The token works once: it is shown once, also when effects run twice.
    const shown = unused.current;
    unused.current = undefined;
    if (shown === undefined && token !== undefined && again === 0) return;
    (shown === undefined ? fetchSession() : signInOrStay(shown)).then(
      (answer) => setView(viewOf(answer, expired)),
      (error: unknown) => setView(failureOf(codeOf(error), () => setAgain((count) => count + 1))),
    );
  }, [again, token, expired]);
  return view;
}

/** A used-up link is no matter to someone who is signed in already. */
async function signInOrStay(token: string): Promise<SessionAnswer> {
  try {
    return await signIn(token);
  } catch (error) {
    if (codeOf(error) !== 'bad-token') throw error;
    const answer = await fetchSession();
    if (answer.signedIn) return answer;
    throw error;
  }
}

function viewOf(answer: SessionAnswer, expired: () => void): SessionView {
  if (!answer.signedIn) return { is: 'signed-out' };
  const { agency, archive, canUnseal } = answer;
  return { is: 'signed-in', agency, archive, canUnseal, expired };
}

function failureOf(code: ApiErrorCode, retry: () => void): SessionView {
  if (code === 'bad-token' || code === 'signed-out' || code === 'too-many-attempts')
    return { is: 'signed-out', code };
  return { is: 'failed', code, retry };
}

export function SignInPage({ code }: { readonly code?: ApiErrorCode }): ReactNode {
  const { words } = useWords();
  const { signIn: text, trouble } = words;
  useTitle(text.title);
  const said = code === undefined ? undefined : trouble[code];
  return (
    <Card className="sign-in" title={<h1>{text.title}</h1>}>
      {said === undefined ? null : <Notice kind="warning" urgent title={said.title} text={said.next} />}
      <p>{text.need}</p>
      <p>{text.where}</p>
      <p>
        <Verbatim mono>{LINK_FILE}</Verbatim>
      </p>
      <p>{text.then}</p>
    </Card>
  );
}
