import { ToggleGroup } from 'radix-ui';

export interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  onChange(value: T): void;
  choices: readonly { value: T; label: string }[];
}

/** A few choices side by side, one of them taken. */
export function Segmented<T extends string>({ label, value, onChange, choices }: SegmentedProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => next !== '' && onChange(next as T)}
      className="inline-flex rounded-md border border-line-strong/40 bg-surface p-0.5"
    >
      {choices.map((choice) => (
        <ToggleGroup.Item
          key={choice.value}
          value={choice.value}
          className="h-7.5 rounded px-2.5 text-sm whitespace-nowrap text-muted hover:text-text data-[state=on]:bg-accent-soft data-[state=on]:font-medium data-[state=on]:text-text"
        >
          {choice.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
