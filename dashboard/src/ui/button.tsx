import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Tooltip } from './tooltip.tsx';

const KINDS = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover',
  plain: 'border border-line-strong/40 bg-surface text-text hover:bg-sunken',
  quiet: 'text-text hover:bg-sunken',
  danger: 'border border-danger/50 bg-surface text-danger hover:bg-danger-soft',
} as const;

export type ButtonKind = keyof typeof KINDS;

const SHAPE =
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors aria-disabled:cursor-not-allowed aria-disabled:opacity-55';

/** The classes of a button, for a link that looks like one. */
export function buttonClass(kind: ButtonKind = 'plain', size: 'small' | 'medium' = 'medium'): string {
  return classNames(SHAPE, size === 'small' ? 'h-8 px-2.5 text-sm' : 'h-9 px-3.5 text-sm', KINDS[kind]);
}

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  kind?: ButtonKind;
  size?: 'small' | 'medium';
  icon?: ReactNode;
  /** Shows that it is under way, and takes no further press. */
  loading?: boolean;
  /** Why it cannot be pressed now; it stays focusable, so that the reason can be read. */
  disabledReason?: string | null;
}

export function Button({
  kind = 'plain',
  size = 'medium',
  icon,
  loading = false,
  disabledReason = null,
  children,
  className,
  onClick,
  type = 'button',
  ...props
}: ButtonProps) {
  const off = loading || disabledReason !== null;
  const button = (
    <button
      {...props}
      type={type}
      aria-disabled={off || undefined}
      aria-busy={loading || undefined}
      onClick={off ? (event) => event.preventDefault() : onClick}
      className={classNames(buttonClass(kind, size), className)}
    >
      {loading ? <LoaderCircle aria-hidden className="size-4 animate-spin" /> : icon}
      {children}
    </button>
  );
  return disabledReason === null ? button : <Tooltip text={disabledReason}>{button}</Tooltip>;
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  /** Read out, and shown as a tooltip. */
  label: string;
  icon: ReactNode;
}

/** A square button of one picture. At least 32 px each way (WCAG 2.2, 2.5.8 asks for 24). */
export function IconButton({
  label,
  icon,
  className,
  kind = 'quiet',
  disabledReason = null,
  ...props
}: IconButtonProps) {
  const button = (
    <Button
      {...props}
      kind={kind}
      aria-label={label}
      icon={icon}
      className={classNames('w-9 px-0! [&_svg]:size-4', props.size === 'small' && 'w-8', className)}
      {...(disabledReason !== null && { 'aria-disabled': true })}
    />
  );
  return <Tooltip text={disabledReason ?? label}>{button}</Tooltip>;
}
