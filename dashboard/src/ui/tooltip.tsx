import { Tooltip as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

/** Words on hover and focus. Wraps one focusable element. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <Radix.Root delayDuration={350}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-72 rounded-md bg-text px-2.5 py-1.5 text-xs text-ground shadow-raised"
        >
          {text}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Around the whole page, once. */
export const TooltipProvider = Radix.Provider;
