/**
 * A button that says why it cannot be used. It stays in the tab order (`aria-disabled`, not `disabled`), because
 * somebody who cannot reach it cannot learn the reason; a click does nothing.
 */
import { Button, Tooltip, VisuallyHidden, type ButtonProps } from '@mantine/core';
import { useId, type MouseEvent, type ReactNode } from 'react';

interface Props extends Omit<ButtonProps, 'disabled'> {
  /** Why it cannot be used; nothing: it can. */
  why?: string;
  onClick?: (event: MouseEvent<HTMLButtonElement>) => void;
  type?: 'button' | 'submit';
  children: ReactNode;
}

export function ActionButton({ why, onClick, type = 'button', children, ...rest }: Props) {
  const id = useId();
  if (!why) {
    return (
      <Button {...rest} type={type} onClick={onClick}>
        {children}
      </Button>
    );
  }
  return (
    <>
      <Tooltip label={why} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
        <Button
          {...rest}
          type="button"
          variant="default"
          aria-disabled
          aria-describedby={id}
          onClick={(event) => event.preventDefault()}
          style={{ ...(rest.style as object), cursor: 'not-allowed', opacity: 0.75 }}
        >
          {children}
        </Button>
      </Tooltip>
      <VisuallyHidden id={id}>{why}</VisuallyHidden>
    </>
  );
}
