import type { Link } from '@waymark/contract/v1/links';
import { useId, useState } from 'react';
import type { LinkFields } from '../../forms/link-draft.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { conflictsOf, merged, type Side } from './conflict.ts';
import { fieldValue } from './field-value.ts';

export interface ConflictDialogProps {
  base: LinkFields;
  mine: LinkFields;
  theirs: Link;
  isSaving: boolean;
  onSave(fields: LinkFields): void;
  /** Back to the form, with nothing saved. */
  onClose(): void;
  /** Takes the link as it stands now. */
  onDiscard(): void;
}

/** Two versions of a link side by side, where somebody else saved first: the person chooses field by field. */
export function ConflictDialog({ base, mine, theirs, isSaving, onSave, onClose, onDiscard }: ConflictDialogProps) {
  const conflicts = conflictsOf(base, mine, theirs);
  const [chosen, setChosen] = useState<Partial<Record<keyof LinkFields, Side>>>(() =>
    Object.fromEntries(conflicts.map(({ field, suggested }) => [field, suggested])),
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      width="wide"
      title={t('link.conflict.title')}
      description={t('link.conflict.text')}
      footer={
        <>
          <Button onClick={onDiscard}>{t('link.conflict.discard')}</Button>
          <Button kind="primary" loading={isSaving} onClick={() => onSave(merged(mine, theirs, chosen))}>
            {t('link.conflict.save')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {conflicts.map(({ field }) => (
          <fieldset key={field} className="min-w-0">
            <legend className="mb-1 text-sm font-semibold">{t(`link.fields.${field}`)}</legend>
            <div className="grid gap-2 sm:grid-cols-2">
              {(['mine', 'theirs'] as const).map((side) => (
                <Choice
                  key={side}
                  name={field}
                  label={t(`link.conflict.${side}`)}
                  value={fieldValue(field, (side === 'mine' ? mine : theirs)[field])}
                  checked={chosen[field] === side}
                  onChoose={() => setChosen({ ...chosen, [field]: side })}
                />
              ))}
            </div>
          </fieldset>
        ))}
      </div>
    </Dialog>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  value: string;
  checked: boolean;
  onChoose(): void;
}

function Choice({ name, label, value, checked, onChoose }: ChoiceProps) {
  const id = useId();
  return (
    <label
      htmlFor={id}
      className="flex min-w-0 cursor-pointer gap-2.5 rounded-md border border-line-strong/50 p-2.5 text-sm has-checked:border-accent has-checked:bg-accent-soft"
    >
      <input
        id={id}
        type="radio"
        name={name}
        checked={checked}
        onChange={onChoose}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      <span className="min-w-0">
        <span className="block text-muted">{label}</span>
        <span className="wrap-anywhere">{value}</span>
      </span>
    </label>
  );
}
