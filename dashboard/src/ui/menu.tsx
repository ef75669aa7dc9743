import { DropdownMenu as Radix } from 'radix-ui';
import { type ReactNode, useRef, useState } from 'react';
import { IconButton } from './button.tsx';
import { classNames } from './class-names.ts';
import { Kbd } from './kbd.tsx';

const CONTENT = 'z-50 min-w-48 rounded-lg border border-line bg-raised p-1 shadow-raised';
const ITEM =
  'flex w-full items-center gap-2.5 rounded-md px-2.5 py-1.5 text-sm outline-none select-none data-highlighted:bg-sunken data-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0';

/** A menu below `trigger`, which must be one button. */
export function Menu({
  trigger,
  children,
  align = 'end',
}: {
  trigger: ReactNode;
  children: ReactNode;
  align?: 'start' | 'end';
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content align={align} sideOffset={4} collisionPadding={8} className={CONTENT}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/**
 * The same for rows of long lists: until it is opened only its button is there, an IconButton of `label` and `icon`.
 */
export function LateMenu({
  label,
  icon,
  tabIndex,
  children,
}: {
  label: string;
  icon: ReactNode;
  tabIndex: 0 | -1;
  children(): ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    // Before what was chosen may open a window, which gives the focus back to where it was then.
    button.current?.focus();
  };
  const keepForButton = (event: Event) => {
    if (event.target instanceof Node && button.current?.contains(event.target)) event.preventDefault();
  };
  return (
    <span className="relative inline-flex">
      <IconButton
        ref={button}
        size="small"
        label={label}
        icon={icon}
        tabIndex={tabIndex}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          setOpen(true);
        }}
      />
      {open && (
        <Radix.Root open onOpenChange={close} modal={false}>
          {/* The menu stands beside this; the button stays the same element, with its focus. */}
          <Radix.Trigger asChild>
            <span aria-hidden className="pointer-events-none absolute inset-0" tabIndex={-1} />
          </Radix.Trigger>
          <Radix.Portal>
            <Radix.Content
              aria-label={label}
              aria-labelledby={undefined}
              align="end"
              sideOffset={4}
              collisionPadding={8}
              onInteractOutside={keepForButton}
              onCloseAutoFocus={(event) => event.preventDefault()}
              className={CONTENT}
            >
              {children()}
            </Radix.Content>
          </Radix.Portal>
        </Radix.Root>
      )}
    </span>
  );
}

export interface MenuItemProps {
  icon?: ReactNode;
  keys?: string;
  danger?: boolean;
  /** Why it cannot be chosen now; it stays reachable, so that the reason can be read. */
  disabledReason?: string | null;
  onSelect(): void;
  children: ReactNode;
}

export function MenuItem({ icon, keys, danger = false, disabledReason = null, onSelect, children }: MenuItemProps) {
  const off = disabledReason !== null;
  return (
    <Radix.Item
      onSelect={off ? (event) => event.preventDefault() : onSelect}
      {...(off && { 'aria-disabled': true, 'aria-description': disabledReason, title: disabledReason })}
      className={classNames(ITEM, danger && 'text-danger', off && 'opacity-55')}
    >
      {icon}
      <span className="flex-1">{children}</span>
      {keys && (
        <span className="pointer-coarse:hidden">
          <Kbd keys={keys} />
        </span>
      )}
    </Radix.Item>
  );
}

/** An item that is on or off; the menu stays open. */
export function MenuCheck({
  checked,
  onChange,
  children,
}: {
  checked: boolean;
  onChange(checked: boolean): void;
  children: ReactNode;
}) {
  return (
    <Radix.CheckboxItem
      checked={checked}
      onCheckedChange={onChange}
      onSelect={(event) => event.preventDefault()}
      className={ITEM}
    >
      <span
        aria-hidden
        className="flex size-4 items-center justify-center rounded-sm border border-line-strong text-xs"
      >
        <Radix.ItemIndicator>✓</Radix.ItemIndicator>
      </span>
      {children}
    </Radix.CheckboxItem>
  );
}

/** One of several. */
export function MenuChoice<T extends string>({
  value,
  onChange,
  choices,
}: {
  value: T;
  onChange(value: T): void;
  choices: readonly { value: T; label: string; keys?: string }[];
}) {
  return (
    <Radix.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
      {choices.map((choice) => (
        <Radix.RadioItem key={choice.value} value={choice.value} className={ITEM}>
          <span aria-hidden className="flex size-4 items-center justify-center">
            <Radix.ItemIndicator>✓</Radix.ItemIndicator>
          </span>
          <span className="flex-1">{choice.label}</span>
          {choice.keys && <Kbd keys={choice.keys} />}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export function MenuHeading({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2.5 pt-2 pb-1 text-xs font-medium text-muted">{children}</Radix.Label>;
}

/** A sentence about what stands above it. */
export function MenuNote({ children }: { children: ReactNode }) {
  return <p className="max-w-56 px-2.5 pt-1.5 pb-1 text-xs text-muted">{children}</p>;
}

export function MenuLine() {
  return <Radix.Separator className="my-1 h-px bg-line" />;
}
