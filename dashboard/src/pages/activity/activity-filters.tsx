import { Download, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { LinkPicker } from '../../components/link-picker.tsx';
import { t } from '../../i18n/index.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { type ActivitySearch, isOwnType, OWN_TYPES } from './activity-search.ts';

const POSTED = '(posted)';

/** What the list is narrowed to, and the way to have all of it as a file. */
export function ActivityFilters({
  search,
  onChange,
}: {
  search: ActivitySearch;
  onChange(search: ActivitySearch): void;
}) {
  const { link, type } = search;
  const isPosted = type !== undefined && !isOwnType(type);
  const [asksName, setAsksName] = useState(isPosted);
  const withType = (next: string | undefined): ActivitySearch => ({
    ...(link !== undefined && { link }),
    ...(next !== undefined && next !== '' && { type: next }),
  });
  return (
    <div className="flex flex-wrap items-end gap-2">
      <SelectField
        label={t('activity.type')}
        hideLabel
        className="w-44"
        value={isPosted || asksName ? POSTED : (type ?? '')}
        onChange={({ target: { value } }) => {
          setAsksName(value === POSTED);
          if (value !== POSTED) onChange(withType(value));
        }}
      >
        <option value="">{t('activity.allTypes')}</option>
        {OWN_TYPES.map((each) => (
          <option key={each} value={each}>
            {t(`activity.types.${each}`)}
          </option>
        ))}
        <option value={POSTED}>{t('activity.posted')}</option>
      </SelectField>
      {(isPosted || asksName) && (
        <PostedType key={type} type={isPosted ? type : ''} onChange={(next) => onChange(withType(next))} />
      )}
      <LinkPicker
        size="medium"
        link={link ?? null}
        onPick={(next) => onChange({ ...(next !== null && { link: next }), ...(type !== undefined && { type }) })}
      />
      {(link !== undefined || type !== undefined) && (
        <Button
          kind="quiet"
          icon={<X aria-hidden className="size-4" />}
          onClick={() => {
            setAsksName(false);
            onChange({});
          }}
        >
          {t('activity.clear')}
        </Button>
      )}
      <span className="ml-auto flex gap-2">
        <ExportLink search={search} format="csv" />
        <ExportLink search={search} format="json" />
      </span>
    </div>
  );
}

function PostedType({ type, onChange }: { type: string; onChange(type: string): void }) {
  const [text, setText] = useState(type);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange(text.trim());
  };
  return (
    <form onSubmit={submit} onBlur={submit}>
      <TextField
        label={t('activity.postedName')}
        hideLabel
        placeholder={t('activity.postedName')}
        className="w-44"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
    </form>
  );
}

function ExportLink({ search, format }: { search: ActivitySearch; format: 'csv' | 'json' }) {
  const query = new URLSearchParams({ format, ...search });
  return (
    <a href={`/api/v1/events/export?${query}`} download className={buttonClass()}>
      <Download aria-hidden className="size-4" />
      <span className="sr-only">{t('activity.export')}: </span>
      {format.toUpperCase()}
    </a>
  );
}
