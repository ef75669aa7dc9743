import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useRef } from 'react';
import { t } from '../i18n/index.ts';
import { IconButton } from './button.tsx';
import { classNames } from './class-names.ts';

export interface DialogProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  title: string;
  description?: ReactNode;
  width?: 'narrow' | 'wide';
  /** Buttons at the foot. */
  footer?: ReactNode;
  children: ReactNode;
}

/** Windows open without a trigger of their own: whoever had the focus before has it after, or the page where it is gone. */
export function giveBack(event: Event, before: Element | null): void {
  event.preventDefault();
  const isThere = before instanceof HTMLElement && before.isConnected && before !== document.body;
  (isThere ? before : document.querySelector('main'))?.focus();
}

/** A window over the page: takes the focus, gives it back, closes by Escape. */
export function Dialog({ open, onOpenChange, title, description, width = 'narrow', footer, children }: DialogProps) {
  const before = useRef<Element | null>(null);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/45" />
        <Radix.Content
          tabIndex={-1}
          onOpenAutoFocus={(event) => {
            before.current = document.activeElement;
            focusFirstField(event);
          }}
          onCloseAutoFocus={(event) => giveBack(event, before.current)}
          {...(!description && { 'aria-describedby': undefined })}
          className={classNames(
            'fixed top-1/2 left-1/2 z-50 flex max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 flex-col rounded-xl border border-line bg-raised shadow-raised outline-none',
            width === 'wide' ? 'max-w-3xl' : 'max-w-lg',
          )}
        >
          <div className="flex items-start gap-3 border-b border-line px-5 py-3.5">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
              {description && (
                <Radix.Description className="mt-0.5 text-sm text-muted">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton label={t('common.close')} icon={<X aria-hidden />} size="small" className="-mr-2" />
            </Radix.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
          {footer && <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3.5">{footer}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/**
 * The first field of a window has its focus, or the window itself; never its Close button, whose tooltip would cover the
 * title. @NOTE A field with `autoFocus` takes it before the window knows whom to give it back to.
 */
function focusFirstField(event: Event): void {
  if (!(event.currentTarget instanceof HTMLElement)) return;
  event.preventDefault();
  const field = event.currentTarget.querySelector<HTMLElement>('input:not([type=hidden]), select, textarea');
  (field ?? event.currentTarget).focus();
}
