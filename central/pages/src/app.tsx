import { ConfigProvider, Segmented, Spin } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { lazy, Suspense, useEffect, type ReactNode } from 'react';
import { LiveProvider } from './api/live.tsx';
import { RecordingsPage } from './list/recordings-page.tsx';
import { theme } from './look/theme.ts';
import { Fence, TroubleAlert } from './look/trouble.tsx';
import { Verbatim } from './look/icons.tsx';
import { linkTo, useRoute, type Route } from './route.ts';
import { SignInPage, useSession, type SessionView } from './session.tsx';
import { useWords } from './words/language.tsx';

/** The player is large: it is fetched when the first recording is opened. */
const RecordingPage = lazy(async () => ({
  default: (await import('./recording/recording-page.tsx')).RecordingPage,
}));

export function App({ token }: { readonly token?: string }): ReactNode {
  const { language, words } = useWords();
  const session = useSession(token);
  return (
    <ConfigProvider
      theme={theme}
      locale={language === 'zh' ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
    >
      <a className="skip" href="#content" onClick={skipToContent}>
        {words.skip}
      </a>
      <Header session={session} />
      <main id="content" tabIndex={-1}>
        <Fence>
          <Content session={session} />
        </Fence>
      </main>
    </ConfigProvider>
  );
}

function Header({ session }: { readonly session: SessionView }): ReactNode {
  const { language, words, choose } = useWords();
  return (
    <header className="top">
      <a className="brand" href={linkTo()}>
        <img src="./mirror.svg" alt="" width="28" height="28" />
        <strong>{words.product}</strong>
        <span className="place">{words.place}</span>
      </a>
      {session.is === 'signed-in' ? (
        <span className="agency">
          <Verbatim>
            {session.agency} · {session.archive}
          </Verbatim>
        </span>
      ) : null}
      <Segmented
        aria-label={words.languageSwitch}
        value={language}
        onChange={choose}
        options={[
          {
            value: 'zh',
            label: (
              <span lang="zh-CN" translate="no">
                中文
              </span>
            ),
          },
          {
            value: 'en',
            label: (
              <span lang="en" translate="no">
                English
              </span>
            ),
          },
        ]}
      />
    </header>
  );
}

function Content({ session }: { readonly session: SessionView }): ReactNode {
  const { words } = useWords();
  const route = useRoute();
  const page = pageName(route);
  useEffect(() => {
    // Newer browsers answer with a promise, which is no clean-up.
    window.scrollTo(0, 0);
  }, [page]);
  switch (session.is) {
    case 'asking':
      return <Busy text={session.signingIn ? words.signIn.working : words.loading} />;
    case 'failed':
      return <TroubleAlert code={session.code} retry={session.retry} />;
    case 'signed-out':
      return <SignInPage {...(session.code === undefined ? {} : { code: session.code })} />;
    case 'signed-in':
      return (
        <LiveProvider>
          {route.page === 'list' ? (
            <RecordingsPage signedOut={session.expired} />
          ) : (
            <Suspense fallback={<Busy text={words.loading} />}>
              <RecordingPage
                key={page}
                recordingKey={route.key}
                canUnseal={session.canUnseal}
                signedOut={session.expired}
              />
            </Suspense>
          )}
        </LiveProvider>
      );
    default:
      return session satisfies never;
  }
}

export function Busy({ text }: { readonly text: string }): ReactNode {
  return (
    <div className="busy" role="status">
      <Spin /> <span>{text}</span>
    </div>
  );
}

function pageName(route: Route): string {
  return route.page === 'list' ? 'list' : linkTo(route.key);
}

/** The address bar names the page, so the skip link moves the focus itself. */
function skipToContent(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
