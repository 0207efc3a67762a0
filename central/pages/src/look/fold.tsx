import { Collapse } from 'antd';
import type { ReactNode } from 'react';
import { Icon } from './icons.tsx';

/** What is one click away. */
export function Fold({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Collapse
      ghost
      size="small"
      className="fold"
      expandIcon={({ isActive }) => (
        <span className={isActive === true ? 'fold-mark open' : 'fold-mark'}>
          <Icon shape="down" size={12} />
        </span>
      )}
      items={[{ key: 'content', label, children }]}
    />
  );
}
