import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { useWords } from '../words/language.tsx';
import { Icon, type Shape } from './icons.tsx';

export type NoticeKind = 'info' | 'warning' | 'error';

const SHAPES: Readonly<Record<NoticeKind, Shape>> = { info: 'info', warning: 'warning', error: 'stop' };

/** Something to be told. `urgent` is read out at once by a screen reader. */
export function Notice(props: {
  readonly kind: NoticeKind;
  readonly title: ReactNode;
  readonly text?: ReactNode;
  readonly action?: ReactNode;
  readonly urgent?: boolean;
  readonly close?: () => void;
}): ReactNode {
  const { words } = useWords();
  const { kind, title, text, action, urgent = false, close } = props;
  return (
    <Alert
      className="notice"
      type={kind}
      role={urgent ? 'alert' : 'status'}
      showIcon
      icon={<Icon shape={SHAPES[kind]} size={text === undefined ? 16 : 22} />}
      title={title}
      {...(text === undefined ? {} : { description: text })}
      {...(action === undefined ? {} : { action })}
      {...(close === undefined
        ? {}
        : {
            closable: {
              'aria-label': words.close,
              closeIcon: <Icon shape="offline" size={12} />,
              onClose: close,
            },
          })}
    />
  );
}
