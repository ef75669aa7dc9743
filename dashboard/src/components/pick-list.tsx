import { Command } from 'cmdk';
import { Check } from 'lucide-react';
import { t } from '../i18n/index.ts';
import { Mark } from '../ui/mark.tsx';

export interface PickItem {
  value: string;
  label: string;
  /** Letters before the label. */
  mark?: string | null;
  /** Behind the label, dimmed. */
  detail?: string;
  checked?: boolean;
}

export interface PickListProps {
  /** What is picked; read out. */
  label: string;
  placeholder: string;
  text: string;
  onText(text: string): void;
  items: readonly PickItem[];
  onPick(value: string): void;
  /** Said where there is no item. */
  empty: string;
  isLoading: boolean;
}

/** A field to search by and what it finds, moved through by arrow keys. */
export function PickList({ label, placeholder, text, onText, items, onPick, empty, isLoading }: PickListProps) {
  return (
    <Command shouldFilter={false} label={label} loop className="flex w-80 max-w-full flex-col gap-1">
      <Command.Input
        autoFocus
        value={text}
        onValueChange={onText}
        placeholder={placeholder}
        className="h-9 w-full rounded-md border border-line-strong/60 bg-surface px-3 text-sm placeholder:text-muted"
      />
      <Command.List className="max-h-72 overflow-y-auto">
        {items.length === 0 && (
          <p role="status" className="px-2 py-4 text-center text-sm text-muted">
            {isLoading ? t('common.loading') : empty}
          </p>
        )}
        {items.map((item) => (
          <Command.Item
            key={item.value}
            value={`v:${item.value}`}
            onSelect={() => onPick(item.value)}
            className="flex min-h-8 items-center gap-2 rounded-md px-2 text-sm data-[selected=true]:bg-sunken"
          >
            {item.checked !== undefined && (
              <span
                aria-hidden
                className="flex size-4 shrink-0 items-center justify-center rounded-sm border border-line-strong"
              >
                {item.checked && <Check className="size-3" />}
              </span>
            )}
            {item.mark && <Mark text={item.mark} />}
            <span className="min-w-0 flex-1 truncate">
              {item.label}
              {item.checked && <span className="sr-only">, {t('analytics.filters.chosen')}</span>}
            </span>
            {item.detail && <span className="max-w-[45%] shrink-0 truncate text-xs text-muted">{item.detail}</span>}
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}
