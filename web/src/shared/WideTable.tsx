/** A table that may be wider than the screen: it scrolls sideways by itself, also by keyboard. */
import { Table, type TableProps } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props extends TableProps {
  label: string;
  minWidth: number;
  maxHeight?: number;
  children: ReactNode;
}

export function WideTable({ label, minWidth, maxHeight, children, ...table }: Props) {
  return (
    <Table.ScrollContainer
      minWidth={minWidth}
      mah={maxHeight}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'group', 'aria-label': label } }}
    >
      <Table aria-label={label} {...table}>
        {children}
      </Table>
    </Table.ScrollContainer>
  );
}
