import { Button } from 'antd';
import { Component, type ReactNode } from 'react';
import type { ApiErrorCode } from '../api/client.ts';
import { useWords } from '../words/language.tsx';
import { Notice } from './notice.tsx';

/** What went wrong, and what to do next. */
export function TroubleAlert(props: {
  readonly code: ApiErrorCode | 'crashed';
  readonly retry?: () => void;
  readonly heading?: string;
}): ReactNode {
  const { words } = useWords();
  const { title, next } = words.trouble[props.code];
  const { heading, retry } = props;
  return (
    <Notice
      kind={props.code === 'cannot-unseal' ? 'info' : 'error'}
      urgent
      title={heading === undefined ? title : `${heading}${words.gap}${title}`}
      text={next}
      {...(retry === undefined
        ? {}
        : {
            action: (
              <Button size="small" onClick={retry}>
                {words.retry}
              </Button>
            ),
          })}
    />
  );
}

/** Keeps a fault of one part of the page from blanking all of it. */
export class Fence extends Component<{ readonly children: ReactNode }, { readonly crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError(): { crashed: boolean } {
    return { crashed: true };
  }

  override render(): ReactNode {
    if (!this.state.crashed) return this.props.children;
    return <TroubleAlert code="crashed" retry={() => this.setState({ crashed: false })} />;
  }
}
