import { Search, X } from 'lucide-react';
import { type RefObject, useEffect, useEffectEvent, useState } from 'react';
import { t } from '../../i18n/index.ts';
import { IconButton } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { inputClass } from '../../ui/field.tsx';

const WAIT_MS = 200;

export interface SearchBoxProps {
  /** What is searched by. */
  value: string;
  /** Called when the typing rests. */
  onChange(value: string): void;
  inputRef: RefObject<HTMLInputElement | null>;
}

/** Searches as one types. Escape empties it, then leaves it. */
export function SearchBox({ value, onChange, inputRef }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  // Changed from outside: the way back, or a cleared search.
  if (value !== known) {
    setKnown(value);
    if (value !== text.trim()) setText(value);
  }
  const send = useEffectEvent(() => {
    if (text.trim() !== value) onChange(text.trim());
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the text begins the wait anew.
  useEffect(() => {
    const timer = setTimeout(send, WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="relative min-w-0 flex-1 basis-56">
      <Search aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-muted" />
      <input
        ref={inputRef}
        type="search"
        aria-label={t('links.searchLabel')}
        placeholder={t('links.searchHint')}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onChange(text.trim());
          if (event.key !== 'Escape') return;
          event.preventDefault();
          if (text === '') event.currentTarget.blur();
          else setText('');
        }}
        className={classNames(inputClass, 'pr-9 pl-8.5 [&::-webkit-search-cancel-button]:hidden')}
      />
      {text !== '' && (
        <span className="absolute top-0.5 right-0.5">
          <IconButton
            size="small"
            label={t('links.clearSearch')}
            icon={<X aria-hidden />}
            onClick={() => {
              setText('');
              onChange('');
              inputRef.current?.focus();
            }}
          />
        </span>
      )}
    </div>
  );
}
